import { equalBytes } from "../../bitcoin/bytes.ts";
import { pushedHeight } from "../../bitcoin/height.ts";
import { RemoteError } from "../../capnp/remote_error.ts";
import { OperatorError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { Instant } from "../../time.ts";
import type { Tip } from "../node.ts";
import type { BlockTemplate } from "./block_template.ts";
import type { Session } from "./session.ts";
import { readEmptyTemplate, type TemplateParts, tipOf } from "./template.ts";

/** Milliseconds after which a wait for a tip is begun anew: a node that hangs shows by that. */
const WAIT_MS = 20_000;
/** Milliseconds that the node's clock may be off ours within one wait. */
const SLACK_MS = 1_000;
/** Milliseconds between two templates on one tip; the node takes a second where it makes any. */
const PAUSE_MS = 500;
/** Milliseconds that a node may take for its first template until it is said to be catching up. */
const PATIENCE_MS = 1_000;
/** Milliseconds between two reports of how far it is. */
const REPORT_MS = 60_000;

/** For blocks without transactions, and for looks at the fees: any will do. */
const ANY_CONSTRAINTS = { reservedWeight: 2_000, reservedSigops: 0 };

/** A template without transactions, on the tip. */
export interface EmptyTemplate {
  readonly remote: BlockTemplate;
  readonly parts: TemplateParts;
  readonly madeAt: Instant;
}

/** What a template's coinbase gets, and at which height. */
interface Paid {
  readonly height: number;
  readonly value: bigint;
}

/** How to watch, and whom to tell. */
export interface WatchOptions {
  readonly session: Session;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Whether to wait until the node has caught up with the network. */
  readonly cooldown: boolean;
  /** Milliseconds between two looks at the fees. */
  readonly feeIntervalMs: number;
  /** Told of each tip, and of the same tip with other `nBits`. */
  readonly onTip: (tip: Tip) => void;
  /** Told when a template may pay more than one made before. */
  readonly onFees: () => void;
  /** Told that there are no templates yet, and why. */
  readonly onWaiting: (reason: string) => void;
}

/**
 * Sees tips and fees come on one connection.
 *
 * For the tip it holds a template without transactions and waits for the next one: that costs the node
 * next to nothing, tells of `nBits` too, and is an empty template that is there before anyone asks.
 * For the fees it has full templates made from time to time. The node offers to do both at once; but then
 * it makes a full template before it tells of a tip.
 */
export class Watch {
  readonly #options: WatchOptions;
  #empty: EmptyTemplate | undefined;
  #tip: Tip | undefined;
  #isInterrupted = false;
  /** What the last template on the tip paid in all. */
  #best: Paid | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Undefined until there is a first template. */
  get empty(): EmptyTemplate | undefined {
    return this.#empty;
  }

  /** A full template was made for someone. */
  made({ height, coinbase }: TemplateParts): void {
    if (this.#best === undefined || this.#best.height < height) {
      this.#best = { height, value: coinbase.valueRemaining };
    }
  }

  /** Watches until it is interrupted, the connection ends, or the node shuts down; and says which. */
  async run(): Promise<void> {
    const first = await this.#first();
    await this.#follow(first, readEmptyTemplate(first, this.#options.session.threads.tip));
    await Promise.all([this.#watchTips(), this.#watchFees()]);
  }

  /** Has the node end what it does for {@link Watch.run}. Never rejects. */
  async interrupt(): Promise<void> {
    const { mining } = this.#options.session;
    this.#isInterrupted = true;
    const wait = this.#empty?.remote.interruptWait() ?? mining.interrupt();
    await wait.catch(() => {});
  }

  async #first(): Promise<BlockTemplate> {
    const { session: { mining, threads, signal }, clock, cooldown } = this.#options;
    const constraints = { ...ANY_CONSTRAINTS, useMempool: false };
    if (!cooldown) return required(await mining.createNewBlock(constraints, threads.tip));
    const made = new AbortController();
    const template = mining.createWhenCaughtUp(constraints, threads.tip)
      .finally(() => made.abort());
    // Awaited below, unless the connection ends before.
    template.catch(() => {});
    const ends = AbortSignal.any([made.signal, signal]);
    await clock.sleep(PATIENCE_MS, ends);
    while (!ends.aborted) {
      this.#options.onWaiting(await this.#progress());
      await clock.sleep(REPORT_MS, ends);
    }
    return required(await template);
  }

  async #progress(): Promise<string> {
    const { session: { mining, threads: { calls }, rpc } } = this.#options;
    if (rpc !== undefined) {
      const [info, peers] = await Promise.all([rpc.chainInfo(calls), rpc.peers(calls)]);
      const what = info.initialDownload ? "is in initial block download" : "is catching up";
      return `it ${what}: block ${info.blocks} of ${info.headers}, ${peers} peers; ` +
        "templates come when it is done";
    }
    const isInitial = await mining.isInitialBlockDownload(calls);
    const tip = await mining.getTip(calls);
    const what = isInitial ? "is in initial block download" : "is catching up";
    return `it ${what}, at block ${tip?.height ?? 0}; templates come when it is done`;
  }

  async #watchTips(): Promise<void> {
    const { session: { threads, signal }, clock } = this.#options;
    for (let current = this.#empty; current !== undefined; current = this.#empty) {
      if (this.#isInterrupted) throw new Error("it is not used any more");
      const asked = clock.now();
      const waiting = current.remote.waitNext(WAIT_MS, threads.tip);
      // Asked now, so that the answer comes with the template: half a millisecond of every new tip.
      const parts = readEmptyTemplate(waiting.promised, threads.tip);
      // There is none where there is no template.
      parts.catch(() => {});
      const next = await waiting.next;
      const waited = clock.now() - asked;
      if (next === undefined) {
        if (waited < WAIT_MS - SLACK_MS) throw shuttingDown();
        continue;
      }
      const isNew = await this.#follow(next, parts);
      if (!isNew && waited < PAUSE_MS) await clock.sleep(PAUSE_MS, signal);
    }
  }

  /** @returns Whether there is another tip. */
  async #follow(remote: BlockTemplate, reading: Promise<TemplateParts>): Promise<boolean> {
    const { session: { known }, clock, onTip } = this.#options;
    const parts = await reading;
    const tip = tipOf(parts);
    const last = this.#tip;
    this.#empty?.remote.release();
    this.#empty = { remote, parts, madeAt: clock.now() };
    this.#tip = tip;
    known.add(tip.hash);
    const isNew = last === undefined || !equalBytes(last.hash, tip.hash);
    if (isNew || last.nBits !== tip.nBits) onTip(tip);
    return isNew;
  }

  async #watchFees(): Promise<void> {
    const { session: { signal }, clock, feeIntervalMs, onFees } = this.#options;
    let pause = feeIntervalMs;
    for (;;) {
      await clock.sleep(pause, signal);
      if (signal.aborted) return;
      const asked = clock.now();
      const paid = await this.#look();
      // It takes the node's lock: a slow one needs its time for other things.
      pause = Math.max(feeIntervalMs, 10 * (clock.now() - asked));
      const best = this.#best;
      if (paid !== undefined) this.#best = paid;
      if (best !== undefined && best.height === paid?.height && paid.value > best.value) onFees();
    }
  }

  /** What a template would pay now; undefined if there is none, which is for those to say who need it. */
  async #look(): Promise<Paid | undefined> {
    const { session: { mining, threads: { fees } } } = this.#options;
    try {
      const template = await mining.createNewBlock({ ...ANY_CONSTRAINTS, useMempool: true }, fees);
      const coinbase = await template?.coinbase(fees).finally(() => template.release());
      return coinbase && {
        height: pushedHeight(coinbase.scriptSigPrefix),
        value: coinbase.valueRemaining,
      };
    } catch (error) {
      if (error instanceof RemoteError && error.kind === "failed") return undefined;
      throw error;
    }
  }
}

function required(template: BlockTemplate | undefined): BlockTemplate {
  if (template === undefined) throw shuttingDown();
  return template;
}

function shuttingDown(): OperatorError {
  return new OperatorError("peer", "it is shutting down");
}
