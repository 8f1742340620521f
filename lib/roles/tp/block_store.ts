import { decodeBlock } from "../../bitcoin/block.ts";
import { encodeTransaction } from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import type { SolvedBlock, Verdict } from "../../node/node.ts";
import type { Files } from "../../ports.ts";

/**
 * Solved blocks on disk, from before the node hears of them: `<hash>.block` is the block, as it goes
 * over Bitcoin's wire, `verdicts.jsonl` has a line for each that the node has judged. A block that the
 * node took is removed; what it refused is kept for whoever wants to know why.
 */
export class BlockStore {
  readonly #files: Files;
  readonly #directory: string;

  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** @param hash As people read it. */
  async save(hash: string, block: Uint8Array): Promise<void> {
    await this.#files.writeDurable(this.#path(hash), block);
  }

  /** The node has said what it thinks of the block. */
  async settle(hash: string, verdict: Verdict): Promise<void> {
    const line = `${JSON.stringify({ hash, ...verdict })}\n`;
    await this.#files.append(this.#verdicts, new TextEncoder().encode(line));
    if (verdict.outcome === "accepted" || verdict.outcome === "known") {
      await this.#files.remove(this.#path(hash));
    }
  }

  /** Hashes of blocks that no node has judged: the process ended in between. */
  async unsettled(): Promise<string[]> {
    const bytes = await this.#files.read(this.#verdicts) ?? new Uint8Array();
    const verdicts = new TextDecoder().decode(bytes);
    return (await this.#files.list(this.#directory))
      .flatMap((name) => /^([0-9a-f]{64})\.block$/.exec(name)?.[1] ?? [])
      .filter((hash) => !verdicts.includes(`"${hash}"`));
  }

  /** A block that was saved, or undefined if the file is gone or holds no block. */
  async load(hash: string): Promise<SolvedBlock | undefined> {
    const block = await this.#files.read(this.#path(hash));
    if (block === undefined) return undefined;
    try {
      const [coinbase] = decodeBlock(block).transactions;
      if (coinbase === undefined) return undefined;
      return {
        template: undefined,
        header: block.slice(0, 80),
        coinbase: encodeTransaction(coinbase, { witness: true }),
        block,
      };
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }

  get #verdicts(): string {
    return `${this.#directory}/verdicts.jsonl`;
  }

  #path(hash: string): string {
    return `${this.#directory}/${hash}.block`;
  }
}
