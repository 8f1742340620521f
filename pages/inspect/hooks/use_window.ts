import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Size, useSize } from "./use_size.ts";

/** Rows above and below what is seen that are drawn as well. */
const MARGIN = 12;

/** The part of a long list that is seen. Rows are counted from 0. */
export interface ListWindow {
  /** For the element that scrolls. */
  readonly element: RefObject<HTMLDivElement | null>;
  readonly size: Size;
  readonly onScroll: () => void;
  /** Rows `[from, to)` are to be drawn. */
  readonly from: number;
  readonly to: number;
  /** Rows that fit. */
  readonly fitting: number;
  /** The last row is seen. */
  readonly isAtEnd: boolean;
  /** Scrolls as little as it takes to see a row. */
  readonly show: (row: number) => void;
  readonly showEnd: () => void;
}

/**
 * Draws only what is seen of a long list.
 *
 * @param first Rows that were taken away from the beginning so far: what is seen stays in its place.
 * @param holdsEnd Whoever sees the last row goes on seeing it as rows come.
 */
export function useWindow(
  { count, rowHeight, first = 0, holdsEnd = false }: {
    readonly count: number;
    readonly rowHeight: number;
    readonly first?: number;
    readonly holdsEnd?: boolean;
  },
): ListWindow {
  const [element, size] = useSize();
  const [top, setTop] = useState(0);
  const isAtEnd = useRef(holdsEnd);
  const lastFirst = useRef(first);

  const onScroll = useCallback(() => {
    const { current } = element;
    if (current === null) return;
    setTop(current.scrollTop);
    const below = current.scrollHeight - current.clientHeight - current.scrollTop;
    isAtEnd.current = below < rowHeight;
  }, [rowHeight]);
  const showEnd = useCallback(() => {
    const { current } = element;
    if (current !== null) current.scrollTop = current.scrollHeight;
    isAtEnd.current = true;
  }, []);
  const show = useCallback((row: number) => {
    const { current } = element;
    if (current === null) return;
    const [above, below] = [row * rowHeight, (row + 1) * rowHeight - current.clientHeight];
    if (current.scrollTop > above) current.scrollTop = above;
    else if (current.scrollTop < below) current.scrollTop = below;
    isAtEnd.current = false;
    onScroll();
  }, [rowHeight]);

  useLayoutEffect(() => {
    if (holdsEnd && isAtEnd.current) showEnd();
  }, [count, holdsEnd, size.height]);
  useLayoutEffect(() => {
    const gone = first - lastFirst.current;
    lastFirst.current = first;
    if (gone > 0 && !isAtEnd.current && element.current !== null) {
      element.current.scrollTop -= gone * rowHeight;
    }
  }, [first]);

  const fitting = Math.max(1, Math.floor(size.height / rowHeight));
  const from = Math.max(0, Math.min(Math.floor(top / rowHeight) - MARGIN, count));
  const to = Math.min(count, Math.ceil((top + size.height) / rowHeight) + MARGIN);
  return { element, size, onScroll, from, to, fitting, isAtEnd: isAtEnd.current, show, showEnd };
}
