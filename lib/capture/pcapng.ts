import { DecodeError } from "../errors.ts";
import { BlockCursor } from "./block_cursor.ts";
import { file16, file32 } from "./byte_order.ts";
import type { CaptureBlock, CaptureReader, Packet } from "./capture.ts";
import { type Interface, readInterface } from "./pcapng_interface.ts";

/** Numbers of the blocks that matter here, and of those that the writer writes. */
export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Older than `enhancedPacket`; no longer written. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  secrets: 0x0a,
} as const;

/** Written first in a section, in the byte order of the section. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** No block is longer. A length above is damaged, or made to take our memory. */
export const LONGEST_BLOCK = 2 ** 26;
const MOST_INTERFACES = 2 ** 16;
/** Type and length, and the length again behind the body: the smallest block. */
const SMALLEST_BLOCK = 12;
const SECTION_SIZE = 28;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Whether these bytes, at least 4, begin a capture that {@link PcapngReader} reads. */
export function isPcapng(first: Uint8Array): boolean {
  // The same in both byte orders.
  return file32(first, 0, true) === BLOCK.section;
}

/** Reads pcapng: what Wireshark, `dumpcap` and our own proxy write. */
export class PcapngReader implements CaptureReader {
  readonly #cursor = new BlockCursor();
  readonly #packet = { time: 0, linkType: 0, bytes: NOTHING, length: 0 };
  readonly #block: CaptureBlock = { type: "packet", packet: this.#packet satisfies Packet };
  /** Of this section; `undefined` before the first one. */
  #interfaces: Interface[] | undefined;
  #littleEndian = true;

  push(chunk: Uint8Array, deliver: (block: CaptureBlock) => void): void {
    const cursor = this.#cursor;
    cursor.feed(chunk);
    while (cursor.has(SMALLEST_BLOCK)) {
      const size = this.#sizeOfBlock();
      if (!cursor.has(size)) return;
      const block = this.#readBlock(size);
      cursor.skip(size);
      if (block !== undefined) deliver(block);
    }
  }

  end(): void {
    const { pending, offset } = this.#cursor;
    if (this.#interfaces !== undefined && pending === 0) return;
    const what = this.#interfaces === undefined ? "its first block" : "a block";
    const detail = `the capture is cut off in the middle of ${what}`;
    throw new DecodeError("truncated", "pcapng.block", offset + pending, { detail });
  }

  /** Tells it for a block of which 12 bytes are there; sets the byte order where a section begins. */
  #sizeOfBlock(): number {
    const { bytes, at } = this.#cursor;
    if (file32(bytes, at, true) === BLOCK.section) {
      this.#littleEndian = file32(bytes, at + 8, true) === BYTE_ORDER_MAGIC;
      if (!this.#littleEndian && file32(bytes, at + 8, false) !== BYTE_ORDER_MAGIC) {
        throw this.#damage("section.byte_order_magic", 8, "a section has no known byte order");
      }
    } else if (this.#interfaces === undefined) {
      throw this.#damage("block.type", 0, "this is no pcapng");
    }
    const size = file32(bytes, at + 4, this.#littleEndian);
    if (size > LONGEST_BLOCK) {
      const detail = `a block of ${size} bytes is announced, where at most ${LONGEST_BLOCK} can be`;
      throw this.#damage("block.length", 4, detail, "too-large");
    }
    if (size < SMALLEST_BLOCK || size % 4 !== 0) {
      throw this.#damage("block.length", 4, `no block has a length of ${size} bytes`);
    }
    return size;
  }

  #readBlock(size: number): CaptureBlock | undefined {
    const { bytes, at } = this.#cursor;
    const type = file32(bytes, at, this.#littleEndian);
    if (file32(bytes, at + size - 4, this.#littleEndian) !== size) {
      throw this.#damage("block.length", size - 4, "a block has two lengths that differ");
    }
    switch (type) {
      case BLOCK.enhancedPacket:
        return this.#readPacket(size, this.#u32(8));
      case BLOCK.packet:
        return this.#readPacket(size, this.#u16(8));
      case BLOCK.simplePacket:
        return this.#readSimplePacket(size);
      case BLOCK.secrets:
        return this.#readSecrets(size);
      case BLOCK.interface:
        this.#addInterface(size);
        return undefined;
      case BLOCK.section:
        this.#beginSection(size);
        return undefined;
      default:
        return undefined;
    }
  }

  #beginSection(size: number): void {
    if (size < SECTION_SIZE) throw this.#damage("section", 4, "a section is too short");
    const major = this.#u16(12);
    if (major !== 1) {
      const detail = `this is pcapng version ${major}, and only version 1 is known`;
      throw this.#damage("section.version", 12, detail);
    }
    this.#interfaces = [];
  }

  #addInterface(size: number): void {
    const { bytes, at, offset } = this.#cursor;
    const interfaces = this.#interfaces ?? [];
    if (interfaces.length === MOST_INTERFACES) {
      const detail = `a section has more than ${MOST_INTERFACES} interfaces`;
      throw this.#damage("interface", 0, detail, "too-large");
    }
    const body = bytes.subarray(at + 8, at + size - 4);
    interfaces.push(readInterface(body, this.#littleEndian, offset + 8));
  }

  #readPacket(size: number, number: number): CaptureBlock {
    const face = this.#interfaces?.[number];
    if (face === undefined) {
      const detail = `a packet is from interface ${number}, which is not described`;
      throw this.#damage("packet.interface_id", 8, detail);
    }
    const captured = size < 32 ? 2 ** 32 : this.#u32(20);
    if (captured > size - 32) {
      throw this.#damage("packet.captured_length", 20, "a packet is longer than its block");
    }
    this.#packet.time = face.scale.micros(this.#u32(12), this.#u32(16));
    return this.#fill(face, 28, captured, this.#u32(24));
  }

  /** It has no time of its own: that of the packet before stands for it. */
  #readSimplePacket(size: number): CaptureBlock {
    const face = this.#interfaces?.[0];
    if (face === undefined) {
      throw this.#damage("packet", 0, "a packet comes before any interface is described");
    }
    if (size < 16) throw this.#damage("packet", 4, "a packet is longer than its block");
    const length = this.#u32(8);
    const captured = Math.min(length, size - 16, face.snapLength);
    return this.#fill(face, 12, captured, length);
  }

  #fill(face: Interface, from: number, captured: number, length: number): CaptureBlock {
    const { bytes, at } = this.#cursor;
    const packet = this.#packet;
    packet.linkType = face.linkType;
    packet.bytes = bytes.subarray(at + from, at + from + captured);
    packet.length = Math.max(captured, length);
    return this.#block;
  }

  #readSecrets(size: number): CaptureBlock {
    const length = size < 20 ? 2 ** 32 : this.#u32(12);
    if (length > size - 20) {
      throw this.#damage("secrets.length", 12, "secrets are longer than their block");
    }
    const { bytes, at } = this.#cursor;
    return {
      type: "secrets",
      kind: this.#u32(8),
      bytes: bytes.subarray(at + 16, at + 16 + length),
    };
  }

  #u16(from: number): number {
    return file16(this.#cursor.bytes, this.#cursor.at + from, this.#littleEndian);
  }

  #u32(from: number): number {
    return file32(this.#cursor.bytes, this.#cursor.at + from, this.#littleEndian);
  }

  #damage(
    path: string,
    from: number,
    detail: string,
    code: DecodeError["code"] = "malformed",
  ): DecodeError {
    return new DecodeError(code, `pcapng.${path}`, this.#cursor.offset + from, { detail });
  }
}
