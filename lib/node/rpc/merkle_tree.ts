import { sha256d } from "../../kernel/sha.ts";

/**
 * All nodes of a merkle tree, 32 bytes each, level by level: the leaves, what stands above them, and so
 * on to the root. With the whole tree at hand, another one that starts with the same leaves costs only
 * what is different.
 */
export interface MerkleTree {
  /** How many leaves; at least one. */
  readonly leaves: number;
  readonly nodes: Uint8Array;
}

const SIZE = 32;

/**
 * The tree over `leaves`.
 *
 * @param leaves 32 bytes each, at least one.
 */
export function merkleTree(leaves: Uint8Array): MerkleTree {
  const count = leaves.length / SIZE;
  const nodes = new Uint8Array(SIZE * nodesAbove(count));
  nodes.set(leaves);
  return climb({ leaves: count, nodes }, undefined, 0);
}

/**
 * The tree over some of a tree's leaves.
 *
 * @param kept Which ones, ascending, at least one.
 */
export function merkleSubtree(tree: MerkleTree, kept: Uint32Array): MerkleTree {
  const nodes = new Uint8Array(SIZE * nodesAbove(kept.length));
  for (const [to, from] of kept.entries()) nodes.set(nodeAt(tree.nodes, from), to * SIZE);
  const different = kept.findIndex((from, to) => from !== to);
  const shared = different < 0 ? kept.length : different;
  return climb({ leaves: kept.length, nodes }, tree, shared);
}

/** The node above all leaves, 32 bytes of the caller's. */
export function treeRoot({ nodes }: MerkleTree): Uint8Array {
  return nodes.slice(-SIZE);
}

/** Siblings of the first leaf, deepest first, each 32 bytes of the caller's. */
export function treePath({ leaves, nodes }: MerkleTree): Uint8Array[] {
  const path: Uint8Array[] = [];
  let at = 0;
  for (let width = leaves; width > 1; width = above(width)) {
    path.push(nodeAt(nodes, at + 1).slice());
    at += width;
  }
  return path;
}

/**
 * Fills in all levels above the leaves.
 *
 * @param like A tree whose first `shared` leaves are the same.
 */
function climb(tree: MerkleTree, like: MerkleTree | undefined, shared: number): MerkleTree {
  const { nodes } = tree;
  const last = new Uint8Array(2 * SIZE);
  let at = 0;
  let likeAt = 0;
  let likeWidth = like?.leaves ?? 0;
  let same = shared;
  for (let width = tree.leaves; width > 1; width = above(width)) {
    const next = at + width;
    likeAt += likeWidth;
    likeWidth = above(likeWidth);
    // A node is the same if both of those below are.
    same >>= 1;
    if (like !== undefined) {
      nodes.set(like.nodes.subarray(likeAt * SIZE, (likeAt + same) * SIZE), next * SIZE);
    }
    for (let i = same; i < above(width); i++) {
      const left = (at + 2 * i) * SIZE;
      let pair = nodes.subarray(left, left + 2 * SIZE);
      if (2 * i + 1 === width) {
        last.set(pair.subarray(0, SIZE));
        last.set(pair.subarray(0, SIZE), SIZE);
        pair = last;
      }
      nodes.set(sha256d(pair), (next + i) * SIZE);
    }
    at = next;
  }
  return tree;
}

function nodesAbove(leaves: number): number {
  let count = leaves;
  for (let width = leaves; width > 1; count += width) width = above(width);
  return count;
}

function above(width: number): number {
  return (width + 1) >> 1;
}

function nodeAt(nodes: Uint8Array, index: number): Uint8Array {
  return nodes.subarray(index * SIZE, (index + 1) * SIZE);
}
