import { encodeBlock } from "../bitcoin/block.ts";
import { assembleCoinbase, joinCoinbase } from "../bitcoin/coinbase.ts";
import { targetFromCompact } from "../bitcoin/compact.ts";
import { blockHash, encodeHeader, setNonce } from "../bitcoin/header.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { decodeTransaction, txid } from "../bitcoin/transaction.ts";
import { UsageError } from "../errors.ts";
import { hashMeetsTarget } from "../pow/target.ts";
import type { UnixSeconds } from "../time.ts";
import { coinbaseTemplate } from "./coinbase_template.ts";
import type { NodeTemplate, SolvedBlock } from "./node.ts";

/** What a solver may choose. */
export interface SolveOptions {
  /** Script that gets all that the coinbase may pay. */
  readonly payTo: Uint8Array;
  /** For the header; the template's own by default. */
  readonly time?: UnixSeconds;
  /** Makes another coinbase, and so another block. */
  readonly tag?: string;
}

/**
 * Turns a template into a block at once, by hashing in this thread: only for chains of trivial
 * difficulty, to start one and to test nodes.
 *
 * @param transactions The template's.
 * @throws {UsageError} If no nonce solves it: the difficulty is not trivial.
 */
export function solveTemplate(
  template: NodeTemplate,
  transactions: readonly Uint8Array[],
  { payTo, time = template.time, tag = "" }: SolveOptions,
): SolvedBlock {
  const coinbase = solversCoinbase(template, payTo, tag);
  const header = {
    version: template.version,
    prevHash: template.prevHash,
    merkleRoot: foldMerklePath(txid(decodeTransaction(coinbase)), template.merklePath),
    time,
    nBits: template.nBits,
    nonce: 0,
  };
  const bytes = encodeHeader(header);
  const target = targetFromCompact(template.nBits);
  for (let nonce = 0; nonce < MAX_TRIES; nonce++) {
    setNonce(bytes, nonce);
    if (!hashMeetsTarget(blockHash(bytes), target)) continue;
    const block = encodeBlock(bytes, [coinbase, ...transactions]);
    return { template, header: bytes, coinbase, block };
  }
  throw new UsageError(`Cannot solve a block of nBits ${template.nBits.toString(16)} here`);
}

const MAX_TRIES = 1 << 22;

function solversCoinbase(template: NodeTemplate, payTo: Uint8Array, tag: string): Uint8Array {
  const { coinbase } = template;
  const { full } = assembleCoinbase({
    template: coinbaseTemplate(coinbase),
    payoutOutputs: [{ value: coinbase.valueRemaining, scriptPubKey: payTo }],
    scriptSigTags: { pool: tag },
    extranonceSize: 0,
  });
  return joinCoinbase(full, new Uint8Array());
}
