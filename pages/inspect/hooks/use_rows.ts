import { useEffect, useMemo, useState } from "preact/hooks";
import type { Rows, Wanted } from "../../../lib/inspect/web/api.ts";
import { RowSource } from "../model/row_source.ts";
import { ask } from "../model/server.ts";

/** Rows of what is wanted. @param seen Changes when entries have come. */
export function useRows(wanted: Wanted, seen: number): RowSource {
  const [, redraw] = useState(0);
  const source = useMemo(
    () =>
      new RowSource(
        wanted,
        (parameters) => ask<Rows>("rows", parameters),
        () => redraw((count) => count + 1),
      ),
    [JSON.stringify(wanted)],
  );
  useEffect(() => source.refresh(), [source, seen]);
  useEffect(() => () => source.close(), [source]);
  return source;
}
