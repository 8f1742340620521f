import { UsageError } from "../errors.ts";
import { sha256d } from "./hash.ts";

/** The node above two nodes of a merkle tree. 32 bytes each. */
export function merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64);
  pair.set(left);
  pair.set(right, 32);
  return sha256d(pair);
}

/**
 * Root of the tree over transaction ids. A level of odd length repeats its last node.
 *
 * @throws {UsageError} If there is no leaf: a block has at least its coinbase.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level);
  const [root] = level;
  if (root === undefined) throw new UsageError("Cannot take the merkle root of no transactions");
  return root;
}

/**
 * What a miner hashes onto its coinbase's id to get the root: the sibling at each level, from the
 * deepest up, as in NewTemplate and NewExtendedMiningJob.
 *
 * @param txids Of all transactions but the coinbase, in block order.
 * @see SV2 §5.3.16
 */
export function merklePath(txids: readonly Uint8Array[]): Uint8Array[] {
  const path: Uint8Array[] = [];
  // The coinbase's place: its node is never a sibling on its own path, so any value will do.
  let level: readonly Uint8Array[] = [COINBASE, ...txids];
  while (level.length > 1) {
    const sibling = level[1];
    if (sibling !== undefined) path.push(sibling);
    level = levelAbove(level);
  }
  return path;
}

/** The root above a coinbase whose siblings are `path`. An empty path: the id is the root. */
export function foldMerklePath(
  coinbaseTxid: Uint8Array,
  path: readonly Uint8Array[],
): Uint8Array {
  return path.reduce(merkleNode, coinbaseTxid);
}

const COINBASE = new Uint8Array(32);

function levelAbove(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i];
    if (left !== undefined) above.push(merkleNode(left, level[i + 1] ?? left));
  }
  return above;
}
