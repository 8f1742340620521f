import { targetFromCompact } from "../../bitcoin/compact.ts";
import { blockHash, encodeHeader } from "../../bitcoin/header.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import {
  decodeTransaction,
  encodeTransaction,
  type Transaction,
  txid,
} from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import type { SubmitSolution } from "../../messages/template.ts";
import type { NodeTemplate } from "../../node/node.ts";
import { hashMeetsTarget } from "../../pow/target.ts";

/** What a client may change in a header's version: the bits of BIP 323. */
const ROLLABLE_VERSION = 0x1fff_e000;

export type Solution =
  | {
    readonly fault?: never;
    readonly header: Uint8Array;
    readonly hash: Uint8Array;
    /** With its witness. */
    readonly coinbase: Uint8Array;
    /** Whether the client left the witness out, so that it had to be put back. */
    readonly repaired: boolean;
  }
  | {
    /** `version-bits-not-rollable`, `coinbase-undecodable`, `high-hash`. */
    readonly fault: string;
  };

/**
 * Checks what a solution can be checked for at little cost: that it proves work on `template`. All
 * else is for the node to say.
 *
 * A coinbase without the witness it must have is given it. SV2 §3.7.3 forbids to send one, and the node
 * would refuse it with `bad-witness-nonce-size`; but the witness is known, and a block is a block.
 *
 * @param solution Peer-controlled.
 */
export function checkSolution(template: NodeTemplate, solution: SubmitSolution): Solution {
  if (((solution.version ^ template.version) & ~ROLLABLE_VERSION) !== 0) {
    return { fault: "version-bits-not-rollable" };
  }
  const sent = decoded(solution.coinbaseTx);
  if (sent === undefined) return { fault: "coinbase-undecodable" };
  const header = encodeHeader({
    version: solution.version,
    prevHash: template.prevHash,
    merkleRoot: foldMerklePath(txid(sent), template.merklePath),
    time: solution.headerTimestamp,
    nBits: template.nBits,
    nonce: solution.headerNonce,
  });
  const hash = blockHash(header);
  if (!hashMeetsTarget(hash, targetFromCompact(template.nBits))) return { fault: "high-hash" };
  const { witnessReserved } = template.coinbase;
  const repaired = witnessReserved !== undefined &&
    sent.inputs.every(({ witness }) => witness.length === 0);
  const coinbase = repaired
    ? { ...sent, inputs: sent.inputs.map((input) => ({ ...input, witness: [witnessReserved] })) }
    : sent;
  return { header, hash, coinbase: encodeTransaction(coinbase, { witness: true }), repaired };
}

function decoded(bytes: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
