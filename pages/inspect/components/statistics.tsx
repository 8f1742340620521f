import type { VNode } from "preact";
import type { StatisticsParts, Table } from "../../../lib/inspect/web/api.ts";
import { useAnswer } from "../hooks/use_answer.ts";

/** What went by, in numbers. */
export function Statistics({ seen }: { readonly seen: number }): VNode {
  const { value, error } = useAnswer<StatisticsParts>("statistics", {}, seen);
  if (error !== undefined) return <p class="empty">{error}</p>;
  return (
    <div class="scroller padded">
      {value?.parts.map((part, i) =>
        typeof part === "string"
          ? part.split("\n").map((line) => <p key={line}>{line}</p>)
          : <Numbers key={i} table={part} />
      )}
    </div>
  );
}

function Numbers({ table: { title, head, rows, more } }: { readonly table: Table }): VNode {
  return (
    <>
      <table class="numbers">
        <caption>{title}</caption>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th scope="col" class={i === 0 ? "" : "count"} key={i}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...numbers]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {numbers.map((number, i) => <td class="count" key={i}>{number}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p>{more} more</p>}
    </>
  );
}
