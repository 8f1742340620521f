import { useCallback, useEffect, useRef } from "preact/hooks";
import type { EntryRow } from "../../../lib/inspect/web/api.ts";
import type { RowSource } from "../model/row_source.ts";
import { type ListWindow, useWindow } from "./use_window.ts";

/** A list of entries: what is drawn of it, and how it is gone through. */
export interface EntryList {
  readonly window: ListWindow;
  /** Rows that are drawn, each with how many are above it; undefined until it has come. */
  readonly drawn: readonly { readonly index: number; readonly row: EntryRow | undefined }[];
  readonly count: number;
  /** Chooses the entry of a row. */
  readonly choose: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Draws the entries of a source as far as they are seen; arrow keys choose the next one. */
export function useEntryList(
  { source, rowHeight, chosen, onChoose, holdsEnd }: {
    readonly source: RowSource;
    readonly rowHeight: number;
    /** Number of an entry. */
    readonly chosen: number | undefined;
    readonly onChoose: (number: number) => void;
    readonly holdsEnd: boolean;
  },
): EntryList {
  const { first, end } = source;
  const count = end - first;
  const window = useWindow({ count, rowHeight, first, holdsEnd });
  const { from, to, fitting, show } = window;
  /** Place of the entry that is chosen, if it is in the list. */
  const cursor = useRef<number | undefined>(undefined);

  useEffect(() => source.look(first + from, first + to), [source, first, from, to]);
  useEffect(() => {
    if (chosen === undefined || !source.isKnown) return;
    const { current } = cursor;
    if (current !== undefined && source.at(current)?.number === chosen) return;
    let isWanted = true;
    source.find(chosen).then((place) => {
      if (!isWanted) return;
      cursor.current = place;
      if (place !== undefined) show(place - source.first);
    }).catch(() => {});
    return () => {
      isWanted = false;
    };
  }, [source, source.isKnown, chosen]);

  const choose = useCallback((index: number) => {
    const target = source.first + Math.max(0, Math.min(index, source.end - source.first - 1));
    cursor.current = target;
    show(target - source.first);
    const row = source.at(target);
    if (row !== undefined) onChoose(row.number);
    else {source.numberAt(target).then((number) =>
        number !== undefined && onChoose(number), () => {});}
  }, [source, onChoose]);
  const onKeyDown = useCallback((event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = cursor.current ?? source.first + from - 1;
    const target = targetOf(event.key, {
      place,
      page: fitting,
      first: source.first,
      end: source.end,
    });
    if (target === undefined || source.end === source.first) return;
    event.preventDefault();
    choose(target - source.first);
  }, [source, from, fitting, choose]);

  const drawn = Array.from({ length: Math.max(0, to - from) }, (_, i) => {
    const index = from + i;
    return { index, row: source.at(first + index) };
  });
  return { window, drawn, count, choose, onKeyDown };
}

function targetOf(
  key: string,
  { place, page, first, end }: {
    readonly place: number;
    readonly page: number;
    readonly first: number;
    readonly end: number;
  },
): number | undefined {
  switch (key) {
    case "ArrowDown":
      return place + 1;
    case "ArrowUp":
      return place - 1;
    case "PageDown":
      return place + page;
    case "PageUp":
      return place - page;
    case "Home":
      return first;
    case "End":
      return end - 1;
    default:
      return undefined;
  }
}
