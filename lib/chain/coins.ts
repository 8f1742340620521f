import { hexFromBytes } from "../bitcoin/bytes.ts";
import type { UnixSeconds } from "../time.ts";
import type { HashedTransaction } from "./hashed.ts";
import { isUnspendable } from "./scripts.ts";

/** An output that was not spent yet. */
export interface Coin {
  /** Satoshis. */
  readonly value: bigint;
  readonly scriptPubKey: Uint8Array;
  /** Of the block that created it. */
  readonly height: number;
  /** Median time before that block, for relative lock times. `BIP 68` */
  readonly medianTime: UnixSeconds;
  readonly coinbase: boolean;
}

/** A coin's name: the transaction's key and the output's number. */
export type Outpoint = string;

/** @param txKey The txid as hex, in header order: {@link HashedTransaction.key}. */
export function outpoint(txKey: string, vout: number): Outpoint {
  return `${txKey}:${vout}`;
}

/** The outputs that `tx` spends, in its order. */
export function outpointsOf({ tx }: HashedTransaction): Outpoint[] {
  return tx.inputs.map(({ prevTxid, vout }) => outpoint(hexFromBytes(prevTxid), vout));
}

/** One change to the set of coins: what stood there before. */
export interface Change {
  readonly outpoint: Outpoint;
  readonly before: Coin | undefined;
}

/** All coins, and how to go back. */
export class Coins {
  readonly #coins = new Map<Outpoint, Coin>();

  get size(): number {
    return this.#coins.size;
  }

  get(name: Outpoint): Coin | undefined {
    return this.#coins.get(name);
  }

  spend(name: Outpoint, journal: Change[]): void {
    journal.push({ outpoint: name, before: this.#coins.get(name) });
    this.#coins.delete(name);
  }

  /** Adds what `created` pays, as of a block. */
  create(
    { tx, key }: HashedTransaction,
    of: Pick<Coin, "height" | "medianTime" | "coinbase">,
    journal: Change[],
  ): void {
    for (const [vout, { value, scriptPubKey }] of tx.outputs.entries()) {
      if (isUnspendable(scriptPubKey)) continue;
      const name = outpoint(key, vout);
      journal.push({ outpoint: name, before: this.#coins.get(name) });
      this.#coins.set(name, { value, scriptPubKey, ...of });
    }
  }

  /** Takes back every change of `journal`, last first. */
  revert(journal: readonly Change[]): void {
    for (const { outpoint: name, before } of journal.toReversed()) {
      if (before === undefined) this.#coins.delete(name);
      else this.#coins.set(name, before);
    }
  }
}
