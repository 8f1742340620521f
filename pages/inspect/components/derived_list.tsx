import type { VNode } from "preact";
import type { DerivedLine } from "../../../lib/inspect/web/api.ts";
import { EntryLink } from "./entry_link.tsx";

/** What follows from an entry and what came before it. */
export function DerivedList(
  { derived, onChoose }: {
    readonly derived: readonly DerivedLine[];
    readonly onChoose: (number: number) => void;
  },
): VNode | null {
  if (derived.length === 0) return null;
  return (
    <section>
      <h3>What follows</h3>
      <dl class="derived">
        {derived.map(({ name, text, entry }, i) => [
          <dt key={`${i}`}>{name.replaceAll("_", " ")}</dt>,
          <dd key={`${i} value`}>
            {text} {entry !== undefined && <EntryLink number={entry} onChoose={onChoose} />}
          </dd>,
        ])}
      </dl>
    </section>
  );
}
