import { DecodeError } from "../errors.ts";
import { concatBytes, u32Bytes, u64Bytes } from "./bytes.ts";
import { compactSizeLength, decodeCompactSize, encodeCompactSize } from "./compact_size.ts";
import { sha256d } from "./hash.ts";

/** A Bitcoin transaction. `BIP 144` */
export interface Transaction {
  /** Unsigned, 32 bits. */
  readonly version: number;
  readonly inputs: readonly TxInput[];
  readonly outputs: readonly TxOutput[];
  readonly lockTime: number;
}

/** What a transaction spends, and the proof that it may. */
export interface TxInput {
  /** 32 bytes in wire order; zeros in a coinbase. */
  readonly prevTxid: Uint8Array;
  /** Unsigned, 32 bits; 0xffffffff in a coinbase. */
  readonly vout: number;
  readonly scriptSig: Uint8Array;
  readonly sequence: number;
  /** Empty if there is none. */
  readonly witness: readonly Uint8Array[];
}

/** Whom a transaction pays. */
export interface TxOutput {
  /** Satoshis, unsigned, 64 bits. What was decoded may exceed all the coins there are. */
  readonly value: bigint;
  readonly scriptPubKey: Uint8Array;
}

/**
 * The transaction's bytes.
 *
 * @param options.witness With marker, flag and witnesses, if any input has one. Without them is
 * what the id is made of.
 */
export function encodeTransaction(
  tx: Transaction,
  { witness }: { readonly witness: boolean },
): Uint8Array {
  const segwit = witness && tx.inputs.some((input) => input.witness.length > 0);
  return concatBytes(
    u32Bytes(tx.version),
    ...(segwit ? [SEGWIT_MARKER] : []),
    encodeCompactSize(tx.inputs.length),
    ...tx.inputs.flatMap((input) => [
      input.prevTxid,
      u32Bytes(input.vout),
      encodeCompactSize(input.scriptSig.length),
      input.scriptSig,
      u32Bytes(input.sequence),
    ]),
    encodeCompactSize(tx.outputs.length),
    ...tx.outputs.map(encodeOutput),
    ...(segwit ? tx.inputs.map((input) => encodeWitness(input.witness)) : []),
    u32Bytes(tx.lockTime),
  );
}

/** One output's bytes, as in a transaction. */
export function encodeOutput({ value, scriptPubKey }: TxOutput): Uint8Array {
  return concatBytes(u64Bytes(value), encodeCompactSize(scriptPubKey.length), scriptPubKey);
}

/** Bytes that {@link encodeOutput} gives: what is counted against a template's spare room. */
export function outputSize({ scriptPubKey }: TxOutput): number {
  return 8 + compactSizeLength(scriptPubKey.length) + scriptPubKey.length;
}

/** One input's witness: a count, and each item with its length. */
export function encodeWitness(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    encodeCompactSize(items.length),
    ...items.flatMap((item) => [encodeCompactSize(item.length), item]),
  );
}

/** Hash of the transaction without its witnesses: its name in inputs and merkle trees. */
export function txid(tx: Transaction): Uint8Array {
  return sha256d(encodeTransaction(tx, { witness: false }));
}

/** Hash of the whole transaction: its name in the witness commitment. */
export function wtxid(tx: Transaction): Uint8Array {
  return sha256d(encodeTransaction(tx, { witness: true }));
}

/** What the transaction takes of a block's 4,000,000 weight units. `BIP 141` */
export function weight(tx: Transaction): number {
  const stripped = encodeTransaction(tx, { witness: false }).length;
  return 3 * stripped + encodeTransaction(tx, { witness: true }).length;
}

/**
 * Reads one transaction, with or without witnesses, that fills `bytes` exactly.
 *
 * @param bytes Peer-controlled. Copied once; the result keeps no view on it.
 * @throws {DecodeError} And nothing else. Memory is bounded by a small multiple of the length.
 */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  if (bytes.length > MAX_SIZE) throw new DecodeError("too-large", "transaction", MAX_SIZE);
  const reader = new TransactionReader(bytes.slice());
  const tx = reader.transaction();
  reader.end();
  return tx;
}

/**
 * Reads `count` transactions that fill `bytes` exactly: what follows the count in a block.
 *
 * @param count Peer-controlled, like the bytes.
 * @throws {DecodeError} And nothing else.
 */
export function decodeTransactions(bytes: Uint8Array, count: number): Transaction[] {
  if (bytes.length > MAX_SIZE) throw new DecodeError("too-large", "transactions", MAX_SIZE);
  const reader = new TransactionReader(bytes.slice());
  const transactions: Transaction[] = [];
  while (transactions.length < count) transactions.push(reader.transaction());
  reader.end();
  return transactions;
}

