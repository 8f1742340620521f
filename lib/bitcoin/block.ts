import { DecodeError } from "../errors.ts";
import { concatBytes } from "./bytes.ts";
import { decodeCompactSize, encodeCompactSize } from "./compact_size.ts";
import { type BlockHeader, decodeHeader, HEADER_SIZE } from "./header.ts";
import { decodeTransactions, type Transaction } from "./transaction.ts";

/** A whole block, coinbase first. */
export interface Block {
  readonly header: BlockHeader;
  readonly transactions: readonly Transaction[];
}

/**
 * A block's bytes, as on disk and on the wire.
 *
 * @param header 80 bytes.
 * @param transactions With witnesses, coinbase first.
 */
export function encodeBlock(header: Uint8Array, transactions: readonly Uint8Array[]): Uint8Array {
  return concatBytes(header, encodeCompactSize(transactions.length), ...transactions);
}

/** @throws {DecodeError} And nothing else, whatever `bytes` are. */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes.length < HEADER_SIZE) throw new DecodeError("truncated", "block", bytes.length);
  const header = decodeHeader(bytes.subarray(0, HEADER_SIZE));
  const { value: count, end } = decodeCompactSize(bytes, HEADER_SIZE, "transactions");
  return { header, transactions: decodeTransactions(bytes.subarray(end), count) };
}
