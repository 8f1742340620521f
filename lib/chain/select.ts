import type { Mempool, PoolEntry } from "./mempool.ts";

/** Room for transactions in a block. */
export interface Room {
  /** Weight units. */
  readonly weight: number;
  /** Of the 80,000 of `BIP 141`. */
  readonly sigops: number;
}

/**
 * The transactions that pay the most for the room, parents before children: each is judged together
 * with all that it depends on, the best package taken first, as long as it fits.
 */
export function selectTransactions(pool: Mempool, room: Room): PoolEntry[] {
  const packages = [...pool.entries()].map((entry) => packageOf(pool, entry));
  packages.sort((a, b) => b.rate - a.rate || a.order - b.order);
  const taken = new Set<PoolEntry>();
  let { weight, sigops } = room;
  for (const { entries } of packages) {
    const missing = entries.filter((entry) => !taken.has(entry));
    const weightAfter = missing.reduce((left, { hashed }) => left - hashed.weight, weight);
    const sigopsAfter = missing.reduce((left, { hashed }) => left - hashed.sigopCost, sigops);
    if (weightAfter < 0 || sigopsAfter < 0) continue;
    weight = weightAfter;
    sigops = sigopsAfter;
    for (const entry of missing) taken.add(entry);
  }
  // A set keeps the order of packages; within each, and so over all, parents come first.
  return [...taken];
}

interface Package {
  readonly entries: readonly PoolEntry[];
  /** Satoshis a weight unit. */
  readonly rate: number;
  readonly order: number;
}

function packageOf(pool: Mempool, entry: PoolEntry): Package {
  const entries = [...pool.ancestors([entry.hashed.key])]
    .flatMap((key) => pool.get(key) ?? [])
    .sort((a, b) => a.order - b.order);
  const fee = entries.reduce((sum, each) => sum + each.fee, 0n);
  const weight = entries.reduce((sum, { hashed }) => sum + hashed.weight, 0);
  return { entries, rate: Number(fee) / weight, order: entry.order };
}
