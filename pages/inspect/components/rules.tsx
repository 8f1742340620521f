import type { VNode } from "preact";
import type { BrokenRules } from "../../../lib/inspect/web/api.ts";
import { useAnswer } from "../hooks/use_answer.ts";
import { EntryLink } from "./entry_link.tsx";

/** Rules of the specification that were broken, with examples. */
export function Rules(
  { seen, onChoose }: { readonly seen: number; readonly onChoose: (number: number) => void },
): VNode {
  const { value, error } = useAnswer<BrokenRules>("rules", {}, seen);
  if (error !== undefined) return <p class="empty">{error}</p>;
  if (value === undefined) return <p class="empty">…</p>;
  if (value.rules.length === 0) return <p class="empty">No rule was broken.</p>;
  return (
    <div class="scroller padded">
      {value.rules.map(({ id, severity, title, count, examples }) => (
        <section class="rule" key={`${id} ${title}`}>
          <h2>
            <span class={`mark ${severity}`} /> {severity} {id} <small>{count} ×</small>
          </h2>
          <p>{title}</p>
          <ul>
            {examples.map(({ entry, by, text }, i) => (
              <li key={i}>
                <EntryLink number={entry} onChoose={onChoose} /> {by}: {text}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
