import { hexFromBytes } from "../bitcoin/bytes.ts";
import { targetFromCompact } from "../bitcoin/compact.ts";
import { blockHash, type BlockHeader } from "../bitcoin/header.ts";
import type { UnixSeconds } from "../time.ts";

/** A block's place in the tree. */
export interface BlockNode {
  readonly header: BlockHeader;
  readonly hash: Uint8Array;
  /** {@link BlockNode.hash} in hexadecimal, header order. */
  readonly key: string;
  readonly height: number;
  /** Hashes that it took on average to get here, from the genesis on. */
  readonly work: bigint;
  /** Undefined for the genesis, and for what is too deep to be reorganised. */
  parent: BlockNode | undefined;
  /** It, or a block before it, broke a rule that only showed when it was connected. */
  invalid: boolean;
}

/** Puts a header at the end of a branch: its height and work follow from the parent's. */
export function blockNode(header: BlockHeader, parent: BlockNode | undefined): BlockNode {
  const hash = blockHash(header);
  return {
    header,
    hash,
    key: hexFromBytes(hash),
    height: parent === undefined ? 0 : parent.height + 1,
    work: (parent?.work ?? 0n) + blockWork(header.nBits),
    parent,
    invalid: false,
  };
}

/** Hashes that a block with `nBits` takes on average. */
export function blockWork(nBits: number): bigint {
  return (1n << 256n) / (targetFromCompact(nBits) + 1n);
}

/** Median of the times of `node` and the ten before it: blocks after it must be later. */
export function medianTimePast(node: BlockNode): UnixSeconds {
  const times: UnixSeconds[] = [];
  for (
    let at: BlockNode | undefined = node;
    at !== undefined && times.length < 11;
    at = at.parent
  ) {
    times.push(at.header.time);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] ?? node.header.time;
}

/** The last block that `a` and `b` share, or undefined if that is too deep. */
export function forkPoint(a: BlockNode, b: BlockNode): BlockNode | undefined {
  let left: BlockNode | undefined = a;
  let right: BlockNode | undefined = b;
  while (left !== undefined && right !== undefined && left !== right) {
    if (left.height >= right.height) left = left.parent;
    else right = right.parent;
  }
  return left === right ? left : undefined;
}
