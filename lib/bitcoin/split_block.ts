import { DecodeError } from "../errors.ts";
import { HEADER_SIZE } from "./header.ts";

/**
 * A block's transactions as they stand in it, coinbase first: views of `bytes`. Finds where each ends and
 * looks at nothing else, so that a full block takes little more time than it takes to read its bytes.
 *
 * @param bytes Peer-controlled.
 * @throws {DecodeError} And nothing else, if they are no block.
 */
export function splitBlock(bytes: Uint8Array): Uint8Array[] {
  const scan = new Scan(bytes);
  scan.skip(HEADER_SIZE);
  const count = scan.count(SMALLEST);
  const transactions: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const start = scan.at;
    scan.transaction();
    transactions.push(bytes.subarray(start, scan.at));
  }
  if (scan.at < bytes.length) throw new DecodeError("too-long", "block", scan.at);
  return transactions;
}

/** Bytes of a transaction without inputs and outputs, which none is. */
const SMALLEST = 10;

class Scan {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  transaction(): void {
    this.skip(4);
    // No transaction has no inputs, so a count of 0 marks the form with witnesses. BIP 144
    const segwit = this.#bytes[this.at] === 0;
    if (segwit) {
      if (this.#bytes[this.at + 1] !== 1) throw this.#error("malformed");
      this.skip(2);
    }
    const inputs = this.count(41);
    for (let i = 0; i < inputs; i++) {
      this.skip(36);
      this.skip(this.#compactSize());
      this.skip(4);
    }
    const outputs = this.count(9);
    for (let i = 0; i < outputs; i++) {
      this.skip(8);
      this.skip(this.#compactSize());
    }
    for (let i = 0; segwit && i < inputs; i++) {
      const items = this.count(1);
      for (let item = 0; item < items; item++) this.skip(this.#compactSize());
    }
    this.skip(4);
  }

  /** A number of things that take at least `size` bytes each. */
  count(size: number): number {
    const count = this.#compactSize();
    if (count * size > this.#bytes.length - this.at) throw this.#error("truncated");
    return count;
  }

  skip(length: number): void {
    if (length > this.#bytes.length - this.at) throw this.#error("truncated");
    this.at += length;
  }

  /** As `decodeCompactSize`, without an object for each. */
  #compactSize(): number {
    const at = this.at;
    const first = this.#bytes[at] ?? 0;
    const size = first < 0xfd ? 1 : first === 0xfd ? 3 : first === 0xfe ? 5 : 9;
    this.skip(size);
    if (size === 1) return first;
    let value = 0;
    for (let i = this.at - 1; i > at; i--) value = value * 256 + (this.#bytes[i] ?? 0);
    const least = size === 3 ? 0xfd : size === 5 ? 0x1_0000 : 0x1_0000_0000;
    if (value < least) throw this.#error("malformed");
    return value;
  }

  #error(code: DecodeError["code"]): DecodeError {
    return new DecodeError(code, "block", this.at);
  }
}
