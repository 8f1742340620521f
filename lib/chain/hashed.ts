import type { Block } from "../bitcoin/block.ts";
import { hexFromBytes } from "../bitcoin/bytes.ts";
import { compactSizeLength } from "../bitcoin/compact_size.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { blockHash, type BlockHeader, HEADER_SIZE } from "../bitcoin/header.ts";
import { countSigops } from "../bitcoin/sigops.ts";
import { encodeTransaction, type Transaction } from "../bitcoin/transaction.ts";
import { WITNESS_SCALE } from "./rules.ts";

/** A transaction with everything that is computed from its bytes, computed once. */
export interface HashedTransaction {
  readonly tx: Transaction;
  readonly txid: Uint8Array;
  /** {@link HashedTransaction.txid} in hexadecimal, header order. */
  readonly key: string;
  readonly wtxid: Uint8Array;
  /** With witnesses. */
  readonly bytes: Uint8Array;
  readonly strippedSize: number;
  readonly weight: number;
  /** What its own scripts take of the block's 80,000. No script we execute adds to it. */
  readonly sigopCost: number;
}

/** A block with everything that is computed from its bytes, computed once. */
export interface HashedBlock {
  readonly header: BlockHeader;
  readonly hash: Uint8Array;
  readonly transactions: readonly HashedTransaction[];
  readonly strippedSize: number;
  readonly weight: number;
}

/** Encodes and hashes a transaction once, for all that ask later. */
export function hashTransaction(tx: Transaction): HashedTransaction {
  const stripped = encodeTransaction(tx, { witness: false });
  const bytes = encodeTransaction(tx, { witness: true });
  const txid = sha256d(stripped);
  const scripts = [
    ...tx.inputs.map((input) => input.scriptSig),
    ...tx.outputs.map((output) => output.scriptPubKey),
  ];
  return {
    tx,
    txid,
    key: hexFromBytes(txid),
    wtxid: bytes.length === stripped.length ? txid : sha256d(bytes),
    bytes,
    strippedSize: stripped.length,
    weight: (WITNESS_SCALE - 1) * stripped.length + bytes.length,
    sigopCost: WITNESS_SCALE * scripts.reduce((sum, script) => sum + countSigops(script), 0),
  };
}

/** The same for a block and all that is in it; the sizes are those of the whole block, in bytes. */
export function hashBlock(block: Block): HashedBlock {
  const transactions = block.transactions.map(hashTransaction);
  const frame = HEADER_SIZE + compactSizeLength(transactions.length);
  const sum = (of: (tx: HashedTransaction) => number): number =>
    transactions.reduce((total, tx) => total + of(tx), 0);
  return {
    header: block.header,
    hash: blockHash(block.header),
    transactions,
    strippedSize: frame + sum((tx) => tx.strippedSize),
    weight: WITNESS_SCALE * frame + sum((tx) => tx.weight),
  };
}
