import { UsageError } from "../errors.ts";
import { copyOf } from "./memory.ts";
import { bytesFromText } from "./text.ts";

/** `msg_length` is a U24, SV2 §3.2. */
export const MAX_PAYLOAD_SIZE = 2 ** 24 - 1;

const HEADROOM = 64;
const KEPT = 2 ** 16;

/**
 * Append-only buffer, to be used again and again. Little-endian throughout, SV2 §3.1. It takes what
 * fits its width and cuts the rest: the fields check ranges before they write.
 */
export class Writer {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** Bytes written since the last {@link Writer.clear}. */
  get length(): number {
    return this.#at;
  }

  /** Forgets everything written. Memory beyond a usual message's is given back. */
  clear(): void {
    this.#at = 0;
    if (this.#bytes.length > KEPT) this.#replace(new Uint8Array(KEPT));
  }

  /** Leaves room for `length` bytes, whose content is whatever was there. */
  skip(length: number): void {
    this.#reserve(length);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** Appends text as {@link bytesFromText} gives it. @returns How many bytes that were. */
  text(value: string): number {
    const at = this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.#at = at;
        const bytes = bytesFromText(value);
        this.bytes(bytes);
        return bytes.length;
      }
      this.#bytes[at + i] = code;
    }
    return value.length;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
  }

  u24(value: number): void {
    const at = this.#reserve(3);
    this.#view.setUint16(at, value & 0xffff, true);
    this.#view.setUint8(at + 2, value >>> 16);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value, true);
  }

  f32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }

  /** Replaces a byte written before. */
  patchU8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Copy of everything written. */
  finish(): Uint8Array {
    return copyOf(this.#bytes.subarray(0, this.#at));
  }

  /** Where the next `length` bytes go. May replace `#bytes` and `#view`: call it before using them. */
  #reserve(length: number): number {
    const at = this.#at;
    const end = at + length;
    if (end > this.#bytes.length) {
      if (end > MAX_PAYLOAD_SIZE + HEADROOM) {
        throw new UsageError(
          `Cannot write ${end} bytes: a payload has at most ${MAX_PAYLOAD_SIZE}`,
        );
      }
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#replace(grown);
    }
    this.#at = end;
    return at;
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
