import { concatBytes, equalBytes } from "../bitcoin/bytes.ts";
import type { TxOutput } from "../bitcoin/transaction.ts";
import type { Random } from "../ports.ts";
import type { Acceptance, Chain } from "./chain.ts";
import { type Coin, type Outpoint, outpoint } from "./coins.ts";
import { type HashedTransaction, hashTransaction } from "./hashed.ts";
import type { Mempool, PoolEntry } from "./mempool.ts";
import { COINBASE_MATURITY, WITNESS_SCALE } from "./rules.ts";
import { ANYONE_P2WSH } from "./scripts.ts";
import { spendAnyone } from "./spend_anyone.ts";

/** A coin that was chosen to be spent. */
interface Input {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
}

/**
 * The life in the embedded chain: transactions with witnesses that pay fees of many sizes, some spend
 * outputs still waiting for a block, some replace one that waits for more fee. They move the coins
 * that anyone may spend, which are the bootstrap's, among themselves.
 */
export class Traffic {
  readonly #chain: Chain;
  readonly #pool: Mempool;
  readonly #random: Random;
  /** Outputs to {@link ANYONE_P2WSH}; some of them may be spent by now. */
  readonly #ours: Outpoint[] = [];
  readonly #immature: { readonly outpoint: Outpoint; readonly height: number }[] = [];

  constructor(chain: Chain, pool: Mempool, random: Random) {
    this.#chain = chain;
    this.#pool = pool;
    this.#random = random;
  }

  /** Takes note of coins in blocks that joined the chain. */
  follow({ connected }: Acceptance): void {
    const height = this.#chain.tip.height;
    for (const [behind, block] of connected.toReversed().entries()) {
      const [coinbase] = block.transactions;
      if (coinbase === undefined) continue;
      for (const name of outputsToAnyone(coinbase)) {
        this.#immature.push({ outpoint: name, height: height - behind });
      }
    }
  }

  /** Adds one transaction to the pool. @returns It, or undefined if none could be made. */
  step(): HashedTransaction | undefined {
    this.#mature();
    const replaced = this.#below(10) === 0 ? this.#replaceable() : undefined;
    if (replaced !== undefined) return this.#offer(this.#replacement(replaced));
    const inputs = this.#pick(this.#ours.length > MANY ? 10 : 1);
    const tx = this.#offer(this.#fresh(inputs));
    // Perhaps only the pool was full, or a chain too long: they may go another time.
    if (tx === undefined) { for (const input of inputs) this.#ours.push(input.outpoint); }
    return tx;
  }

  #offer(tx: HashedTransaction | undefined): HashedTransaction | undefined {
    if (tx === undefined || this.#pool.add(tx) !== undefined) return undefined;
    for (const name of outputsToAnyone(tx)) this.#ours.push(name);
    return tx;
  }

  #mature(): void {
    for (;;) {
      const [oldest] = this.#immature;
      if (oldest === undefined) return;
      if (this.#chain.next.height - oldest.height < COINBASE_MATURITY) return;
      this.#immature.shift();
      this.#ours.push(oldest.outpoint);
    }
  }

  #fresh(inputs: readonly Input[]): HashedTransaction | undefined {
    const payees = this.#ours.length > MANY ? 1 : this.#ours.length < FEW ? 20 : 1 + this.#below(3);
    const extra = this.#below(4) === 0 ? [this.#note()] : [];
    return this.#transaction(inputs, payees, extra, 1 + this.#below(50));
  }

  /** Coins to spend, each taken off the list. May be fewer. */
  #pick(count: number): Input[] {
    const inputs: Input[] = [];
    const kept: Outpoint[] = [];
    for (let tries = 0; tries < 32 && inputs.length < count && this.#ours.length > 0; tries++) {
      const at = this.#below(this.#ours.length);
      const name = this.#ours[at];
      const last = this.#ours.pop();
      if (name === undefined || last === undefined) break;
      if (at < this.#ours.length) this.#ours[at] = last;
      const coin = this.#pool.coin(name);
      if (coin === undefined) continue;
      // One in four that wait for a block is spent before.
      if (this.#chain.coins.get(name) === undefined && this.#below(4) > 0) kept.push(name);
      else inputs.push({ outpoint: name, coin });
    }
    this.#ours.push(...kept);
    return inputs;
  }

  #replaceable(): PoolEntry | undefined {
    const entries = [...this.#pool.entries()].filter(({ children }) => children.size === 0);
    return entries[this.#below(entries.length)];
  }

  /** The same coins, one output, a fee that makes up for what is replaced. */
  #replacement({ spends, fee, hashed }: PoolEntry): HashedTransaction | undefined {
    const created = hashed.tx.outputs.reduce((sum, { value }) => sum + value, 0n);
    const total = created + fee;
    const inputs = spends.map((name) => ({ outpoint: name }));
    const change = total - fee * 2n - BigInt(hashed.weight);
    return change < DUST
      ? undefined
      : build(inputs, [{ value: change, scriptPubKey: ANYONE_P2WSH }]);
  }

  /** @param rate Satoshis a virtual byte. */
  #transaction(
    inputs: readonly Input[],
    payees: number,
    extra: readonly TxOutput[],
    rate: number,
  ): HashedTransaction | undefined {
    const total = inputs.reduce((sum, { coin }) => sum + coin.value, 0n);
    const paying = (each: bigint): HashedTransaction =>
      build(inputs, [
        ...Array.from({ length: payees }, () => ({ value: each, scriptPubKey: ANYONE_P2WSH })),
        ...extra,
      ]);
    if (inputs.length === 0) return undefined;
    const fee = BigInt(Math.ceil(paying(0n).weight / WITNESS_SCALE) * rate);
    const each = (total - fee) / BigInt(payees);
    return each < DUST ? undefined : paying(each);
  }

  /** An output that says something at random. */
  #note(): TxOutput {
    const text = this.#random.bytes(1 + this.#below(75));
    return { value: 0n, scriptPubKey: concatBytes(Uint8Array.of(0x6a, text.length), text) };
  }

  /** An integer in `[0, limit)`, not quite uniform. */
  #below(limit: number): number {
    const bytes = this.#random.bytes(4);
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    return limit === 0 ? 0 : number % limit;
  }
}

/** Fewer coins than this are split, more than {@link MANY} joined. */
const FEW = 50;
const MANY = 500;
const DUST = 1_000n;

function build(
  inputs: readonly { readonly outpoint: Outpoint }[],
  outputs: readonly TxOutput[],
): HashedTransaction {
  return hashTransaction(spendAnyone(inputs.map(({ outpoint }) => outpoint), outputs));
}

function outputsToAnyone({ tx, key }: HashedTransaction): Outpoint[] {
  return tx.outputs.flatMap(({ scriptPubKey }, vout) =>
    equalBytes(scriptPubKey, ANYONE_P2WSH) ? [outpoint(key, vout)] : []
  );
}
