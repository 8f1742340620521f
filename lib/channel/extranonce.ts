import { UsageError } from "../errors.ts";

/** How a server splits the extranonces that it may use, first byte first. */
export interface ExtranonceLayout {
  /** First byte of every prefix: tells apart servers that share a payout. `[0, 255]` */
  readonly serverId: number;
  /** Bytes that number channels: `[1, 4]`. */
  readonly indexSize: number;
  /** Bytes that a channel rolls if it asks for no more; zeros in a standard channel. */
  readonly rollableSize: number;
}

/** Prefixes of closed channels that are remembered; the others are far behind in the round. */
const MOST_RESTING = 1 << 16;

/**
 * Hands out extranonce prefixes, of one length, so no two live ones are equal or begin one another:
 * each channel searches a space of its own (SV2 §5.1).
 *
 * Indexes go round, and one that was given back rests while any job of its time is live. Otherwise
 * its next holder could submit the shares of the former once more.
 */
export class ExtranoncePrefixes {
  /** Bytes of each prefix. */
  readonly size: number;
  /** How many can be live at a time. */
  readonly capacity: number;
  readonly #layout: ExtranonceLayout;
  readonly #live = new Set<number>();
  /** Index to the time it was given back, oldest first. */
  readonly #resting = new Map<number, number>();
  #next: number;

  /**
   * @param first Where to start the round; random, so that a restart does not give out the prefixes
   * of before.
   * @throws {UsageError} If the layout is impossible.
   */
  constructor(layout: ExtranonceLayout, first: number) {
    const { serverId, indexSize, rollableSize } = layout;
    if (!(Number.isInteger(serverId) && serverId >= 0 && serverId <= 255)) {
      throw new UsageError(`Cannot use server_id ${serverId}: it is one byte`);
    }
    if (!(Number.isInteger(indexSize) && indexSize >= 1 && indexSize <= 4)) {
      throw new UsageError(`Cannot number channels in ${indexSize} bytes: 1 to 4`);
    }
    if (
      !(Number.isInteger(rollableSize) && rollableSize >= 0 && 1 + indexSize + rollableSize <= 32)
    ) {
      throw new UsageError(`Cannot leave ${rollableSize} bytes to channels: at most 32 in all`);
    }
    this.#layout = layout;
    this.size = 1 + indexSize;
    this.capacity = 256 ** indexSize;
    this.#next = first % this.capacity;
  }

  get live(): number {
    return this.#live.size;
  }

  /**
   * A prefix that no live channel has.
   *
   * @param oldestLiveJob Creation time of the oldest live job, on the clock of {@link release}.
   * @returns Undefined if all are taken or resting.
   */
  allocate(oldestLiveJob: number): Uint8Array | undefined {
    this.#wake(oldestLiveJob);
    if (this.#live.size + this.#resting.size >= this.capacity) return undefined;
    while (this.#live.has(this.#next) || this.#resting.has(this.#next)) this.#advance();
    const index = this.#next;
    this.#live.add(index);
    this.#advance();
    return this.#prefixOf(index);
  }

  /**
   * Takes a prefix back from a channel that closed.
   *
   * @param newestJob Creation time of the newest job that the channel may have worked on.
   */
  release(prefix: Uint8Array, newestJob: number): void {
    const index = this.#indexOf(prefix);
    if (!this.#live.delete(index)) return;
    this.#resting.set(index, newestJob);
    if (this.#resting.size <= MOST_RESTING) return;
    for (const oldest of this.#resting.keys()) {
      this.#resting.delete(oldest);
      return;
    }
  }

  #wake(oldestLiveJob: number): void {
    for (const [index, newestJob] of this.#resting) {
      if (newestJob >= oldestLiveJob) return;
      this.#resting.delete(index);
    }
  }

  #advance(): void {
    this.#next = (this.#next + 1) % this.capacity;
  }

  #prefixOf(index: number): Uint8Array {
    const prefix = new Uint8Array(this.size);
    prefix[0] = this.#layout.serverId;
    let rest = index;
    for (let at = this.size - 1; at > 0; at--) {
      prefix[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return prefix;
  }

  #indexOf(prefix: Uint8Array): number {
    let index = 0;
    for (let at = 1; at < this.size; at++) index = index * 256 + (prefix[at] ?? 0);
    return index;
  }
}
