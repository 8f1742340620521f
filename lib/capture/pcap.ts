import { DecodeError } from "../errors.ts";
import { BlockCursor } from "./block_cursor.ts";
import { file16, file32 } from "./byte_order.ts";
import type { CaptureBlock, CaptureReader, Packet } from "./capture.ts";

/** Bytes of a packet that no setting of tcpdump goes beyond, whatever the header says. */
const USUAL_SNAP_LENGTH = 2 ** 18;
/** No packet is longer. A header that says so is damaged, or made to take our memory. */
export const LONGEST_PACKET = 2 ** 26;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const NOTHING: Uint8Array = new Uint8Array(0);

/** How the first four bytes, read little-endian, tell byte order and fractions of a second. */
const MAGIC: ReadonlyMap<number, { readonly littleEndian: boolean; readonly perMicro: number }> =
  new Map([
    [0xa1b2c3d4, { littleEndian: true, perMicro: 1 }],
    [0xd4c3b2a1, { littleEndian: false, perMicro: 1 }],
    [0xa1b23c4d, { littleEndian: true, perMicro: 1_000 }],
    [0x4d3cb2a1, { littleEndian: false, perMicro: 1_000 }],
  ]);

/** Whether these bytes, at least 4, begin a capture that {@link PcapReader} reads. */
export function isPcap(first: Uint8Array): boolean {
  return MAGIC.has(file32(first, 0, true));
}

/** Reads pcap: what `tcpdump -w` writes. */
export class PcapReader implements CaptureReader {
  readonly #cursor = new BlockCursor();
  readonly #packet = { time: 0, linkType: 0, bytes: NOTHING, length: 0 };
  readonly #block: CaptureBlock = { type: "packet", packet: this.#packet satisfies Packet };
  #isBegun = false;
  #littleEndian = true;
  #perMicro = 1;
  #longest = 0;

  push(chunk: Uint8Array, deliver: (block: CaptureBlock) => void): void {
    const cursor = this.#cursor;
    cursor.feed(chunk);
    if (!this.#isBegun && !this.#begin()) return;
    const packet = this.#packet;
    while (cursor.has(PACKET_HEADER)) {
      const size = PACKET_HEADER + this.#capturedLength();
      if (!cursor.has(size)) return;
      const { bytes, at } = cursor;
      const seconds = file32(bytes, at, this.#littleEndian);
      packet.time = seconds * 1e6 + file32(bytes, at + 4, this.#littleEndian) / this.#perMicro;
      packet.bytes = bytes.subarray(at + PACKET_HEADER, at + size);
      packet.length = Math.max(packet.bytes.length, file32(bytes, at + 12, this.#littleEndian));
      cursor.skip(size);
      deliver(this.#block);
    }
  }

  end(): void {
    const { pending, offset } = this.#cursor;
    if (this.#isBegun && pending === 0) return;
    const [path, detail] = this.#isBegun
      ? ["pcap.packet", "the capture is cut off in the middle of a packet"]
      : ["pcap.header", "the capture is cut off in the middle of its header"];
    throw new DecodeError("truncated", path, offset + pending, { detail });
  }

  #begin(): boolean {
    const cursor = this.#cursor;
    if (!cursor.has(FILE_HEADER)) return false;
    const { bytes, at } = cursor;
    const magic = MAGIC.get(file32(bytes, at, true));
    if (magic === undefined) {
      throw new DecodeError("malformed", "pcap.magic", 0, { detail: "this is no pcap" });
    }
    this.#littleEndian = magic.littleEndian;
    this.#perMicro = magic.perMicro;
    const major = file16(bytes, at + 4, magic.littleEndian);
    if (major !== 2) {
      const detail = `this is pcap version ${major}, and only version 2 is known`;
      throw new DecodeError("malformed", "pcap.version", 4, { detail });
    }
    const snapLength = file32(bytes, at + 16, magic.littleEndian);
    this.#longest = Math.min(LONGEST_PACKET, Math.max(USUAL_SNAP_LENGTH, snapLength));
    // The upper half tells of a checksum behind each frame, which the length in the IP header leaves
    // out anyway.
    this.#packet.linkType = file32(bytes, at + 20, magic.littleEndian) & 0xffff;
    this.#isBegun = true;
    cursor.skip(FILE_HEADER);
    return true;
  }

  #capturedLength(): number {
    const { bytes, at, offset } = this.#cursor;
    const length = file32(bytes, at + 8, this.#littleEndian);
    if (length <= this.#longest) return length;
    const detail =
      `a packet of ${length} bytes is announced, where at most ${this.#longest} can be`;
    throw new DecodeError("too-large", "pcap.packet.length", offset + 8, { detail });
  }
}
