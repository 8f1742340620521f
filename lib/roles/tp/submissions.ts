import { encodeBlock } from "../../bitcoin/block.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { reasonOf, traceOf } from "../../errors.ts";
import type { BlockTarget, SolvedBlock, Verdict } from "../../node/node.ts";
import type { Host } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import type { FoundBlock } from "./desk.ts";
import type { Finding, SolutionStore } from "./solution_store.ts";

/** Milliseconds between two tries to reach a node with a block: at first, and once it was in vain for long. */
const RETRY_MS = 1_000;
const LATE_RETRY_MS = 10_000;
const TRIES_AT_FIRST = 60;

/** Who is told how a block of ours fared: once for each block. */
export type OnBlock = (block: { readonly hash: string; readonly verdict: Verdict }) => void;

/** What submitting takes. */
export interface SubmissionsOptions {
  /** The templates' node first, then every other that shall have our blocks. Names differ. */
  readonly targets: readonly BlockTarget[];
  readonly store: SolutionStore;
  readonly host: Pick<Host, "clock" | "signal">;
  readonly log: Log;
  readonly onBlock: OnBlock;
}

/**
 * Gets solved blocks to the nodes. A block is on the disk before any node hears of it; then it goes to
 * every node at once, to each until it has answered: over its restarts, over ours, and whatever the
 * others say. A disk that fails is told, and stops nothing.
 */
export class Submissions {
  readonly #options: SubmissionsOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** Blocks of earlier runs that somebody was told of. */
  readonly #resumed = new Set<string>();

  constructor(options: SubmissionsOptions) {
    this.#options = options;
  }

  /**
   * Takes a block that was just found.
   *
   * @param onVerdict Told once: what the templates' node says, or another that takes the block before.
   */
  found(block: FoundBlock, onVerdict: (verdict: Verdict) => void): void {
    this.#track(this.#found(block, onVerdict));
  }

  /** Takes to `target` what it has not answered, of earlier runs. */
  resume(target: BlockTarget): void {
    for (const hash of this.#options.store.unanswered(target.name)) {
      this.#track(this.#resume(hash, target));
    }
  }

  /** Resolves when every submission has its answer or was given up, because the program ends. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #found(found: FoundBlock, onVerdict: (verdict: Verdict) => void): Promise<void> {
    const { targets, store, onBlock, log } = this.#options;
    const { template, header, coinbase } = found;
    const finding: Finding = { ...found, hash: displayHash(found.hash) };
    const { hash } = finding;
    const transactions = await this.#transactions(found, finding);
    if (transactions === undefined) return;
    const block = encodeBlock(header, [coinbase, ...transactions]);
    await this.#safely(hash, () => store.save(finding, block));
    log.info("block.found", {
      hash,
      height: template.height,
      peer: found.address,
      templateId: found.templateId,
      transactions: transactions.length,
    });
    const noted = store.found(finding, template.height)
      .catch((error) => log.error("block.unrecorded", { hash, reason: reasonOf(error) }));
    let told = false;
    const tell = (verdict: Verdict): void => {
      if (told) return;
      told = true;
      onVerdict(verdict);
      onBlock({ hash, verdict });
    };
    const solved = { template, header, coinbase, block };
    await Promise.all(targets.map(async (target) => {
      const verdict = await this.#ask(hash, target, solved);
      const counts = target === targets[0] || verdict?.outcome !== "refused";
      if (verdict !== undefined && counts) tell(verdict);
    }));
    await noted;
    await this.#settle(hash);
  }

  async #resume(hash: string, target: BlockTarget): Promise<void> {
    const { store, log, onBlock } = this.#options;
    const left = await store.block(hash);
    if (left === undefined) {
      log.warn("block.unreadable", { hash, hint: "its file is gone, or holds no block" });
      return;
    }
    const hint = "found earlier, without an answer of this node";
    log.warn("block.resumed", { hash, height: left.height, node: target.name, hint });
    const verdict = await this.#ask(hash, target, left.block);
    if (verdict === undefined) return;
    if (!this.#resumed.has(hash)) {
      this.#resumed.add(hash);
      onBlock({ hash, verdict });
    }
    await this.#settle(hash);
  }

  /** The file may go once no node is left that has not answered. */
  async #settle(hash: string): Promise<void> {
    const { targets, store, log } = this.#options;
    if (!targets.every(({ name }) => store.isAnswered(hash, name))) return;
    await store.settle(hash)
      .catch((error) => log.warn("block.file", { hash, reason: reasonOf(error) }));
  }

  /** Tries until the node answers or the program ends; then undefined. */
  async #ask(
    hash: string,
    target: BlockTarget,
    block: SolvedBlock,
  ): Promise<Verdict | undefined> {
    const { store, log } = this.#options;
    const node = target.name;
    const verdict = await this.#persist(
      () => target.submit(block),
      (error) =>
        log.error("block.unanswered", {
          hash,
          node,
          reason: reasonOf(error),
          hint: "the block is kept and tried again",
        }),
    );
    if (verdict === undefined) return undefined;
    const level = verdict.outcome === "refused" ? "warn" : "info";
    log[level]("block.answered", { hash, node, ...verdict });
    await store.answered(hash, node, verdict)
      .catch((error) => log.error("block.unrecorded", { hash, reason: reasonOf(error) }));
    return verdict;
  }

  /** The template's transactions; what there is without them is saved if they do not come at once. */
  #transactions(
    { template, header, coinbase }: FoundBlock,
    finding: Finding,
  ): Promise<readonly Uint8Array[] | undefined> {
    const { store, log } = this.#options;
    const { hash } = finding;
    let saved = false;
    return this.#persist(() => template.transactions(), async (error) => {
      log.error("block.incomplete", {
        hash,
        reason: reasonOf(error),
        hint: "its transactions are asked for again; header and coinbase are kept",
      });
      if (saved) return;
      saved = true;
      await this.#safely(hash, () => store.savePartial(finding, header, coinbase));
    });
  }

  /** Tries until it works or the program ends; then undefined. */
  async #persist<T>(
    ask: () => Promise<T>,
    onFailure: (error: unknown) => Promise<void> | void,
  ): Promise<T | undefined> {
    const { clock, signal } = this.#options.host;
    for (let tries = 1;; tries++) {
      try {
        return await ask();
      } catch (error) {
        await onFailure(error);
        if (signal.aborted) return undefined;
        await clock.sleep(tries < TRIES_AT_FIRST ? RETRY_MS : LATE_RETRY_MS, signal);
        if (signal.aborted) return undefined;
      }
    }
  }

  async #safely(hash: string, save: () => Promise<void>): Promise<void> {
    try {
      await save();
    } catch (error) {
      this.#options.log.error("block.unsaved", {
        hash,
        reason: reasonOf(error),
        hint:
          "submitted all the same; if this process ends before a node has it, the block is lost",
      });
    }
  }

  #track(submission: Promise<void>): void {
    const tracked = submission.catch((error) =>
      this.#options.log.error("role.fault", { reason: traceOf(error) })
    );
    this.#underWay.add(tracked);
    void tracked.finally(() => this.#underWay.delete(tracked));
  }
}
