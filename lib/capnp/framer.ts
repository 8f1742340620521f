import { DecodeError } from "../errors.ts";
import { WORD } from "./builder.ts";
import { Message } from "./message.ts";

/** Bytes of the largest message taken: a block of 4 MB and all that can be around it, many times. */
export const MAX_MESSAGE_SIZE = 16 * 2 ** 20;

/** Segments that a message may have; a peer needs one, or one more each time its message doubles. */
const MAX_SEGMENTS = 512;

/**
 * Messages out of a stream of bytes. Each gets memory of its own, all at once as soon as its size is
 * known, so that a large one that comes in many pieces is copied once.
 */
export class Framer {
  readonly #maxSize: number;
  readonly #head = new Uint8Array(headSize(MAX_SEGMENTS));
  readonly #view = new DataView(this.#head.buffer);
  #headLength = 0;
  /** Content of the message that is coming, once its head is there. */
  #body: Uint8Array | undefined;
  #bodyLength = 0;

  /** @param maxSize Bytes of the largest message taken, without its head. */
  constructor(maxSize: number = MAX_MESSAGE_SIZE) {
    this.#maxSize = maxSize;
  }

  /**
   * @param chunk Bytes in any pieces; not kept.
   * @param deliver Called for each message that is complete, before this returns.
   * @throws {DecodeError} `too-large`; nothing can be read from here on. And what `deliver` throws.
   */
  push(chunk: Uint8Array, deliver: (message: Message) => void): void {
    for (let at = 0; at < chunk.length;) {
      at += this.#body === undefined
        ? this.#takeHead(chunk.subarray(at))
        : this.#takeBody(this.#body, chunk.subarray(at));
      if (this.#body === undefined || this.#bodyLength < this.#body.length) continue;
      const message = new Message(this.#segments(this.#body));
      this.#headLength = 0;
      this.#body = undefined;
      deliver(message);
    }
  }

  /** @returns How many bytes of `chunk` belong to the head. */
  #takeHead(chunk: Uint8Array): number {
    const had = this.#headLength;
    const wanted = had < 4 ? 4 : headSize(this.#count);
    const piece = chunk.subarray(0, wanted - had);
    this.#head.set(piece, had);
    this.#headLength = had + piece.length;
    if (this.#headLength < wanted) return piece.length;
    if (wanted === 4) {
      if (this.#count > MAX_SEGMENTS) throw new DecodeError("too-large", "capnp.segments", 0);
      return piece.length;
    }
    let size = 0;
    for (let i = 0; i < this.#count; i++) size += this.#sizeOf(i);
    if (size > this.#maxSize) throw new DecodeError("too-large", "capnp.message", 4);
    this.#body = new Uint8Array(size);
    this.#bodyLength = 0;
    return piece.length;
  }

  #takeBody(body: Uint8Array, chunk: Uint8Array): number {
    const piece = chunk.subarray(0, body.length - this.#bodyLength);
    body.set(piece, this.#bodyLength);
    this.#bodyLength += piece.length;
    return piece.length;
  }

  #segments(body: Uint8Array): Uint8Array[] {
    let at = 0;
    return Array.from({ length: this.#count }, (_, i) => {
      const start = at;
      at += this.#sizeOf(i);
      return body.subarray(start, at);
    });
  }

  get #count(): number {
    return this.#view.getUint32(0, true) + 1;
  }

  #sizeOf(segment: number): number {
    return this.#view.getUint32(4 + 4 * segment, true) * WORD;
  }
}

/** The count, the size of each segment, and what fills the last word. */
function headSize(segments: number): number {
  return Math.ceil((4 + 4 * segments) / WORD) * WORD;
}
