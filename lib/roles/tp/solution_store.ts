import { decodeBlock } from "../../bitcoin/block.ts";
import { encodeTransaction } from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import type { SolvedBlock, Verdict } from "../../node/node.ts";
import type { Clock, Files } from "../../ports.ts";
import { heightOf } from "../../bitcoin/height.ts";
import type { FoundBlock } from "./desk.ts";
import {
  type Answer,
  emptySolution,
  encodeEvent,
  eventsIn,
  type Solution,
  type SolutionEvent,
} from "./journal.ts";

/** What a solution is called, and who sent it. */
export type Finding = Pick<FoundBlock, "templateId" | "address"> & { readonly hash: string };

/**
 * Solved blocks on disk, from before any node hears of them.
 *
 * - `<hash>.block` is the block, as it goes over Bitcoin's wire. It stays until every node that it is
 *   meant for has answered, and for ever if none has taken it into its chain.
 * - `<hash>.partial` is header and coinbase of a block whose transactions cannot be had.
 * - `solutions.jsonl` has a line for each block and for each answer; it only ever grows.
 */
export class SolutionStore {
  readonly #files: Files;
  readonly #clock: Pick<Clock, "unix">;
  readonly #directory: string;
  readonly #solutions = new Map<string, Solution>();
  /** The last line was cut off, by a full disk or a power cut. */
  #isTorn = false;
  /** Lines are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(
    { files, clock, directory }: {
      readonly files: Files;
      readonly clock: Pick<Clock, "unix">;
      readonly directory: string;
    },
  ) {
    this.#files = files;
    this.#clock = clock;
    this.#directory = directory;
  }

  /** Reads what earlier runs left. To be awaited before anything else. */
  async load(): Promise<void> {
    const bytes = await this.#files.read(this.#journal) ?? new Uint8Array();
    this.#isTorn = bytes.length > 0 && bytes.at(-1) !== NEWLINE;
    for (const event of eventsIn(new TextDecoder().decode(bytes))) this.#apply(event);
    for (const name of await this.#files.list(this.#directory)) {
      const [, hash, kind] = /^([0-9a-f]{64})\.(block|partial)$/.exec(name) ?? [];
      if (hash === undefined) continue;
      const solution = this.#solutions.get(hash) ?? emptySolution(hash);
      this.#solutions.set(hash, { ...solution, file: kind === "block" ? "block" : "partial" });
    }
  }

  /** All that was ever found, the oldest first; what has no event, last. */
  list(): Solution[] {
    return [...this.#solutions.values()]
      .sort((a, b) => (a.foundAt ?? Infinity) - (b.foundAt ?? Infinity));
  }

  /** Whether a node has said what it thinks of the block. */
  isAnswered(hash: string, node: string): boolean {
    return this.#solutions.get(hash)?.answers.has(node) ?? false;
  }

  /** Hashes of blocks that are here in full, and that `node` has not answered. */
  unanswered(node: string): string[] {
    return this.list().filter(({ file, answers }) => file === "block" && !answers.has(node))
      .map(({ hash }) => hash);
  }

  /** Makes the block durable; resolves once it is. */
  async save(finding: Finding, block: Uint8Array): Promise<void> {
    await this.#files.writeDurable(this.#path(finding.hash, "block"), block);
    if (this.#solutions.get(finding.hash)?.file === "partial") {
      await this.#files.remove(this.#path(finding.hash, "partial")).catch(() => {});
    }
    this.#note(finding.hash, "block");
  }

  /** Makes durable what there is of a block whose transactions are not to be had. */
  async savePartial({ hash }: Finding, header: Uint8Array, coinbase: Uint8Array): Promise<void> {
    const text = `${JSON.stringify({ header: header.toHex(), coinbase: coinbase.toHex() })}\n`;
    const bytes = new TextEncoder().encode(text);
    await this.#files.writeDurable(this.#path(hash, "partial"), bytes);
    this.#note(hash, "partial");
  }

  /** Writes down that the block was found. */
  async found({ hash, templateId, address }: Finding, height: number): Promise<void> {
    const at = this.#clock.unix();
    await this.#write({ event: "found", at, hash, height, templateId: `${templateId}`, address });
  }

  /** Writes down what a node said. */
  async answered(hash: string, node: string, verdict: Verdict): Promise<void> {
    await this.#write({ event: "answer", at: this.#clock.unix(), hash, node, ...verdict });
  }

  /** Every node has answered: what one of them has taken into its chain need not be kept here. */
  async settle(hash: string): Promise<void> {
    const solution = this.#solutions.get(hash);
    if (solution?.file !== "block" || !isInChain(solution.answers)) return;
    await this.#files.remove(this.#path(hash, "block"));
    this.#note(hash, undefined);
  }

  /** A block that was saved; undefined if the file is gone or holds no block. */
  async block(hash: string): Promise<{ block: SolvedBlock; height: number } | undefined> {
    const bytes = await this.#files.read(this.#path(hash, "block"));
    if (bytes === undefined) return undefined;
    try {
      const [coinbase] = decodeBlock(bytes).transactions;
      const [input] = coinbase?.inputs ?? [];
      if (coinbase === undefined || input === undefined) return undefined;
      const block = {
        template: undefined,
        header: bytes.slice(0, 80),
        coinbase: encodeTransaction(coinbase, { witness: true }),
        block: bytes,
      };
      return { block, height: heightOf(input.scriptSig) ?? 0 };
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }

  #note(hash: string, file: Solution["file"]): void {
    this.#solutions.set(hash, { ...this.#solutions.get(hash) ?? emptySolution(hash), file });
  }

  #apply(event: SolutionEvent): void {
    const { hash } = event;
    const before = this.#solutions.get(hash) ?? emptySolution(hash);
    if (event.event === "found") {
      const { at: foundAt, height, templateId, address } = event;
      this.#solutions.set(hash, { ...before, foundAt, height, templateId, address });
      return;
    }
    const { node, at } = event;
    const answer: Answer = event.outcome === "refused"
      ? { outcome: event.outcome, reason: event.reason, at }
      : { outcome: event.outcome, at };
    this.#solutions.set(hash, { ...before, answers: new Map(before.answers).set(node, answer) });
  }

  #write(event: SolutionEvent): Promise<void> {
    this.#apply(event);
    const write = async (): Promise<void> => {
      const line = (this.#isTorn ? "\n" : "") + encodeEvent(event);
      this.#isTorn = true;
      await this.#files.append(this.#journal, new TextEncoder().encode(line));
      this.#isTorn = false;
    };
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => {});
    return written;
  }

  get #journal(): string {
    return `${this.#directory}/solutions.jsonl`;
  }

  #path(hash: string, kind: "block" | "partial"): string {
    return `${this.#directory}/${hash}.${kind}`;
  }
}

const NEWLINE = 0x0a;

function isInChain(answers: Solution["answers"]): boolean {
  return [...answers.values()].some(({ outcome }) => outcome === "accepted" || outcome === "known");
}
