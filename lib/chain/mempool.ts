import type { Acceptance, Chain } from "./chain.ts";
import { type Coin, type Outpoint, outpointsOf } from "./coins.ts";
import type { HashedTransaction } from "./hashed.ts";
import { checkSpending, isCoinbase, isFinal, transactionFault } from "./transaction_rules.ts";

/** A transaction that waits for a block. */
export interface PoolEntry {
  readonly hashed: HashedTransaction;
  /** Satoshis. */
  readonly fee: bigint;
  readonly spends: readonly Outpoint[];
  /** Keys of transactions in the pool whose outputs it spends. */
  readonly parents: Set<string>;
  /** Keys of transactions in the pool that spend its outputs. */
  readonly children: Set<string>;
  /** Higher for those that came later: parents have a lower one than their children. */
  readonly order: number;
}

/** Longest chain of transactions that wait for one another, the last one included. */
export const MAX_ANCESTORS = 25;

/** Transactions that one replacement may throw out. */
const MAX_REPLACED = 100;

/**
 * Transactions that could stand in the next block, all of them together.
 *
 * Refusals have Bitcoin Core's names: `txn-already-in-mempool`, `insufficient fee`, and so on.
 */
export class Mempool {
  readonly #chain: Chain;
  readonly #capacity: number;
  /** In the order in which they came, so parents first. */
  #entries = new Map<string, PoolEntry>();
  #spenders = new Map<Outpoint, string>();
  #order = 0;

  /** @param capacity How many transactions are kept. */
  constructor(chain: Chain, capacity: number) {
    this.#chain = chain;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): PoolEntry | undefined {
    return this.#entries.get(key);
  }

  entries(): IterableIterator<PoolEntry> {
    return this.#entries.values();
  }

  /** What may be spent by a transaction that is added now, waiting outputs included. */
  coin(name: Outpoint): Coin | undefined {
    return this.#spenders.has(name) ? undefined : this.#unspentInBlocks(name);
  }

  /** @returns Why `hashed` was refused, or undefined if it is in. Replaces what pays less. */
  add(hashed: HashedTransaction): string | undefined {
    const { tx, key } = hashed;
    if (this.#entries.has(key)) return "txn-already-in-mempool";
    if (this.#entries.size >= this.#capacity) return "mempool full";
    const flaw = transactionFault(hashed);
    if (flaw !== undefined) return flaw;
    if (isCoinbase(tx)) return "coinbase";
    const place = this.#chain.next;
    if (!isFinal(tx, place)) return "non-final";

    const spends = outpointsOf(hashed);
    const replaced = this.#withDescendants(
      spends.flatMap((name) => this.#spenders.get(name) ?? []),
    );
    const parents = new Set<string>();
    for (const name of spends) {
      const parent = name.slice(0, name.indexOf(":"));
      if (replaced.has(parent)) return "bad-txns-spends-conflicting-tx";
      if (this.#entries.has(parent)) parents.add(parent);
    }
    if (this.ancestors(parents).size >= MAX_ANCESTORS) return "too-long-mempool-chain";
    const coins = spends.map((name) => this.#unspentInBlocks(name));
    const spending = checkSpending(hashed, coins, place);
    if (spending.fault !== undefined) return spending.fault;
    const fault = this.#replacementFault(hashed, spending.fee, replaced);
    if (fault !== undefined) return fault;

    for (const old of replaced) this.#drop(old);
    const children = new Set<string>();
    const entry = { hashed, fee: spending.fee, spends, parents, children, order: this.#order++ };
    this.#entries.set(key, entry);
    for (const name of spends) this.#spenders.set(name, key);
    for (const parent of parents) this.#entries.get(parent)?.children.add(key);
    return undefined;
  }

  /** Follows the chain: drops what was mined or is now impossible, takes back what was unmined. */
  follow({ disconnected, connected }: Acceptance): void {
    for (const { transactions } of connected) {
      for (const tx of transactions.slice(1)) {
        this.#drop(tx.key);
        const rivals = outpointsOf(tx).flatMap((name) => this.#spenders.get(name) ?? []);
        for (const rival of this.#withDescendants(rivals)) this.#drop(rival);
      }
    }
    if (disconnected.length === 0) return;
    const waiting = [...this.#entries.values()].map(({ hashed }) => hashed);
    this.#entries = new Map();
    this.#spenders = new Map();
    const unmined = disconnected.toReversed().flatMap(({ transactions }) => transactions.slice(1));
    for (const tx of [...unmined, ...waiting]) this.add(tx);
  }

  /** `keys`, and everything in the pool that they depend on. */
  ancestors(keys: Iterable<string>): Set<string> {
    return this.#closure(keys, ({ parents }) => parents);
  }

  #withDescendants(keys: Iterable<string>): Set<string> {
    return this.#closure(keys, ({ children }) => children);
  }

  #closure(keys: Iterable<string>, next: (entry: PoolEntry) => Set<string>): Set<string> {
    const closure = new Set(keys);
    // A set hands out what is added to it while it is walked.
    for (const key of closure) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) { for (const other of next(entry)) closure.add(other); }
    }
    return closure;
  }

  #replacementFault(
    { weight }: HashedTransaction,
    fee: bigint,
    replaced: ReadonlySet<string>,
  ): string | undefined {
    if (replaced.size > MAX_REPLACED) return "too many potential replacements";
    let fees = 0n;
    for (const key of replaced) {
      const old = this.#entries.get(key);
      if (old === undefined) continue;
      fees += old.fee;
      // As fractions: fee / weight <= old.fee / old.weight.
      if (fee * BigInt(old.hashed.weight) <= old.fee * BigInt(weight)) return "insufficient fee";
    }
    return replaced.size > 0 && fee <= fees ? "insufficient fee" : undefined;
  }

  #unspentInBlocks(name: Outpoint): Coin | undefined {
    const coin = this.#chain.coins.get(name);
    if (coin !== undefined) return coin;
    const at = name.indexOf(":");
    const output = this.#entries.get(name.slice(0, at))?.hashed.tx
      .outputs[Number(name.slice(at + 1))];
    return output && { ...output, ...this.#chain.next, coinbase: false };
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const name of entry.spends) this.#spenders.delete(name);
    for (const parent of entry.parents) this.#entries.get(parent)?.children.delete(key);
    for (const child of entry.children) this.#entries.get(child)?.parents.delete(key);
  }
}
