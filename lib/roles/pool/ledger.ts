import { displayHash } from "../../bitcoin/header.ts";
import { reasonOf } from "../../errors.ts";
import type { SubmitSolution } from "../../messages/template.ts";
import type { Clock, Files } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import {
  type BlockOutcome,
  type BlockSink,
  decodeBlock,
  encodeBlock,
  type FoundBlock,
  solutionOf,
} from "./found.ts";
import type { ProviderWatcher } from "./providers.ts";

/**
 * Seconds after which a provider no longer has the template, and the block no place in the chain.
 */
const GIVE_UP_SECONDS = 3_600;
/** Blocks that may wait for the disk. More are no mining but a test network, and go without it. */
const MOST_WAITING = 64;
/** Blocks whose outcome is awaited at a time. */
const MOST_PENDING = 1_024;

/**
 * Blocks that are sent again to a provider that has come back, the newest. Older ones are on a chain
 * that went on without them; and a provider sends away whoever submits too much that it does not know.
 */
const MOST_SENT_AGAIN = 16;

/** Where found blocks are kept, and how they get out. */
export interface LedgerOptions {
  readonly files: Files;
  /** Below it, `pending/` has the blocks whose outcome is not known. */
  readonly directory: string;
  /** Sends a solution. @returns False if that provider is not there. */
  readonly submit: (provider: string, solution: SubmitSolution) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once for each block that the provider has at the end of its chain. */
  readonly onAccepted?: (block: FoundBlock) => void;
}

/**
 * Keeps found blocks until they are in the chain. A block is on the disk before its solution is sent;
 * the protocol has no answer to a solution, so it is sent again whenever its provider comes back,
 * after a restart of ours too, until the provider names the block as its tip or an hour has passed.
 * To be given the same solution twice does a provider no harm; to be given none would lose a block.
 */
export class BlockLedger implements BlockSink, ProviderWatcher {
  readonly #options: LedgerOptions;
  /** By hash, oldest first. */
  readonly #pending = new Map<string, FoundBlock>();
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Blocks whose outcome is not known. */
  get pending(): readonly FoundBlock[] {
    return [...this.#pending.values()];
  }

  /** Reads what an earlier run left. To be awaited before providers are connected to. */
  async load(): Promise<void> {
    const { files, directory, log } = this.#options;
    const left: FoundBlock[] = [];
    for (const name of await files.list(`${directory}/pending`)) {
      const path = `${directory}/pending/${name}`;
      try {
        const bytes = await files.read(path);
        const block = bytes && decodeBlock(bytes);
        if (block === undefined) log.warn("block.unreadable", { path });
        else left.push(block);
      } catch (error) {
        log.warn("block.unreadable", { path, reason: reasonOf(error) });
      }
    }
    left.sort((a, b) => a.foundAt - b.foundAt);
    for (const block of left) this.#pending.set(block.hash, block);
    if (this.#pending.size > 0) log.warn("block.left", { blocks: this.#pending.size });
    this.#giveUp();
  }

  found(block: FoundBlock): void {
    if (this.#pending.has(block.hash)) return;
    const { hash, height, provider, user, worker } = block;
    this.#options.log.info("block.found", { hash, height, provider, user, worker });
    this.#pending.set(hash, block);
    this.#bound();
    if (this.#waiting >= MOST_WAITING) {
      this.#options.log.warn("block.unsaved", { hash, reason: "too many at a time" });
      return this.#submit(block);
    }
    this.#queue(hash, async () => {
      await this.#save(`pending/${hash}`, block, "pending");
      this.#submit(block);
    });
  }

  wanted(provider: string, solution: SubmitSolution): void {
    this.#options.submit(provider, solution);
  }

  providerReady(name: string): void {
    this.#giveUp();
    const left = [...this.#pending.values()].filter(({ provider }) => provider === name);
    for (const block of left.slice(-MOST_SENT_AGAIN)) this.#submit(block);
  }

  tipSeen(prevHash: Uint8Array): void {
    if (this.#pending.size === 0) return;
    const block = this.#pending.get(displayHash(prevHash));
    if (block === undefined) return;
    const { hash, height, user } = block;
    this.#options.log.info("block.accepted", { hash, height, user });
    this.#close(block, "accepted");
    this.#options.onAccepted?.(block);
  }

  /** Resolves when all that was found until now is on the disk. */
  async idle(): Promise<void> {
    await this.#work;
  }

  #submit(block: FoundBlock): void {
    const { hash, provider } = block;
    if (this.#options.submit(provider, solutionOf(block))) {
      this.#options.log.info("block.submitted", { hash, provider });
      return;
    }
    const hint = "it is sent when the provider is back";
    this.#options.log.error("block.unsent", { hash, provider, hint });
  }

  #giveUp(): void {
    const oldest = this.#options.clock.unix() - GIVE_UP_SECONDS;
    for (const block of this.#pending.values()) {
      if (block.foundAt >= oldest) continue;
      this.#options.log.warn("block.unknown", { hash: block.hash, provider: block.provider });
      this.#close(block, "unknown");
    }
  }

  /** Of more than are bearable, forgets the oldest; its file stays. */
  #bound(): void {
    for (const hash of this.#pending.keys()) {
      if (this.#pending.size <= MOST_PENDING) return;
      this.#pending.delete(hash);
    }
  }

  #close(block: FoundBlock, outcome: BlockOutcome): void {
    const { hash } = block;
    this.#pending.delete(hash);
    this.#queue(hash, async () => {
      await this.#save(hash, block, outcome);
      await this.#options.files.remove(`${this.#options.directory}/pending/${hash}.json`);
    });
  }

  /** A disk that fails is told, and stops nothing: the block is submitted all the same. */
  async #save(name: string, block: FoundBlock, outcome: BlockOutcome): Promise<void> {
    const { files, directory, log } = this.#options;
    try {
      await files.writeDurable(`${directory}/${name}.json`, encodeBlock(block, outcome));
    } catch (error) {
      log.error("block.unsaved", { hash: block.hash, reason: reasonOf(error) });
    }
  }

  #queue(hash: string, task: () => Promise<void>): void {
    this.#waiting++;
    this.#work = this.#work.then(task).catch((error) => {
      this.#options.log.warn("block.file", { hash, reason: reasonOf(error) });
    }).finally(() => {
      this.#waiting--;
    });
  }
}
