import { be16, be32, joined, le16, le32 } from "./packets.ts";

/** Blocks of pcapng, made by hand in one byte order. */
export class PcapngBlocks {
  readonly #u16: (value: number) => number[];
  readonly #u32: (value: number) => number[];

  constructor(littleEndian: boolean) {
    this.#u16 = littleEndian ? le16 : be16;
    this.#u32 = littleEndian ? le32 : be32;
  }

  /** Any block. @param size What it says of its length, before and behind, if not what it is. */
  block(type: number, body: Uint8Array, size: readonly [number?, number?] = []): Uint8Array {
    const padding = new Uint8Array(-body.length & 3);
    const length = 12 + body.length + padding.length;
    const [before = length, after = length] = size;
    return joined(this.#u32(type), this.#u32(before), body, padding, this.#u32(after));
  }

  section(major = 1): Uint8Array {
    const unknown = this.#u32(0xffff_ffff);
    const version = [...this.#u16(major), ...this.#u16(0)];
    return this.block(0x0a0d0d0a, joined(this.#u32(0x1a2b3c4d), version, unknown, unknown));
  }

  interface(linkType: number, snapLength = 0, options: Uint8Array = new Uint8Array(0)): Uint8Array {
    const fixed = [...this.#u16(linkType), 0, 0, ...this.#u32(snapLength)];
    return this.block(1, joined(fixed, options));
  }

  option(code: number, value: readonly number[]): Uint8Array {
    const padding = new Uint8Array(-value.length & 3);
    return joined(this.#u16(code), this.#u16(value.length), value, padding);
  }

  /** if_tsoffset: 64 bits, signed. */
  timeOffset(seconds: number): Uint8Array {
    const halves = [this.#u32(Math.floor(seconds / 2 ** 32) >>> 0), this.#u32(seconds >>> 0)];
    const isLittle = this.#u16(1)[0] === 1;
    return this.option(14, (isLittle ? halves.reverse() : halves).flat());
  }

  /** An enhanced packet block. */
  packet(face: number, ticks: bigint, bytes: Uint8Array, length = bytes.length): Uint8Array {
    return this.block(6, joined(this.#u32(face), this.#timed(ticks, bytes, length), bytes));
  }

  /** The block that came before it: 16 bits of interface, and as many of drops. */
  oldPacket(face: number, ticks: bigint, bytes: Uint8Array, length = bytes.length): Uint8Array {
    const numbers = [...this.#u16(face), ...this.#u16(7)];
    return this.block(2, joined(numbers, this.#timed(ticks, bytes, length), bytes));
  }

  simplePacket(bytes: Uint8Array, length = bytes.length): Uint8Array {
    return this.block(3, joined(this.#u32(length), bytes));
  }

  secrets(kind: number, bytes: Uint8Array, length = bytes.length): Uint8Array {
    return this.block(10, joined(this.#u32(kind), this.#u32(length), bytes));
  }

  #timed(ticks: bigint, bytes: Uint8Array, length: number): Uint8Array {
    return joined(
      this.#u32(Number(ticks >> 32n)),
      this.#u32(Number(ticks & 0xffff_ffffn)),
      this.#u32(bytes.length),
      this.#u32(length),
    );
  }
}
