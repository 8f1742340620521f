/**
 * The embedded chain's own rule for `nBits`. Regtest has none, mainnet's looks back 2,016 blocks;
 * here a block shall come every twenty seconds, from whatever computer mines it, from the start.
 *
 * - Up to the height of the bootstrap: the easiest target.
 * - After that, the hash rate is estimated from the blocks behind: hashes they took over time they
 *   took, newer ones counting more. Before there are any, the estimate is a quarter of the rate that
 *   the chain was started for, so that a person who waits for the first block waits shortly.
 * - A block that is late may be easier, four times for each `blockTime` that has passed, from the second on: if
 *   nine tenths of the miners leave, the chain does not stand still. So a template made now can have
 *   other `nBits` than one made before on the same block.
 *
 * Everything is computed from headers in integers, so every node comes to the same result.
 *
 * @module
 */

import { compactFromTarget, targetFromCompact } from "../bitcoin/compact.ts";
import type { UnixSeconds } from "../time.ts";
import { type BlockNode, blockWork } from "./block_node.ts";
import { type ChainRules, POW_LIMIT, POW_LIMIT_BITS } from "./rules.ts";

/**
 * `nBits` of a block on `parent` whose header says `time`, the easiest that are allowed.
 *
 * @param time Any; a miner may set it freely within the rules for time.
 */
export function easiestBits(rules: ChainRules, parent: BlockNode, time: UnixSeconds): number {
  return bitsAtStep(rules, parent, stepsAt(rules, parent, time));
}

/**
 * Whether a block on `parent` may have its `nBits`: those of its own time, or of any time before it,
 * since a miner may let the time run on after the template was made.
 */
export function bitsAllowed(
  rules: ChainRules,
  parent: BlockNode,
  block: { readonly time: UnixSeconds; readonly nBits: number },
): boolean {
  const steps = stepsAt(rules, parent, block.time);
  for (let step = 0; step <= steps; step++) {
    const bits = bitsAtStep(rules, parent, step);
    if (bits === block.nBits) return true;
    if (bits === POW_LIMIT_BITS) return false;
  }
  return false;
}

/** Blocks that the estimate looks at. */
const WINDOW = 24;
/** What one block counts, against the one after it: 7/8. */
const FADE = [7n, 8n] as const;
/** A block counts as no later than that many times `blockTime`: perhaps nobody was mining. */
const LATEST = 6;
/** The first block after the bootstrap is that many times easier than the given hash rate asks. */
const FIRST_EASE = 4;
/** Every step makes a late block four times easier. */
const STEP_BITS = 2n;

function stepsAt({ blockTime }: ChainRules, parent: BlockNode, time: UnixSeconds): number {
  if (blockTime === 0) return 0;
  return Math.max(0, Math.floor((time - parent.header.time) / blockTime) - 1);
}

function bitsAtStep(rules: ChainRules, parent: BlockNode, step: number): number {
  if (rules.blockTime === 0 || parent.height < rules.bootstrap) return POW_LIMIT_BITS;
  const base = targetFromCompact(compactFromTarget(baseTarget(rules, parent)));
  const eased = base << (STEP_BITS * BigInt(Math.min(step, 128)));
  return eased < POW_LIMIT ? compactFromTarget(eased) : POW_LIMIT_BITS;
}

function baseTarget(rules: ChainRules, parent: BlockNode): bigint {
  const { blockTime, hashRate, bootstrap } = rules;
  let weight = FADE[1] ** BigInt(WINDOW);
  let hashes = 0n;
  let seconds = 0n;
  let node: BlockNode | undefined = parent;
  let seen = 0;
  for (; seen < WINDOW && node?.parent !== undefined && node.height > bootstrap; seen++) {
    const took = node.header.time - node.parent.header.time;
    hashes += weight * blockWork(node.header.nBits);
    seconds += weight * BigInt(Math.min(Math.max(took, 1), Math.ceil(LATEST * blockTime)));
    weight = weight * FADE[0] / FADE[1];
    node = node.parent;
  }
  if (seen < WINDOW) {
    hashes += weight * BigInt(Math.round(hashRate * blockTime / FIRST_EASE));
    seconds += weight * BigInt(Math.ceil(blockTime));
  }
  // Thousandths, so that a block time below one second is possible.
  const perBlock = hashes * BigInt(Math.round(blockTime * 1_000)) / (seconds * 1_000n);
  const target = ((1n << 256n) - 1n - perBlock) / (perBlock + 1n);
  return target < POW_LIMIT ? target : POW_LIMIT;
}
