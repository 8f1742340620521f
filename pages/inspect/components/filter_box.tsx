import type { Ref, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

/** The filter, what is followed, and what is wrong with either. */
export function FilterBox(
  { input, filter, follow, error, onFilter, onFollow, onLeave }: {
    readonly input: Ref<HTMLInputElement>;
    readonly filter: string;
    readonly follow: string;
    readonly error: string | undefined;
    readonly onFilter: (filter: string) => void;
    readonly onFollow: (follow: string) => void;
    readonly onLeave: () => void;
  },
): VNode {
  const [draft, setDraft] = useState(filter);
  useEffect(() => setDraft(filter), [filter]);
  return (
    <form
      class="filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter(draft.trim());
      }}
    >
      <div class="filter-line">
        <input
          ref={input}
          type="text"
          value={draft}
          placeholder="channel == 7 && type in (SubmitShares*, SetTarget)"
          aria-label="Filter"
          aria-invalid={error !== undefined}
          aria-describedby="filter-error"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setDraft(currentTarget.value)}
          onKeyDown={({ key }) => {
            if (key === "Escape") onLeave();
          }}
        />
        <button type="submit">Filter</button>
        {filter !== "" && <button type="button" onClick={() => onFilter("")}>Clear</button>}
        {follow !== "" && (
          <span class="pill follow">
            following <code>{follow}</code>
            <button type="button" aria-label="Stop following" onClick={() => onFollow("")}>
              ×
            </button>
          </span>
        )}
      </div>
      <pre id="filter-error" class="error" role="alert">{error}</pre>
    </form>
  );
}
