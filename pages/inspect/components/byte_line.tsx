import type { VNode } from "preact";
import { type ByteRow, letterOf } from "../model/byte_rows.ts";
import type { Range } from "../model/fields.ts";

/** A line of bytes: where it is, in hexadecimal, and as letters. */
export function ByteLine(
  { row: { label, start, bytes }, lit, broken }: {
    readonly row: ByteRow;
    readonly lit: Range | undefined;
    readonly broken: Range | undefined;
  },
): VNode {
  const classOf = (offset: number): string =>
    `${isIn(lit, offset) ? "lit" : ""} ${isIn(broken, offset) ? "broken" : ""}`;
  return (
    <div class="byte-line">
      <span class="place">{label}</span>
      <span class="hex">
        {bytes.map((byte, i) => (
          <span class={classOf(start + i)} data-at={start + i} key={i}>
            {byte.toString(16).padStart(2, "0")}
          </span>
        ))}
      </span>
      <span class="letters">
        {bytes.map((byte, i) => (
          <span class={classOf(start + i)} data-at={start + i} key={i}>{letterOf(byte)}</span>
        ))}
      </span>
    </div>
  );
}

function isIn(range: Range | undefined, offset: number): boolean {
  return range !== undefined && range.start <= offset && offset < range.end;
}
