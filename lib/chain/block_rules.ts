import { concatBytes, equalBytes } from "../bitcoin/bytes.ts";
import { targetFromCompact } from "../bitcoin/compact.ts";
import { heightPush } from "../bitcoin/height.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { MAX_FUTURE_TIME } from "../bitcoin/header.ts";
import { merkleNode, merkleRoot } from "../bitcoin/merkle.ts";
import { hasWitnessCommitment } from "../bitcoin/witness_commitment.ts";
import { hashMeetsTarget } from "../pow/target.ts";
import type { UnixSeconds } from "../time.ts";
import { type BlockNode, medianTimePast } from "./block_node.ts";
import { bitsAllowed } from "./difficulty.ts";
import type { HashedBlock } from "./hashed.ts";
import {
  type ChainRules,
  MAX_BLOCK_SIGOPS,
  MAX_BLOCK_WEIGHT,
  POW_LIMIT,
  WITNESS_SCALE,
} from "./rules.ts";
import { isCoinbase, isFinal, transactionFault } from "./transaction_rules.ts";

// Reasons are Bitcoin Core's, in its order of checks.

/** @returns What is wrong with the block taken alone, or undefined. The cheap checks come first. */
export function blockFault(block: HashedBlock): string | undefined {
  const target = targetFromCompact(block.header.nBits);
  if (target === 0n || target > POW_LIMIT || !hashMeetsTarget(block.hash, target)) {
    return "high-hash";
  }
  const { transactions } = block;
  const tree = climb(transactions.map(({ txid }) => txid));
  if (tree.root === undefined || !equalBytes(tree.root, block.header.merkleRoot)) {
    return "bad-txnmrklroot";
  }
  if (tree.repeated) return "bad-txns-duplicate";
  if (block.strippedSize * WITNESS_SCALE > MAX_BLOCK_WEIGHT) return "bad-blk-length";
  const [first, ...rest] = transactions;
  if (first === undefined || !isCoinbase(first.tx)) return "bad-cb-missing";
  if (rest.some(({ tx }) => isCoinbase(tx))) return "bad-cb-multiple";
  for (const tx of transactions) {
    const fault = transactionFault(tx);
    if (fault !== undefined) return fault;
  }
  const sigops = transactions.reduce((sum, { sigopCost }) => sum + sigopCost, 0);
  return sigops > MAX_BLOCK_SIGOPS ? "bad-blk-sigops" : undefined;
}

/** @returns What is wrong with the header after `parent`, or undefined. */
export function headerFault(
  rules: ChainRules,
  { header }: HashedBlock,
  parent: BlockNode,
  now: UnixSeconds,
): string | undefined {
  if (!bitsAllowed(rules, parent, header)) return "bad-diffbits";
  if (header.time <= medianTimePast(parent)) return "time-too-old";
  if (header.time > now + MAX_FUTURE_TIME) return "time-too-new";
  // Signed, so versions with the top bit set are too low.
  if ((header.version | 0) < 4) {
    return `bad-version(0x${header.version.toString(16).padStart(8, "0")})`;
  }
  return undefined;
}

/** @returns What is wrong with the block's contents after `parent`, or undefined. */
export function contextFault(block: HashedBlock, parent: BlockNode): string | undefined {
  const place = { height: parent.height + 1, medianTime: medianTimePast(parent) };
  if (!block.transactions.every(({ tx }) => isFinal(tx, place))) return "bad-txns-nonfinal";
  const coinbase = block.transactions[0]?.tx;
  const script = coinbase?.inputs[0]?.scriptSig ?? new Uint8Array();
  const height = heightPush(place.height);
  if (!equalBytes(script.subarray(0, height.length), height)) return "bad-cb-height";
  const fault = witnessFault(block);
  if (fault !== undefined) return fault;
  return block.weight > MAX_BLOCK_WEIGHT ? "bad-blk-weight" : undefined;
}

function witnessFault({ transactions }: HashedBlock): string | undefined {
  const [coinbase, ...rest] = transactions;
  const commitment = coinbase?.tx.outputs.findLast((output) => hasWitnessCommitment([output]));
  if (commitment === undefined) {
    const witnesses = transactions.some(({ tx }) => tx.inputs.some((i) => i.witness.length > 0));
    return witnesses ? "unexpected-witness" : undefined;
  }
  const witness = coinbase?.tx.inputs[0]?.witness ?? [];
  const [reserved] = witness;
  if (witness.length !== 1 || reserved?.length !== 32) return "bad-witness-nonce-size";
  const root = merkleRoot([new Uint8Array(32), ...rest.map(({ wtxid }) => wtxid)]);
  const expected = sha256d(concatBytes(root, reserved));
  return equalBytes(commitment.scriptPubKey.subarray(6, 38), expected)
    ? undefined
    : "bad-witness-merkle-match";
}

/**
 * The merkle root, and whether two neighbours are equal somewhere: then another list of transactions
 * has the same root, CVE-2012-2459.
 */
function climb(leaves: readonly Uint8Array[]): { root: Uint8Array | undefined; repeated: boolean } {
  let repeated = false;
  let level = leaves;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i];
      const right = level[i + 1];
      if (left === undefined) continue;
      if (right !== undefined && equalBytes(left, right)) repeated = true;
      above.push(merkleNode(left, right ?? left));
    }
    level = above;
  }
  return { root: level[0], repeated };
}
