import { DecodeError } from "../errors.ts";
import { ELEMENT, POINTER, type StructShape, WORD } from "./builder.ts";
import type { Message } from "./message.ts";

/** A list's place, and how many elements it says it has. */
interface List {
  readonly segment: number;
  readonly at: number;
  readonly count: number;
}

/**
 * A struct that a peer wrote. Offsets are as in {@link StructBuilder}. What is beyond its end, since
 * the peer knows fewer fields, reads as 0, empty or absent; so does a null pointer. All else throws a
 * {@link DecodeError}, and nothing else.
 *
 * Fields whose default is not 0 are not read here: no message that we read has any.
 */
export class StructReader {
  readonly #message: Message;
  readonly #segment: number;
  readonly #at: number;
  readonly #shape: StructShape;

  constructor(message: Message, segment: number, at: number, shape: StructShape) {
    this.#message = message;
    this.#segment = segment;
    this.#at = at;
    this.#shape = shape;
  }

  bool(bit: number): boolean {
    const at = bit >> 3;
    if (!this.#has(at, 1)) return false;
    return (this.#view.getUint8(this.#at + at) >> (bit & 7) & 1) === 1;
  }

  u16(offset: number): number {
    return this.#has(offset, 2) ? this.#view.getUint16(this.#at + offset, true) : 0;
  }

  u32(offset: number): number {
    return this.#has(offset, 4) ? this.#view.getUint32(this.#at + offset, true) : 0;
  }

  i32(offset: number): number {
    return this.u32(offset) | 0;
  }

  i64(offset: number): bigint {
    return this.#has(offset, 8) ? this.#view.getBigInt64(this.#at + offset, true) : 0n;
  }

  /** Empty if there is none. */
  struct(pointer: number): StructReader {
    const at = this.#pointer(pointer);
    if (at !== undefined) return this.#message.struct(this.#segment, at, "struct");
    return new StructReader(this.#message, 0, 0, { data: 0, pointers: 0 });
  }

  /** A view of the message. */
  bytes(pointer: number): Uint8Array {
    const at = this.#pointer(pointer);
    return at === undefined ? NOTHING : this.#bytesAt(this.#segment, at);
  }

  /** What is not UTF-8 is replaced. */
  text(pointer: number): string {
    const bytes = this.bytes(pointer);
    return new TextDecoder().decode(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
  }

  /** A place in the message's table of capabilities; undefined for none. */
  capability(pointer: number): number | undefined {
    const at = this.#pointer(pointer);
    const target = at === undefined
      ? undefined
      : this.#message.follow(this.#segment, at, "capability");
    if (target === undefined) return undefined;
    if (target.kind !== POINTER.other) throw malformed("capability", target.at);
    return target.high;
  }

  /** A list of byte strings: views of the message. */
  byteStrings(pointer: number): Uint8Array[] {
    const list = this.#list(pointer, ELEMENT.pointer);
    if (list === undefined) return [];
    const { segment, at, count } = list;
    this.#message.spend(count, "list");
    this.#message.bytes(segment, at, count * WORD, "list");
    return Array.from({ length: count }, (_, i) => this.#bytesAt(segment, at + i * WORD));
  }

  /** A list of structs. */
  structs(pointer: number): StructReader[] {
    const list = this.#list(pointer, ELEMENT.struct);
    if (list === undefined) return [];
    const { segment, at, count: words } = list;
    this.#message.bytes(segment, at, (words + 1) * WORD, "list");
    const view = this.#message.view(segment);
    const tag = view.getUint32(at, true);
    const count = tag >>> 2;
    const shape = { data: view.getUint16(at + 4, true), pointers: view.getUint16(at + 6, true) };
    const each = shape.data + shape.pointers;
    if ((tag & 3) !== POINTER.struct || count * each > words) throw malformed("list", at);
    // Structs without words take no room, so that a few bytes could say that there are millions.
    this.#message.spend(words + count, "list");
    return Array.from(
      { length: count },
      (_, i) => new StructReader(this.#message, segment, at + (1 + i * each) * WORD, shape),
    );
  }

  get #view(): DataView {
    return this.#message.view(this.#segment);
  }

  #has(offset: number, length: number): boolean {
    return offset + length <= this.#shape.data * WORD;
  }

  #pointer(index: number): number | undefined {
    if (index >= this.#shape.pointers) return undefined;
    return this.#at + (this.#shape.data + index) * WORD;
  }

  #bytesAt(segment: number, at: number): Uint8Array {
    const target = this.#message.follow(segment, at, "bytes");
    if (target === undefined) return NOTHING;
    const length = target.high >>> 3;
    if (target.kind !== POINTER.list || (target.high & 7) !== ELEMENT.byte) {
      throw malformed("bytes", at);
    }
    this.#message.spend(Math.ceil(length / WORD), "bytes");
    return this.#message.bytes(target.segment, target.at, length, "bytes");
  }

  #list(pointer: number, element: number): List | undefined {
    const place = this.#pointer(pointer);
    const target = place === undefined
      ? undefined
      : this.#message.follow(this.#segment, place, "list");
    if (target === undefined) return undefined;
    const { kind, high, segment, at } = target;
    if (kind !== POINTER.list || (high & 7) !== element) throw malformed("list", at);
    return { segment, at, count: high >>> 3 };
  }
}

const NOTHING: Uint8Array = new Uint8Array();

function malformed(path: string, at: number): DecodeError {
  return new DecodeError("malformed", `capnp.${path}`, at);
}
