import { decodeBlock } from "../bitcoin/block.ts";
import { decodeTransaction } from "../bitcoin/transaction.ts";
import { DecodeError, OperatorError } from "../errors.ts";
import { Listeners } from "../node/listeners.ts";
import type {
  Node,
  NodeEvent,
  NodeHealth,
  NodeTemplate,
  SolvedBlock,
  TemplateConstraints,
  Tip,
  Verdict,
} from "../node/node.ts";
import type { Clock, Random } from "../ports.ts";
import type { Instant } from "../time.ts";
import { assembleTemplate } from "./assemble.ts";
import { bootstrap } from "./bootstrap.ts";
import { type Acceptance, Chain } from "./chain.ts";
import { easiestBits } from "./difficulty.ts";
import { hashBlock, type HashedTransaction, hashTransaction } from "./hashed.ts";
import { Mempool } from "./mempool.ts";
import { MAX_BLOCK_WEIGHT } from "./rules.ts";
import { Traffic } from "./traffic.ts";

/** How lively the chain is; all of it comes from the operator. */
export interface EmbeddedOptions {
  readonly clock: Pick<Clock, "now" | "unix" | "sleep">;
  readonly random: Random;
  /** Seconds between blocks, what `--block-time` says; 0: trivial difficulty for ever. */
  readonly blockTime: number;
  /** Hashes a second of whoever is going to mine, roughly: decides the first difficulty. */
  readonly hashRateHint: number;
  /** How many transactions come each second; 0: none. */
  readonly transactionsPerSecond: number;
}

/** A block's worth of coins to spend from the start, beyond those that are not mature yet. */
const BOOTSTRAP = 128;

/** Transactions that may wait; the stream stops at half of it. */
const POOL_CAPACITY = 10_000;

/** Milliseconds between two looks at what is due. */
const STEP_MS = 100;

/** Transactions made in one step, however late it comes. */
const MAX_BURST = 50;

const FEES_INTERVAL_MS = 1_000;

/** A Bitcoin node with nothing around it: regtest's rules, its own difficulty, its own traffic. */
export class EmbeddedNode implements Node {
  readonly name = "embedded";
  readonly network = "regtest";
  readonly #options: EmbeddedOptions;
  readonly #chain: Chain;
  readonly #pool: Mempool;
  readonly #traffic: Traffic;
  readonly #listeners = new Listeners();
  #running = false;
  /** Something joined the pool since {@link NodeEvent} `fees` was last sent. */
  #better = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#chain = new Chain({
      blockTime: options.blockTime,
      hashRate: options.hashRateHint,
      bootstrap: BOOTSTRAP,
    });
    this.#pool = new Mempool(this.#chain, POOL_CAPACITY);
    this.#traffic = new Traffic(this.#chain, this.#pool, options.random);
  }

  /** Mines the first blocks, then lets transactions come until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, transactionsPerSecond } = this.#options;
    bootstrap(this.#chain, this.#pool, clock.unix(), (acceptance) => this.#follow(acceptance));
    this.#running = !signal.aborted;
    let tip = this.#tip();
    this.#tell({ type: "up", tip });
    let due = 0;
    let last = clock.now();
    let told: Instant = -Infinity;
    while (!signal.aborted) {
      await clock.sleep(STEP_MS, signal);
      const now = clock.now();
      due = Math.min(due + transactionsPerSecond * (now - last) / 1_000, MAX_BURST);
      last = now;
      for (; due >= 1 && this.#pool.size < POOL_CAPACITY / 2; due--) this.transact();
      const next = this.#tip();
      // The same block, but a late successor may be easier.
      if (next.nBits !== tip.nBits && next.hash === tip.hash) {
        this.#tell({ type: "tip", tip: next });
      }
      tip = next;
      if (!this.#better || now - told < FEES_INTERVAL_MS) continue;
      this.#better = false;
      told = now;
      this.#tell({ type: "fees" });
    }
    this.#running = false;
    this.#tell({ type: "down", reason: "the embedded chain was stopped" });
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  template(constraints: TemplateConstraints): Promise<NodeTemplate> {
    const { reservedWeight } = constraints;
    if (!this.#running) return Promise.reject(notRunning());
    if (reservedWeight > MAX_BLOCK_WEIGHT) {
      return Promise.reject(
        new OperatorError("failure", `Cannot reserve ${reservedWeight} weight units of 4000000`),
      );
    }
    const { clock } = this.#options;
    return Promise.resolve(assembleTemplate(this.#chain, this.#pool, constraints, clock.unix()));
  }

  submit({ block }: SolvedBlock): Promise<Verdict> {
    if (!this.#running) return Promise.reject(notRunning());
    try {
      const hashed = hashBlock(decodeBlock(block));
      const acceptance = this.#chain.accept(hashed, this.#options.clock.unix());
      this.#follow(acceptance);
      if (acceptance.connected.length > 0) this.#tell({ type: "tip", tip: this.#tip() });
      return Promise.resolve(acceptance.verdict);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return Promise.resolve({ outcome: "refused", reason: "Block decode failed" });
    }
  }

  health(): Promise<NodeHealth> {
    const { height, header } = this.#chain.tip;
    return Promise.resolve({
      blocks: height,
      headers: height,
      initialDownload: !this.#running,
      peers: undefined,
      tipTime: header.time,
    });
  }

  /**
   * Lets a transaction wait for a block, as other nodes' `sendrawtransaction` does.
   *
   * @returns Why it was refused, in Bitcoin Core's words; undefined if it was taken.
   */
  offer(bytes: Uint8Array): string | undefined {
    try {
      return this.#offer(hashTransaction(decodeTransaction(bytes)));
    } catch (error) {
      if (error instanceof DecodeError) return "TX decode failed";
      throw error;
    }
  }

  /** Lets the next transaction of the stream come now. @returns Whether one could be made. */
  transact(): boolean {
    const made = this.#traffic.step() !== undefined;
    if (made) this.#better = true;
    return made;
  }

  #offer(tx: HashedTransaction): string | undefined {
    const fault = this.#pool.add(tx);
    if (fault === undefined) this.#better = true;
    return fault;
  }

  #follow(acceptance: Acceptance): void {
    this.#pool.follow(acceptance);
    this.#traffic.follow(acceptance);
  }

  #tip(): Tip {
    const { rules, tip } = this.#chain;
    const nBits = easiestBits(rules, tip, this.#options.clock.unix());
    return { hash: tip.hash, height: tip.height, nBits };
  }

  #tell(event: NodeEvent): void {
    this.#listeners.tell(event);
  }
}

function notRunning(): OperatorError {
  return new OperatorError("failure", "The embedded chain is not running");
}
