import { withRoom } from "../codec/memory.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * A place in a capture that comes in chunks. What is asked for is always in one piece: mostly the
 * chunk itself; only a block that lies across two chunks is copied, and no more than it is held.
 *
 * Ask with {@link BlockCursor.has} for the block's header, then for all of it; then skip it.
 */
export class BlockCursor {
  #chunk = NOTHING;
  #chunkAt = 0;
  #isHeld = false;
  #bytes = NOTHING;
  #at = 0;
  #end = 0;
  #offset = 0;

  /** What the block lies in, from {@link BlockCursor.at} on. Good until the next call of a method. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where in {@link BlockCursor.bytes} the block begins. */
  get at(): number {
    return this.#at;
  }

  /** Where in the capture the block begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes that are held of a block that is not complete. */
  get pending(): number {
    return this.#end - this.#at;
  }

  /** Goes on with `chunk`; the one before must have been used up: {@link BlockCursor.has} said no. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#chunkAt = 0;
    if (!this.#isHeld) this.#goTo(chunk, 0, chunk.length);
  }

  /**
   * Whether `length` bytes of the block are there, counted from its beginning. If not, what there is
   * of it is held, and the chunk is free.
   *
   * @param length Not more than the whole block's.
   */
  has(length: number): boolean {
    return this.#end - this.#at >= length || this.#gather(length);
  }

  /** Goes to the next block. @param length Of this one; all of it is there. */
  skip(length: number): void {
    this.#offset += length;
    if (!this.#isHeld) {
      this.#at += length;
      return;
    }
    this.#isHeld = false;
    this.#goTo(this.#chunk, this.#chunkAt, this.#chunk.length);
  }

  #gather(length: number): boolean {
    if (!this.#isHeld) {
      const rest = this.#bytes.subarray(this.#at, this.#end);
      this.#chunk = NOTHING;
      this.#isHeld = rest.length > 0;
      this.#goTo(rest.slice(), 0, rest.length);
      return false;
    }
    const piece = this.#chunk.subarray(this.#chunkAt, this.#chunkAt + length - this.#end);
    this.#bytes = withRoom(this.#bytes, this.#end, piece.length, length);
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
    this.#chunkAt += piece.length;
    return this.#end >= length;
  }

  #goTo(bytes: Uint8Array, at: number, end: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }
}
