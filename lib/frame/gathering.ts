import { withRoom } from "../codec/memory.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Bytes of a block that comes in pieces. Takes room for what has come, at most twice that, never for
 * what was only announced.
 */
export class Gathering {
  #bytes = NOTHING;
  #length = 0;

  /** Bytes held of an unfinished block. */
  get length(): number {
    return this.#length;
  }

  /**
   * The block of `size` bytes that begins with what is held and goes on at `chunk[at]`: a view, to be
   * used before the next call.
   *
   * @returns `undefined` if it is not complete; the rest of `chunk` is held then.
   */
  take(chunk: Uint8Array, at: number, size: number): Uint8Array | undefined {
    if (this.#length === 0 && at + size <= chunk.length) return chunk.subarray(at, at + size);
    const piece = chunk.subarray(at, at + size - this.#length);
    if (piece.length === 0) return undefined;
    this.#bytes = withRoom(this.#bytes, this.#length, piece.length, size);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
    if (this.#length < size) return undefined;
    const block = this.#bytes.subarray(0, size);
    this.drop();
    return block;
  }

  /** Forgets what is held. */
  drop(): void {
    this.#bytes = NOTHING;
    this.#length = 0;
  }
}
