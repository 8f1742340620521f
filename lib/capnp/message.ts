import { DecodeError } from "../errors.ts";
import { POINTER, WORD } from "./builder.ts";
import { StructReader } from "./struct_reader.ts";

/** What a pointer points to: its place, and the pointer's upper half, which says what is there. */
export interface Target {
  readonly segment: number;
  /** Byte in the segment; may be out of it. */
  readonly at: number;
  readonly kind: number;
  /** Unsigned, 32 bits. */
  readonly high: number;
}

/** Words read for each word that there is: honest readers need little more than one. */
const TRAVERSALS = 4;
const MIN_BUDGET = 1_024;

/**
 * A message that a peer wrote. Every pointer is checked against the segment that it points into, and
 * everything that is read is taken from a budget, so that no message costs more than its size: one
 * object may be pointed to many times over.
 *
 * @see https://capnproto.org/encoding.html
 */
export class Message {
  /** As they came: views of the frame. */
  readonly segments: readonly Uint8Array[];
  readonly #views: readonly DataView[];
  #budget: number;

  constructor(segments: readonly Uint8Array[]) {
    this.segments = segments;
    this.#views = segments.map(({ buffer, byteOffset, length }) =>
      new DataView(buffer, byteOffset, length)
    );
    const words = segments.reduce((sum, { length }) => sum + length / WORD, 0);
    this.#budget = TRAVERSALS * words + MIN_BUDGET;
  }

  /** The struct that the message is. @throws {DecodeError} And nothing else; so for all that is read. */
  root(): StructReader {
    return this.struct(0, 0, "root");
  }

  /** For {@link StructReader}: the segment's bytes, from `at` to `at + length`. */
  bytes(segment: number, at: number, length: number, path: string): Uint8Array {
    this.#check(segment, at, length, path);
    return this.#segment(segment, path).subarray(at, at + length);
  }

  /** For {@link StructReader}. */
  view(segment: number): DataView {
    const view = this.#views[segment];
    if (view === undefined) throw new DecodeError("malformed", "capnp.segment", segment);
    return view;
  }

  /** For {@link StructReader}: the struct that the pointer at `at` points to, empty for none. */
  struct(segment: number, at: number, path: string): StructReader {
    const target = this.follow(segment, at, path);
    if (target === undefined) return new StructReader(this, 0, 0, { data: 0, pointers: 0 });
    if (target.kind !== POINTER.struct) throw malformed(path, at);
    const shape = { data: target.high & 0xffff, pointers: target.high >>> 16 };
    const words = shape.data + shape.pointers;
    this.spend(words, path);
    this.#check(target.segment, target.at, words * WORD, path);
    return new StructReader(this, target.segment, target.at, shape);
  }

  /** For {@link StructReader}: takes from the budget. */
  spend(words: number, path: string): void {
    this.#budget -= words + 1;
    if (this.#budget < 0) throw new DecodeError("too-large", `capnp.${path}`, 0);
  }

  /** For {@link StructReader}: where the pointer at `at` leads, over segments too; undefined if it is null. */
  follow(segment: number, at: number, path: string): Target | undefined {
    const { low, high } = this.#pointer(segment, at, path);
    if (low === 0 && high === 0) return undefined;
    if ((low & 3) !== POINTER.far) return targetOf(segment, at, low, high);
    // A far pointer: to a pointer in another segment, or to two words there, which are a far pointer
    // to the content and a pointer that says what the content is.
    const pad = (low >>> 3) * WORD;
    const first = this.#pointer(high, pad, path);
    if ((low & 4) === 0) {
      if ((first.low & 3) === POINTER.far) throw malformed(path, pad);
      return targetOf(high, pad, first.low, first.high);
    }
    const tag = this.#pointer(high, pad + WORD, path);
    if ((first.low & 7) !== POINTER.far || (tag.low & 3) === POINTER.far) {
      throw malformed(path, pad);
    }
    return {
      segment: first.high,
      at: (first.low >>> 3) * WORD,
      kind: tag.low & 3,
      high: tag.high,
    };
  }

  #pointer(segment: number, at: number, path: string): { low: number; high: number } {
    this.#check(segment, at, WORD, path);
    const view = this.view(segment);
    return { low: view.getInt32(at, true), high: view.getUint32(at + 4, true) };
  }

  #check(segment: number, at: number, length: number, path: string): void {
    if (at < 0 || at + length > this.#segment(segment, path).length) {
      throw new DecodeError("truncated", `capnp.${path}`, at);
    }
  }

  #segment(index: number, path: string): Uint8Array {
    const segment = this.segments[index];
    if (segment === undefined) throw malformed(path, index);
    return segment;
  }
}

function targetOf(segment: number, at: number, low: number, high: number): Target {
  return { segment, at: at + WORD + (low >> 2) * WORD, kind: low & 3, high };
}

function malformed(path: string, at: number): DecodeError {
  return new DecodeError("malformed", `capnp.${path}`, at);
}
