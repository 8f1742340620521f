import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Bytes, Detail, FieldLine } from "../../../lib/inspect/web/api.ts";
import { useWindow } from "../hooks/use_window.ts";
import { byteRows, rowOfByte } from "../model/byte_rows.ts";
import { fieldAt, type Range } from "../model/fields.ts";
import { ask } from "../model/server.ts";
import { ByteLine } from "./byte_line.tsx";

/** Height of a line in pixels; page.css says so too. */
const ROW_HEIGHT = 18;
const WIDTH = 16;

/** The bytes of a frame; the field of the one that is pointed at lights up. */
export function ByteView(
  { detail, lit, broken, onPick, onPoint }: {
    readonly detail: Detail;
    readonly lit: FieldLine | undefined;
    /** Where decoding ended. */
    readonly broken: Range | undefined;
    readonly onPick: (field: FieldLine) => void;
    readonly onPoint: (field: FieldLine | undefined) => void;
  },
): VNode {
  const { row: { number }, fields, size } = detail;
  const [hex, setHex] = useState(detail.hex);
  const rows = useMemo(() => byteRows(hex, WIDTH), [hex]);
  const { element, from, to, onScroll, show } = useWindow({
    count: rows.length,
    rowHeight: ROW_HEIGHT,
  });
  useEffect(() => {
    if (lit === undefined || lit.end === lit.start) return;
    show(rowOfByte(lit.end - 1, WIDTH));
    show(rowOfByte(lit.start, WIDTH));
  }, [lit]);

  const fieldUnder = ({ target }: MouseEvent): FieldLine | undefined => {
    const at = target instanceof HTMLElement ? target.dataset["at"] : undefined;
    return at === undefined ? undefined : fieldAt(fields, Number(at));
  };
  const more = async (): Promise<void> => {
    const bytes = await ask<Bytes>("bytes", { number, from: hex.length / 2 });
    setHex((before) => before.length / 2 === bytes.from ? before + bytes.hex : before);
  };
  const left = size - hex.length / 2;
  return (
    <section class="bytes" aria-label="Bytes">
      <div
        class="scroller"
        ref={element}
        onScroll={onScroll}
        tabIndex={0}
        onMouseOver={(event) => onPoint(fieldUnder(event))}
        onMouseLeave={() => onPoint(undefined)}
        onClick={(event) => {
          const field = fieldUnder(event);
          if (field !== undefined) onPick(field);
        }}
      >
        <div class="canvas" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
          <div class="drawn" style={{ transform: `translateY(${from * ROW_HEIGHT}px)` }}>
            {rows.slice(from, to).map((row) => (
              <ByteLine key={row.start} row={row} lit={lit} broken={broken} />
            ))}
          </div>
        </div>
      </div>
      {left > 0 && (
        <button type="button" class="more" onClick={() => void more()}>
          {left.toLocaleString("en")} more bytes: show the next
        </button>
      )}
    </section>
  );
}
