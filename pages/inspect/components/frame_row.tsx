import type { VNode } from "preact";
import type { EntryRow } from "../../../lib/inspect/web/api.ts";

/** An entry in the list. */
export function FrameRow(
  { index, row, isChosen, onChoose }: {
    /** Rows above it. */
    readonly index: number;
    /** Undefined until it has come. */
    readonly row: EntryRow | undefined;
    readonly isChosen: boolean;
    readonly onChoose: (index: number) => void;
  },
): VNode {
  if (row === undefined) return <div class="row" role="row" aria-rowindex={index + 1}>…</div>;
  const { number, clock, family, name, text, isAmiss, breaks } = row;
  return (
    <div
      class={`row ${family} ${isAmiss ? "amiss" : ""}`}
      role="row"
      id={`entry-${number}`}
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      onClick={() => onChoose(index)}
    >
      <span role="gridcell" class="number">
        {breaks !== undefined && (
          <span
            class={`mark ${breaks}`}
            role="img"
            aria-label={`breaks a rule: ${breaks}`}
            title={`Breaks a rule of the specification: ${breaks}`}
          />
        )}
        {number}
      </span>
      <span role="gridcell">{clock}</span>
      <span role="gridcell" title={senderOf(row)}>
        {row.connection}
        <span role="img" aria-label={senderOf(row)} class={`arrow ${row.direction ?? "none"}`} />
      </span>
      <span role="gridcell" class="name" title={name}>{name}</span>
      <span role="gridcell" class="text" title={text}>{text}</span>
    </div>
  );
}

function senderOf({ direction }: EntryRow): string {
  if (direction === undefined) return "about the connection";
  return direction === "up" ? "client to server" : "server to client";
}