/**
 * Reads `count` outputs that fill `bytes` exactly: NewTemplate has them so, the count apart.
 *
 * @param count Peer-controlled, like the bytes.
 * @throws {DecodeError} And nothing else.
 */
export function decodeOutputs(bytes: Uint8Array, count: number): TxOutput[] {
  const reader = new TransactionReader(bytes.slice());
  const outputs = reader.outputs(count);
  reader.end();
  return outputs;
}

/** Reads a CompactSize and as many outputs: AllocateMiningJobToken.Success, SetCustomMiningJob. */
export function decodeOutputArray(bytes: Uint8Array): TxOutput[] {
  const reader = new TransactionReader(bytes.slice());
  const outputs = reader.outputs(reader.compactSize("outputs"));
  reader.end();
  return outputs;
}

// The count of inputs is never 0, so a 0 there marks the form with witnesses.
const SEGWIT_MARKER = Uint8Array.of(0x00, 0x01);

/** No transaction is larger than a block. */
const MAX_SIZE = 4_000_000;

/**
 * Witness items in what is decoded at once. Consensus has no such limit, but an item can be a
 * single byte and costs us a hundred; a full block of real transactions has a third of this.
 */
const MAX_WITNESS_ITEMS = 100_000;

// Least bytes that one of each can take: with them a count is checked before it is believed.
const INPUT_SIZE = 41;
const OUTPUT_SIZE = 9;

class TransactionReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #witnessItems = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  transaction(): Transaction {
    const version = this.#u32("version");
    const segwit = this.#marker();
    const inputs = this.#inputs();
    const outputs = this.outputs(this.compactSize("outputs"));
    if (segwit) this.#witnesses(inputs);
    const lockTime = this.#u32("lock_time");
    return { version, inputs, outputs, lockTime };
  }

  outputs(count: number): TxOutput[] {
    this.#refuseBomb(count, OUTPUT_SIZE, "outputs");
    const outputs: TxOutput[] = [];
    while (outputs.length < count) {
      const value = this.#view.getBigUint64(this.#take(8, "value"), true);
      outputs.push({ value, scriptPubKey: this.#blob("script_pub_key") });
    }
    return outputs;
  }

  compactSize(path: string): number {
    const { value, end } = decodeCompactSize(this.#bytes, this.#at, path);
    this.#at = end;
    return value;
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw this.#error("too-long", "transaction");
  }

  #marker(): boolean {
    if (this.#bytes[this.#at] !== 0) return false;
    const [, flag] = this.#blobOf(2, "marker");
    if (flag !== 1) throw this.#error("malformed", "flag");
    return true;
  }

  #inputs(): (TxInput & { witness: Uint8Array[] })[] {
    const count = this.compactSize("inputs");
    this.#refuseBomb(count, INPUT_SIZE, "inputs");
    const inputs = [];
    while (inputs.length < count) {
      inputs.push({
        prevTxid: this.#blobOf(32, "prev_txid"),
        vout: this.#u32("vout"),
        scriptSig: this.#blob("script_sig"),
        sequence: this.#u32("sequence"),
        witness: [],
      });
    }
    return inputs;
  }

  #witnesses(inputs: readonly { readonly witness: Uint8Array[] }[]): void {
    const before = this.#witnessItems;
    for (const { witness } of inputs) {
      const count = this.compactSize("witness");
      this.#refuseBomb(count, 1, "witness");
      this.#witnessItems += count;
      if (this.#witnessItems > MAX_WITNESS_ITEMS) throw this.#error("too-large", "witness");
      while (witness.length < count) witness.push(this.#blob("witness"));
    }
    // The form with witnesses but none in it would be a second encoding of the form without.
    if (this.#witnessItems === before) throw this.#error("malformed", "witness");
  }

  #refuseBomb(count: number, size: number, path: string): void {
    if (count * size > this.#bytes.length - this.#at) throw this.#error("truncated", path);
  }

  #u32(path: string): number {
    return this.#view.getUint32(this.#take(4, path), true);
  }

  #blob(path: string): Uint8Array {
    return this.#blobOf(this.compactSize(path), path);
  }

  #blobOf(length: number, path: string): Uint8Array {
    const at = this.#take(length, path);
    return this.#bytes.subarray(at, at + length);
  }

  #take(length: number, path: string): number {
    if (length > this.#bytes.length - this.#at) throw this.#error("truncated", path);
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #error(code: DecodeError["code"], path: string): DecodeError {
    return new DecodeError(code, path, this.#at);
  }
}
