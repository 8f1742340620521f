import { UsageError } from "../errors.ts";

/** Bytes of a word, the unit in which Cap'n Proto counts. */
export const WORD = 8;

/** Words of a struct: how many hold data, and how many are pointers. */
export interface StructShape {
  /** In `[0, 2^16)`. */
  readonly data: number;
  /** In `[0, 2^16)`. */
  readonly pointers: number;
}

/** Kinds of pointers: the lowest two bits. */
export const POINTER = { struct: 0, list: 1, far: 2, other: 3 } as const;

/** What a list's elements are: the lowest three bits of its size. */
export const ELEMENT = { byte: 2, word: 5, pointer: 6, struct: 7 } as const;

/** One segment is enough for the frame's head: the count of segments and the words of the first. */
const HEAD = WORD;
const FIRST_SIZE = 512;

/**
 * A message that is being written, in one segment.
 *
 * Structs are written through {@link StructBuilder}s, which stay valid until {@link MessageBuilder.frame}.
 *
 * @see https://capnproto.org/encoding.html
 */
export class MessageBuilder {
  #bytes = new Uint8Array(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = HEAD;

  /** The struct that the message is; to be called once, and first. */
  root(shape: StructShape): StructBuilder {
    return this.structAt(this.allocate(1), shape);
  }

  /** The whole message as it goes over the wire. Nothing may be written afterwards. */
  frame(): Uint8Array {
    this.#view.setUint32(0, 0, true);
    this.#view.setUint32(4, (this.#length - HEAD) / WORD, true);
    return this.#bytes.subarray(0, this.#length);
  }

  /** For {@link StructBuilder}: the bytes as they are now; {@link MessageBuilder.allocate} replaces them. */
  get view(): DataView {
    return this.#view;
  }

  /** For {@link StructBuilder}: room at the end, all 0. @returns Where it begins, in bytes. */
  allocate(words: number): number {
    const at = this.#length;
    const end = at + words * WORD;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = end;
    return at;
  }

  /** For {@link StructBuilder}: makes the pointer at `pointer` one to a new struct. */
  structAt(pointer: number, shape: StructShape): StructBuilder {
    const at = this.allocate(shape.data + shape.pointers);
    this.#view.setInt32(pointer, offset(pointer, at) << 2 | POINTER.struct, true);
    this.#view.setUint16(pointer + 4, shape.data, true);
    this.#view.setUint16(pointer + 6, shape.pointers, true);
    return new StructBuilder(this, at, shape);
  }

  /** For {@link StructBuilder}: makes the pointer at `pointer` one to a list. @returns Where that begins. */
  listAt(pointer: number, element: number, count: number, words: number): number {
    const at = this.allocate(words);
    this.#view.setInt32(pointer, offset(pointer, at) << 2 | POINTER.list, true);
    this.#view.setUint32(pointer + 4, (count << 3 | element) >>> 0, true);
    return at;
  }

  /** For {@link StructBuilder}: makes the pointer at `pointer` one to bytes. @param zeros After them. */
  bytesAt(pointer: number, bytes: Uint8Array, zeros = 0): void {
    const count = bytes.length + zeros;
    const at = this.listAt(pointer, ELEMENT.byte, count, Math.ceil(count / WORD));
    this.#bytes.set(bytes, at);
  }
}

/** Words between the end of a pointer and what it points to. */
function offset(pointer: number, at: number): number {
  return (at - pointer) / WORD - 1;
}

/**
 * A struct that is being written. Offsets of data are bytes, those of bools bits, those of pointers
 * pointers; the schema compiler gives them all. What is not written has its default, for which
 * `fallback` has to be told where the schema says other than 0: the wire has the difference.
 */
export class StructBuilder {
  readonly #message: MessageBuilder;
  readonly #at: number;
  readonly #shape: StructShape;

  constructor(message: MessageBuilder, at: number, shape: StructShape) {
    this.#message = message;
    this.#at = at;
    this.#shape = shape;
  }

  bool(bit: number, value: boolean, fallback = false): this {
    const at = this.#data(bit >> 3, 1);
    const mask = 1 << (bit & 7);
    const { view } = this.#message;
    const rest = view.getUint8(at) & ~mask;
    view.setUint8(at, value === fallback ? rest : rest | mask);
    return this;
  }

  u16(offset: number, value: number): this {
    this.#message.view.setUint16(this.#data(offset, 2), value, true);
    return this;
  }

  u32(offset: number, value: number): this {
    this.#message.view.setUint32(this.#data(offset, 4), value, true);
    return this;
  }

  /** Signed or not: the lowest 64 bits count. */
  u64(offset: number, value: bigint, fallback = 0n): this {
    this.#message.view.setBigUint64(this.#data(offset, 8), value ^ fallback, true);
    return this;
  }

  f64(offset: number, value: number, fallback = 0): this {
    return this.u64(offset, bitsOf(value), bitsOf(fallback));
  }

  struct(pointer: number, shape: StructShape): StructBuilder {
    return this.#message.structAt(this.#pointer(pointer), shape);
  }

  /** @param index In the message's table of capabilities. */
  capability(pointer: number, index: number): this {
    const at = this.#pointer(pointer);
    this.#message.view.setUint32(at, POINTER.other, true);
    this.#message.view.setUint32(at + 4, index, true);
    return this;
  }

  bytes(pointer: number, value: Uint8Array): this {
    this.#message.bytesAt(this.#pointer(pointer), value);
    return this;
  }

  text(pointer: number, value: string): this {
    this.#message.bytesAt(this.#pointer(pointer), new TextEncoder().encode(value), 1);
    return this;
  }

  /** A list of byte strings. */
  byteStrings(pointer: number, values: readonly Uint8Array[]): this {
    const { length } = values;
    const at = this.#message.listAt(this.#pointer(pointer), ELEMENT.pointer, length, length);
    values.forEach((value, i) => this.#message.bytesAt(at + i * WORD, value));
    return this;
  }

  /** A list of `count` structs of one shape. */
  structs(pointer: number, count: number, shape: StructShape): StructBuilder[] {
    const each = shape.data + shape.pointers;
    const words = count * each;
    const tag = this.#message.listAt(this.#pointer(pointer), ELEMENT.struct, words, words + 1);
    const { view } = this.#message;
    view.setInt32(tag, count << 2, true);
    view.setUint16(tag + 4, shape.data, true);
    view.setUint16(tag + 6, shape.pointers, true);
    return Array.from(
      { length: count },
      (_, i) => new StructBuilder(this.#message, tag + WORD + i * each * WORD, shape),
    );
  }

  #data(offset: number, length: number): number {
    if (offset + length > this.#shape.data * WORD) {
      throw new UsageError(`Cannot write byte ${offset} of a struct: it has no such data`);
    }
    return this.#at + offset;
  }

  #pointer(index: number): number {
    if (index >= this.#shape.pointers) {
      throw new UsageError(`Cannot write pointer ${index} of a struct: it has none such`);
    }
    return this.#at + (this.#shape.data + index) * WORD;
  }
}

const scratch = new DataView(new ArrayBuffer(WORD));

function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
