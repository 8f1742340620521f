import type { Transaction } from "../bitcoin/transaction.ts";
import type { UnixSeconds } from "../time.ts";
import { type Coin, outpointsOf } from "./coins.ts";
import type { HashedTransaction } from "./hashed.ts";
import { COINBASE_MATURITY, MAX_BLOCK_WEIGHT, MAX_MONEY, WITNESS_SCALE } from "./rules.ts";
import { spendingFault } from "./scripts.ts";

// Reasons are Bitcoin Core's, in its order of checks, so that what a client learns here holds there.

/** Whether the transaction spends nothing, so makes coins: its one input names no output. */
export function isCoinbase({ inputs }: Transaction): boolean {
  const [input] = inputs;
  return inputs.length === 1 && input !== undefined && isNull(input);
}

/** @returns What is wrong with the transaction taken alone, or undefined. */
export function transactionFault(hashed: HashedTransaction): string | undefined {
  const { tx } = hashed;
  if (tx.inputs.length === 0) return "bad-txns-vin-empty";
  if (tx.outputs.length === 0) return "bad-txns-vout-empty";
  if (hashed.strippedSize * WITNESS_SCALE > MAX_BLOCK_WEIGHT) return "bad-txns-oversize";
  let total = 0n;
  for (const output of tx.outputs) {
    const value = BigInt.asIntN(64, output.value);
    if (value < 0n) return "bad-txns-vout-negative";
    if (value > MAX_MONEY) return "bad-txns-vout-toolarge";
    total += value;
    if (total > MAX_MONEY) return "bad-txns-txouttotal-toolarge";
  }
  const spent = outpointsOf(hashed);
  if (new Set(spent).size < spent.length) return "bad-txns-inputs-duplicate";
  if (isCoinbase(tx)) {
    const length = tx.inputs[0]?.scriptSig.length ?? 0;
    return length < 2 || length > 100 ? "bad-cb-length" : undefined;
  }
  return tx.inputs.some(isNull) ? "bad-txns-prevout-null" : undefined;
}

/** Where a transaction is about to be put. */
export interface Place {
  /** Of its block. */
  readonly height: number;
  /** Median time before its block. */
  readonly medianTime: UnixSeconds;
}

/** Whether the absolute lock time has passed. `BIP 113` */
export function isFinal(tx: Transaction, { height, medianTime }: Place): boolean {
  const now = tx.lockTime < LOCK_TIME_IS_TIME ? height : medianTime;
  return tx.lockTime < now || tx.inputs.every(({ sequence }) => sequence === FINAL_SEQUENCE);
}

/** What a transaction leaves for the block, in satoshis, or which rule it breaks. */
export type Spending =
  | { readonly fee: bigint; readonly fault?: never }
  | { readonly fault: string };

/**
 * Checks that `tx`, which is not a coinbase, may spend `coins`.
 *
 * @param coins What its inputs name, in their order; undefined where there is nothing.
 * @returns The fee in satoshis, or what is wrong.
 */
export function checkSpending(
  { tx }: HashedTransaction,
  coins: readonly (Coin | undefined)[],
  place: Place,
): Spending {
  let paid = 0n;
  for (const coin of coins) {
    if (coin === undefined) return { fault: "bad-txns-inputs-missingorspent" };
    if (coin.coinbase && place.height - coin.height < COINBASE_MATURITY) {
      return { fault: "bad-txns-premature-spend-of-coinbase" };
    }
    paid += coin.value;
    if (coin.value > MAX_MONEY || paid > MAX_MONEY) {
      return { fault: "bad-txns-inputvalues-outofrange" };
    }
  }
  const fee = paid - tx.outputs.reduce((sum, { value }) => sum + value, 0n);
  if (fee < 0n) return { fault: "bad-txns-in-belowout" };
  for (const [index, input] of tx.inputs.entries()) {
    const coin = coins[index];
    if (coin === undefined) return { fault: "bad-txns-inputs-missingorspent" };
    if (isLocked(tx.version, input.sequence, coin, place)) return { fault: "bad-txns-nonfinal" };
    const fault = spendingFault(coin.scriptPubKey, input);
    if (fault !== undefined) return { fault };
  }
  return { fee };
}

const FINAL_SEQUENCE = 0xffff_ffff;
const LOCK_TIME_IS_TIME = 500_000_000;

// BIP 68.
const SEQUENCE_DISABLED = 0x8000_0000;
const SEQUENCE_IS_TIME = 0x0040_0000;
const SEQUENCE_MASK = 0xffff;
const SEQUENCE_UNIT = 512;

function isLocked(version: number, sequence: number, coin: Coin, place: Place): boolean {
  if (version < 2 || (sequence & SEQUENCE_DISABLED) !== 0) return false;
  const least = sequence & SEQUENCE_MASK;
  if ((sequence & SEQUENCE_IS_TIME) === 0) return place.height < coin.height + least;
  return place.medianTime < coin.medianTime + least * SEQUENCE_UNIT;
}

function isNull({ prevTxid, vout }: { prevTxid: Uint8Array; vout: number }): boolean {
  return vout === 0xffff_ffff && prevTxid.every((byte) => byte === 0);
}
