import type { FieldLine } from "../../../lib/inspect/web/api.ts";

/** Sequences with more elements than this are folded until somebody unfolds them. */
const MOST_UNFOLDED = 8;

/** Bytes `[start, end)` of a frame. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Whether the line behind it is an element of it. */
export function hasElements(fields: readonly FieldLine[], index: number): boolean {
  return (fields[index + 1]?.depth ?? 0) > (fields[index]?.depth ?? 0);
}

/** Paths of the sequences that are folded at first. */
export function foldedAtFirst(fields: readonly FieldLine[]): ReadonlySet<string> {
  return new Set(
    fields.filter(({ path, depth }, i) => {
      if (!hasElements(fields, i)) return false;
      const elements = fields.filter((other) =>
        other.depth === depth + 1 && other.path.startsWith(`${path}[`)
      );
      return elements.length > MOST_UNFOLDED;
    }).map(({ path }) => path),
  );
}

/** The fields without what is inside of folded ones. */
export function visibleFields(
  fields: readonly FieldLine[],
  folded: ReadonlySet<string>,
): readonly FieldLine[] {
  let hiddenBelow = Infinity;
  return fields.filter(({ path, depth }) => {
    if (depth > hiddenBelow) return false;
    hiddenBelow = folded.has(path) ? depth : Infinity;
    return true;
  });
}

/** The field that a byte belongs to: the innermost. */
export function fieldAt(fields: readonly FieldLine[], offset: number): FieldLine | undefined {
  return fields.findLast(({ start, end }) => start <= offset && offset < end);
}
