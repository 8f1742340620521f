import { withRoom } from "../codec/memory.ts";
import type { FrameSealer } from "../noise/transport.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
/** First room for what waits: a dozen answers to shares, or a job. */
const ROOM = 1_024;
/** Rooms that are kept to be used again, by whichever connection is next. */
const SPARE = 64;

const spare: Uint8Array[] = [];

/** Frames that wait to be sealed, one behind the other. While none waits it holds no memory. */
export class Outbox {
  #frames = NOTHING;
  #length = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds a whole frame, copied. */
  push(frame: Uint8Array): void {
    if (this.#length === 0) this.#frames = spare.pop() ?? new Uint8Array(ROOM);
    this.#frames = withRoom(this.#frames, this.#length, frame.length, Infinity);
    this.#frames.set(frame, this.#length);
    this.#length += frame.length;
  }

  /**
   * Seals all that waits, and is empty after.
   *
   * @param before Goes out first, as it is.
   */
  seal(sealer: FrameSealer, before: Uint8Array = NOTHING): Uint8Array {
    const frames = this.#frames.subarray(0, this.#length);
    const output = new Uint8Array(before.length + sealer.sealedFramesSize(frames));
    output.set(before);
    sealer.seal(frames, output, before.length);
    this.clear();
    return output;
  }

  /** Forgets what waits. */
  clear(): void {
    if (this.#frames.length === ROOM && spare.length < SPARE) spare.push(this.#frames);
    this.#frames = NOTHING;
    this.#length = 0;
  }
}
