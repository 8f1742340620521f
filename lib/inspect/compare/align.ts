/** Something of one list, of the other, or of both. */
export interface Pair<T> {
  readonly a?: T;
  readonly b?: T;
}

/** Entries of each list for which the best alignment is looked for: it takes their product in bytes. */
export const MOST_ALIGNED = 4_000;

/**
 * Two lists side by side, so that as many as possible stand beside one of the same name. What both
 * begin and end with does not count towards the limit.
 *
 * @returns `undefined` if both are too long for that.
 */
export function align<T>(
  as: readonly T[],
  bs: readonly T[],
  nameOf: (item: T) => string,
): Pair<T>[] | undefined {
  const [namesA, namesB] = [as.map(nameOf), bs.map(nameOf)];
  let start = 0;
  const shorter = Math.min(as.length, bs.length);
  while (start < shorter && namesA[start] === namesB[start]) start++;
  let end = 0;
  while (end < shorter - start && namesA.at(-1 - end) === namesB.at(-1 - end)) end++;
  const [rows, columns] = [as.length - start - end, bs.length - start - end];
  if (rows > MOST_ALIGNED || columns > MOST_ALIGNED) return undefined;
  const pairs: Pair<T>[] = [];
  const push = (i: number | undefined, j: number | undefined) => {
    const [a, b] = [i === undefined ? undefined : as[i], j === undefined ? undefined : bs[j]];
    pairs.push({ ...a !== undefined && { a }, ...b !== undefined && { b } });
  };
  for (let i = 0; i < start; i++) push(i, i);
  const isSame = (i: number, j: number) => namesA[start + i] === namesB[start + j];
  const lengths = commonLengths(rows, columns, isSame);
  const width = columns + 1;
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    if (i < rows && j < columns && isSame(i, j)) push(start + i++, start + j++);
    else if (
      j === columns || (i < rows && longer(lengths, (i + 1) * width + j, i * width + j + 1))
    ) {
      push(start + i++, undefined);
    } else push(undefined, start + j++);
  }
  for (let i = end; i > 0; i--) push(as.length - i, bs.length - i);
  return pairs;
}

/** Length of the longest common subsequence from each place on, row by row. */
function commonLengths(
  rows: number,
  columns: number,
  isSame: (i: number, j: number) => boolean,
): Uint16Array {
  const width = columns + 1;
  const lengths = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] = isSame(i, j)
        ? (lengths[at + width + 1] ?? 0) + 1
        : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  return lengths;
}

function longer(lengths: Uint16Array, a: number, b: number): boolean {
  return (lengths[a] ?? 0) >= (lengths[b] ?? 0);
}
