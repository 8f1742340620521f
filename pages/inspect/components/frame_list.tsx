import type { VNode } from "preact";
import { useEntryList } from "../hooks/use_entry_list.ts";
import type { RowSource } from "../model/row_source.ts";
import { FrameRow } from "./frame_row.tsx";

/** Height of a row in pixels; page.css says so too. */
const ROW_HEIGHT = 22;

/** What the list and the ladder are told of the entry that is chosen. */
export interface Choosing {
  readonly chosen: number | undefined;
  readonly onChoose: (number: number) => void;
  /** Goes on showing the end as entries come. */
  readonly holdsEnd: boolean;
}

/** All entries that are wanted, one a line. */
export function FrameList(
  { source, chosen, onChoose, holdsEnd }: Choosing & { readonly source: RowSource },
): VNode {
  const { window, drawn, count, choose, onKeyDown } = useEntryList({
    source,
    rowHeight: ROW_HEIGHT,
    chosen,
    onChoose,
    holdsEnd,
  });
  return (
    <div class="list">
      <div class="list-head" aria-hidden="true">
        <span>entry</span>
        <span>time (UTC)</span>
        <span>conn.</span>
        <span>message</span>
        <span>fields</span>
      </div>
      <div
        class="scroller"
        ref={window.element}
        onScroll={window.onScroll}
        onKeyDown={onKeyDown}
        role="grid"
        aria-label="Entries"
        aria-rowcount={count}
        aria-activedescendant={chosen === undefined ? undefined : `entry-${chosen}`}
        tabIndex={0}
      >
        <div class="canvas" style={{ height: `${count * ROW_HEIGHT}px` }}>
          <div class="drawn" style={{ transform: `translateY(${window.from * ROW_HEIGHT}px)` }}>
            {drawn.map(({ index, row }) => (
              <FrameRow
                key={source.first + index}
                index={index}
                row={row}
                isChosen={row !== undefined && row.number === chosen}
                onChoose={choose}
              />
            ))}
          </div>
        </div>
      </div>
      {source.isKnown && count === 0 && source.error === undefined && (
        <p class="empty">Nothing to show: no entry is wanted.</p>
      )}
      {holdsEnd && !window.isAtEnd && (
        <button type="button" class="to-end" onClick={window.showEnd}>↓ to the latest</button>
      )}
    </div>
  );
}
