import type { VNode } from "preact";
import type { Connections, Detail, Wanted } from "../../../lib/inspect/web/api.ts";
import { useAnswer } from "../hooks/use_answer.ts";
import { useEntryList } from "../hooks/use_entry_list.ts";
import { useRows } from "../hooks/use_rows.ts";
import type { Choosing } from "./frame_list.tsx";
import { LadderArrow } from "./ladder_arrow.tsx";
import { ROW_HEIGHT, sidesOf } from "./ladder_sides.ts";

/** What one connection's two sides said to each other, from top to bottom. */
export function Ladder(
  { wanted, connection, onConnection, seen, chosen, onChoose, holdsEnd }: Choosing & {
    readonly wanted: Wanted;
    /** Undefined for that of the entry that is chosen. */
    readonly connection: number | undefined;
    readonly onConnection: (connection: number) => void;
    readonly seen: number;
  },
): VNode {
  const { value: connections } = useAnswer<Connections>("connections", {}, seen);
  const isNamed = connection !== undefined || chosen === undefined;
  const { value: detail } = useAnswer<Detail>(isNamed ? undefined : "entry", { number: chosen }, 0);
  const shown = connection ?? detail?.row.connection ?? connections?.rows.at(-1)?.id ?? 0;
  const source = useRows({ ...wanted, connection: shown }, seen);
  const { window, drawn, count, choose, onKeyDown } = useEntryList({
    source,
    rowHeight: ROW_HEIGHT,
    chosen,
    onChoose,
    holdsEnd,
  });
  const { client, server } = connections?.rows.find(({ id }) => id === shown) ?? {};
  const sides = sidesOf(window.size.width);
  const height = drawn.length * ROW_HEIGHT;
  return (
    <div class="ladder">
      <div class="ladder-head">
        <label>
          Connection{" "}
          <select
            value={String(shown)}
            onChange={({ currentTarget }) => onConnection(Number(currentTarget.value))}
          >
            {connections?.rows.toReversed().map(({ id, speaks, client, server }) => (
              <option key={id} value={String(id)}>
                {`${id}: ${client} → ${server} ${speaks}`}
              </option>
            ))}
          </select>
        </label>
        <div class="sides">
          <span class="side" style={{ left: `${sides.client}px` }}>client {client}</span>
          <span class="side" style={{ left: `${sides.server}px` }}>server {server}</span>
        </div>
      </div>
      <div
        class="scroller"
        ref={window.element}
        onScroll={window.onScroll}
        onKeyDown={onKeyDown}
        tabIndex={0}
        role="listbox"
        aria-label={`Ladder of connection ${shown}`}
        aria-activedescendant={chosen === undefined ? undefined : `arrow-${chosen}`}
      >
        <div class="canvas" style={{ height: `${count * ROW_HEIGHT}px` }}>
          <svg
            class="drawn"
            role="presentation"
            width={window.size.width}
            height={height}
            style={{ transform: `translateY(${window.from * ROW_HEIGHT}px)` }}
          >
            <line class="lifeline" x1={sides.client} x2={sides.client} y1={0} y2={height} />
            <line class="lifeline" x1={sides.server} x2={sides.server} y1={0} y2={height} />
            {drawn.map(({ index, row }) =>
              row !== undefined && (
                <LadderArrow
                  key={source.first + index}
                  row={row}
                  index={index}
                  y={(index - window.from) * ROW_HEIGHT}
                  sides={sides}
                  isChosen={row.number === chosen}
                  onChoose={choose}
                />
              )
            )}
          </svg>
        </div>
      </div>
      {source.error !== undefined && <p class="empty">The filter cannot be read.</p>}
    </div>
  );
}
