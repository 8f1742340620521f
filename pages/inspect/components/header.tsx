import type { VNode } from "preact";
import type { State } from "../../../lib/inspect/web/api.ts";

/** What is looked at, and how much of it there is. */
export function Header(
  { state, isLost, onHelp }: {
    readonly state: State | undefined;
    readonly isLost: boolean;
    readonly onHelp: () => void;
  },
): VNode {
  return (
    <header>
      <h1>headframe inspect</h1>
      <span class="title">{state?.title}</span>
      {state !== undefined && <Amount state={state} />}
      <span class="space" />
      <span role="status">
        {isLost
          ? <span class="pill lost">headframe does not answer</span>
          : state?.isLive && <span class="pill live">{state.isFollowed ? "live" : "reading"}</span>}
      </span>
      <button type="button" onClick={onHelp} aria-label="Help">?</button>
    </header>
  );
}

function Amount({ state: { seen, kept } }: { readonly state: State }): VNode {
  const dropped = seen - kept;
  return (
    <span class="amount">
      {seen.toLocaleString("en")} entries
      {dropped > 0 && (
        <span class="dropped" title="There is room for so many; the oldest went first">
          {` · the first ${dropped.toLocaleString("en")} are no longer kept`}
        </span>
      )}
    </span>
  );
}
