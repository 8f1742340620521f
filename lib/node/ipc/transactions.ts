import { splitBlock } from "../../bitcoin/split_block.ts";
import type { Capability } from "../../capnp/capability.ts";
import type { BlockTemplate } from "./block_template.ts";

/**
 * The transactions of templates, asked for once and kept as long as there is room: those that were asked
 * for longest ago go first, and are asked for again when someone wants them.
 */
export class Transactions {
  readonly #maxBytes: number;
  /** The one that was used last comes last. */
  readonly #kept = new Map<BlockTemplate, readonly Uint8Array[]>();
  readonly #asked = new Map<BlockTemplate, Promise<readonly Uint8Array[]>>();
  #bytes = 0;

  /** @param maxBytes Of what is kept, over all templates; one that is larger is not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All but the coinbase, with witnesses, in block order. */
  async of(template: BlockTemplate, thread: Capability): Promise<readonly Uint8Array[]> {
    const kept = this.#kept.get(template);
    if (kept !== undefined) {
      this.#kept.delete(template);
      this.#kept.set(template, kept);
      return kept;
    }
    let asked = this.#asked.get(template);
    if (asked === undefined) {
      asked = this.#ask(template, thread).finally(() => this.#asked.delete(template));
      this.#asked.set(template, asked);
    }
    return await asked;
  }

  /** Nobody will ask for them again. */
  forget(template: BlockTemplate): void {
    const kept = this.#kept.get(template);
    if (kept === undefined) return;
    this.#kept.delete(template);
    this.#bytes -= sizeOf(kept);
  }

  async #ask(template: BlockTemplate, thread: Capability): Promise<readonly Uint8Array[]> {
    const [, ...transactions] = splitBlock(await template.block(thread));
    if (!template.released) this.#keep(template, transactions);
    return transactions;
  }

  #keep(template: BlockTemplate, transactions: readonly Uint8Array[]): void {
    const size = sizeOf(transactions);
    if (size > this.#maxBytes) return;
    this.#kept.set(template, transactions);
    this.#bytes += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.forget(oldest);
    }
  }
}

/** Bytes of the block that they are views of, and what an object for each takes. */
function sizeOf(transactions: readonly Uint8Array[]): number {
  return transactions.reduce((sum, { length }) => sum + length + VIEW_SIZE, 0);
}

const VIEW_SIZE = 100;
