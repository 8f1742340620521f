import type { TransactionColumns } from "./digest.ts";

/** Room for transactions in a block. */
export interface Room {
  /** Weight units. */
  readonly weight: number;
  /** Cost of signature checks. `BIP 141` */
  readonly sigops: number;
}

/**
 * Which transactions fit, those that the node put first before the others: it has the best ones there.
 * One that does not fit is left out with all that need it, and smaller ones behind it may still go in.
 *
 * @returns Their numbers, ascending; undefined if it is all of them.
 */
export function selectTransactions(
  { count, weights, sigops, parentEnds, parents }: TransactionColumns,
  room: Room,
): Uint32Array | undefined {
  const isKept = new Uint8Array(count);
  const kept: number[] = [];
  let { weight, sigops: checks } = room;
  for (let i = 0; i < count; i++) {
    const weightAfter = weight - (weights[i] ?? 0);
    const checksAfter = checks - (sigops[i] ?? 0);
    if (weightAfter < 0 || checksAfter < 0) continue;
    const needs = parents.subarray(i === 0 ? 0 : parentEnds[i - 1], parentEnds[i]);
    if (!needs.every((parent) => isKept[parent] === 1)) continue;
    weight = weightAfter;
    checks = checksAfter;
    isKept[i] = 1;
    kept.push(i);
  }
  return kept.length === count ? undefined : Uint32Array.from(kept);
}
