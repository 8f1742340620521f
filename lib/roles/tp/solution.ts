import { concatBytes, equalBytes } from "../../bitcoin/bytes.ts";
import { targetFromCompact } from "../../bitcoin/compact.ts";
import { blockHash, encodeHeader } from "../../bitcoin/header.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import {
  decodeTransaction,
  encodeOutput,
  encodeTransaction,
  type Transaction,
  txid,
} from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import type { SubmitSolution } from "../../messages/template.ts";
import type { NodeTemplate } from "../../node/node.ts";
import { hashMeetsTarget } from "../../pow/target.ts";
import { GENERAL_PURPOSE_BITS } from "../../pow/version_bits.ts";

/** A solved block's own part, or why it is none. */
export type Solution =
  | {
    readonly fault?: never;
    readonly header: Uint8Array;
    readonly hash: Uint8Array;
    /** With its witness. */
    readonly coinbase: Uint8Array;
    /** What was wrong with the coinbase as it was sent, and is not any more. */
    readonly mended: readonly Mended[];
  }
  | {
    /** `version-bits-not-rollable`, `coinbase-undecodable`, `high-hash`. */
    readonly fault: string;
  };

/** Faults of a client that would cost it its block, and from which the block can be saved. */
export type Mended =
  /** SV2 §3.7.3 forbids to send a coinbase without its witness; the node says `bad-witness-nonce-size`. */
  | "witness-missing"
  /**
   * The template's outputs stand there twice, so that the hash is not the one that was mined. SRI's
   * pool_sv2 0.7.0 sends that for standard channels that get their jobs by their group.
   */
  | "outputs-repeated";

/**
 * Checks what a solution can be checked for at little cost: that it proves work on `template`. All
 * else is for the node to say. A coinbase that can be mended is: a block is a block.
 *
 * @param solution Peer-controlled.
 */
export function checkSolution(template: NodeTemplate, solution: SubmitSolution): Solution {
  if (((solution.version ^ template.version) & ~GENERAL_PURPOSE_BITS) !== 0) {
    return { fault: "version-bits-not-rollable" };
  }
  const sent = decoded(solution.coinbaseTx);
  if (sent === undefined) return { fault: "coinbase-undecodable" };
  const mended: Mended[] = [];
  let coinbase = sent;
  let proof = proofOf(template, solution, coinbase);
  const single = proof === undefined ? withoutRepeat(template, sent) : undefined;
  if (single !== undefined) {
    coinbase = single;
    proof = proofOf(template, solution, coinbase);
    mended.push("outputs-repeated");
  }
  if (proof === undefined) return { fault: "high-hash" };
  const { witnessReserved } = template.coinbase;
  if (
    witnessReserved !== undefined && coinbase.inputs.every(({ witness }) => witness.length === 0)
  ) {
    const inputs = coinbase.inputs.map((input) => ({ ...input, witness: [witnessReserved] }));
    coinbase = { ...coinbase, inputs };
    mended.push("witness-missing");
  }
  return { ...proof, coinbase: encodeTransaction(coinbase, { witness: true }), mended };
}

/** The header that a coinbase makes, if its hash is low enough. */
function proofOf(
  template: NodeTemplate,
  solution: SubmitSolution,
  coinbase: Transaction,
): { readonly header: Uint8Array; readonly hash: Uint8Array } | undefined {
  const header = encodeHeader({
    version: solution.version,
    prevHash: template.prevHash,
    merkleRoot: foldMerklePath(txid(coinbase), template.merklePath),
    time: solution.headerTimestamp,
    nBits: template.nBits,
    nonce: solution.headerNonce,
  });
  const hash = blockHash(header);
  return hashMeetsTarget(hash, targetFromCompact(template.nBits)) ? { header, hash } : undefined;
}

/** The coinbase with the template's outputs at its end once, if they are there twice. */
function withoutRepeat({ coinbase }: NodeTemplate, sent: Transaction): Transaction | undefined {
  const { outputCount, outputs } = coinbase;
  const theirs = sent.outputs.length - outputCount;
  if (outputCount === 0 || theirs < outputCount) return undefined;
  const once = concatBytes(...sent.outputs.slice(theirs).map(encodeOutput));
  const before = concatBytes(...sent.outputs.slice(theirs - outputCount, theirs).map(encodeOutput));
  if (!equalBytes(once, outputs) || !equalBytes(before, outputs)) return undefined;
  return { ...sent, outputs: sent.outputs.slice(0, theirs) };
}

function decoded(bytes: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
