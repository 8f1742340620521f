import { encodeBlock } from "../../bitcoin/block.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { reasonOf, traceOf } from "../../errors.ts";
import type { Node, SolvedBlock, Verdict } from "../../node/node.ts";
import type { Host } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import { BlockStore } from "./block_store.ts";
import type { BuildOrder, Desk, FoundBlock, GatherOrder } from "./desk.ts";
import type { TpRole } from "./role.ts";

/** Milliseconds between two tries to reach the node with a block. */
const RETRY_MS = 1_000;

/** Who is told how a block of ours fared. */
export type OnBlock = (block: { readonly hash: string; readonly verdict: Verdict }) => void;

/** What stands behind the desk. */
export interface NodeDeskOptions {
  readonly node: Node;
  readonly host: Host;
  readonly log: Log;
  readonly blocksDirectory: string;
  readonly onBlock: OnBlock;
}

/** Carries the machine's orders to a node and a disk, and the answers back. */
export class NodeDesk implements Desk {
  readonly #options: NodeDeskOptions;
  readonly #store: BlockStore;
  readonly #submissions = new Set<Promise<void>>();
  readonly #left = new Map<string, SolvedBlock>();
  #role: TpRole | undefined;

  constructor(options: NodeDeskOptions) {
    this.#options = options;
    this.#store = new BlockStore(options.host.files, options.blocksDirectory);
  }

  /** Answers go to `role`, and so do the node's events. */
  attach(role: TpRole): void {
    const { node, host: { clock, signal } } = this.#options;
    this.#role = role;
    node.subscribe((event) => {
      // A node that stops because everything stops is no news.
      if (signal.aborted) return;
      if (event.type === "up") role.nodeUp(event.tip, clock.now());
      if (event.type === "tip") role.tipChanged(event.tip, clock.now());
      if (event.type === "fees") role.feesChanged(clock.now());
      if (event.type === "down") role.nodeDown(event.reason, clock.now());
    });
  }

  build(order: BuildOrder): void {
    const { node, host: { clock } } = this.#options;
    node.template(order.shape).then(
      (template) => this.#role?.templated(order, template, clock.now()),
      (error) => this.#role?.untemplated(order, reasonOf(error), clock.now()),
    ).catch((error) => this.#fault(error));
  }

  gather(order: GatherOrder): void {
    order.work.template.transactions().then(
      (transactions) => this.#role?.gathered(order, transactions),
      (error) => {
        this.#options.log.warn("transactions.failed", { reason: reasonOf(error) });
        this.#role?.gathered(order, undefined);
      },
    ).catch((error) => this.#fault(error));
  }

  submit(found: FoundBlock): void {
    this.#track(this.#submit(found));
  }

  /** Reads what an earlier run left without an answer. */
  async load(): Promise<void> {
    for (const hash of await this.#store.unsettled()) {
      const block = await this.#store.load(hash);
      if (block !== undefined) this.#left.set(hash, block);
      else this.#options.log.warn("block.unreadable", { hash });
    }
  }

  /** Submits what {@link NodeDesk.load} has found. */
  resume(): void {
    for (const [hash, block] of this.#left) {
      this.#options.log.warn("block.resumed", { hash, hint: "found before the last stop" });
      this.#track(this.#resubmit(hash, block));
    }
    this.#left.clear();
  }

  /** Resolves when every submission has its answer or was given up. */
  async drained(): Promise<void> {
    while (this.#submissions.size > 0) await Promise.all(this.#submissions);
  }

  async #submit(found: FoundBlock): Promise<void> {
    const { template, header, coinbase } = found;
    const hash = displayHash(found.hash);
    const transactions = await this.#persist(() => template.transactions(), hash);
    if (transactions === undefined) return;
    const block = encodeBlock(header, [coinbase, ...transactions]);
    try {
      await this.#store.save(hash, block);
    } catch (error) {
      this.#options.log.error("block.unsaved", {
        hash,
        reason: reasonOf(error),
        hint: "submitted all the same; if this process ends now, the block is lost",
      });
    }
    const verdict = await this.#ask(hash, { template, header, coinbase, block });
    if (verdict !== undefined) this.#role?.judged(found, verdict, this.#options.host.clock.now());
    await this.#settle(hash, verdict);
  }

  async #resubmit(hash: string, block: SolvedBlock): Promise<void> {
    const verdict = await this.#ask(hash, block);
    if (verdict !== undefined) this.#options.log.info("block.resubmitted", { hash, ...verdict });
    await this.#settle(hash, verdict);
  }

  #ask(hash: string, block: SolvedBlock): Promise<Verdict | undefined> {
    return this.#persist(() => this.#options.node.submit(block), hash);
  }

  async #settle(hash: string, verdict: Verdict | undefined): Promise<void> {
    if (verdict === undefined) return;
    const { log, onBlock } = this.#options;
    onBlock({ hash, verdict });
    await this.#store.settle(hash, verdict).catch((error) =>
      log.error("block.unsettled", { hash, reason: reasonOf(error) })
    );
  }

  /** Tries until it works or the program ends; then undefined. */
  async #persist<T>(ask: () => Promise<T>, hash: string): Promise<T | undefined> {
    const { host: { clock, signal }, log } = this.#options;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted) return undefined;
        log.error("block.unanswered", {
          hash,
          reason: reasonOf(error),
          hint: "the block is kept and tried again",
        });
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  #track(submission: Promise<void>): void {
    const tracked = submission.catch((error) => this.#fault(error));
    this.#submissions.add(tracked);
    void tracked.finally(() => this.#submissions.delete(tracked));
  }

  /** A fault of ours; the next order may fare better. */
  #fault(error: unknown): void {
    this.#options.log.error("role.fault", { reason: traceOf(error) });
  }
}
