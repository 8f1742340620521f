import { setU16At, setU32At } from "../codec/bytes_at.ts";
import { UsageError } from "../errors.ts";
import type { Packet } from "./capture.ts";
import { BLOCK, BYTE_ORDER_MAGIC } from "./pcapng.ts";
import { OPTION } from "./pcapng_interface.ts";
import { microsecondTicks, nanosecondTicks, type Ticks } from "./timestamps.ts";

/** How exactly an interface counts time. */
export type TimeResolution = "microseconds" | "nanoseconds";

/** Where packets come from. */
export interface InterfaceDescription {
  /** LINKTYPE_… number. */
  readonly linkType: number;
  /** Most bytes that are kept of a packet; 0, the default, is no limit. */
  readonly snapLength?: number;
  /** Nanoseconds, unless told otherwise. */
  readonly resolution?: TimeResolution;
  /** As people know it: `eth0`. */
  readonly name?: string;
}

const USER_APPLICATION = 4;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Makes the blocks of a capture in pcapng, little-endian: each method gives bytes to be appended. */
export class PcapngWriter {
  readonly #ticks: ((time: number) => Ticks)[] = [];

  /** A section's beginning, and so the first block. @param application What writes it. */
  section(application: string): Uint8Array {
    this.#ticks.length = 0;
    const options = optionsOf([[USER_APPLICATION, new TextEncoder().encode(application)]]);
    const block = blockOf(BLOCK.section, 16 + options.length);
    setU32At(block, 8, BYTE_ORDER_MAGIC);
    setU16At(block, 12, 1);
    // The section's length is not known.
    block.fill(0xff, 16, 24);
    block.set(options, 24);
    return block;
  }

  /** Describes an interface; those of a section are numbered from 0. */
  interface(description: InterfaceDescription): Uint8Array {
    const { linkType, snapLength = 0, resolution = "nanoseconds", name } = description;
    const isNano = resolution === "nanoseconds";
    this.#ticks.push(isNano ? nanosecondTicks : microsecondTicks);
    const options = optionsOf([
      [OPTION.name, name === undefined ? NOTHING : new TextEncoder().encode(name)],
      [OPTION.timeResolution, isNano ? Uint8Array.of(9) : NOTHING],
    ]);
    const block = blockOf(BLOCK.interface, 8 + options.length);
    setU16At(block, 8, linkType);
    setU32At(block, 12, snapLength);
    block.set(options, 16);
    return block;
  }

  /** Secrets, to stand before the packets that they open. @param kind 32 bits, as in secrets.ts. */
  secrets(kind: number, bytes: Uint8Array): Uint8Array {
    const block = blockOf(BLOCK.secrets, 8 + padded(bytes.length));
    setU32At(block, 8, kind);
    setU32At(block, 12, bytes.length);
    block.set(bytes, 16);
    return block;
  }

  /**
   * A packet. Its link type is the interface's, whatever it says.
   *
   * @throws {UsageError} If the interface is not described.
   */
  packet(number: number, { time, bytes, length }: Omit<Packet, "linkType">): Uint8Array {
    const ticks = this.#ticks[number];
    if (ticks === undefined) throw new UsageError(`Cannot write a packet of interface ${number}`);
    const block = blockOf(BLOCK.enhancedPacket, 20 + padded(bytes.length));
    const { high, low } = ticks(time);
    setU32At(block, 8, number);
    setU32At(block, 12, high);
    setU32At(block, 16, low);
    setU32At(block, 20, bytes.length);
    setU32At(block, 24, length);
    block.set(bytes, 28);
    return block;
  }
}

function blockOf(type: number, bodySize: number): Uint8Array {
  const size = bodySize + 12;
  const block = new Uint8Array(size);
  setU32At(block, 0, type);
  setU32At(block, 4, size);
  setU32At(block, size - 4, size);
  return block;
}

/** Options and their end; those without a value are left out. */
function optionsOf(options: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const given = options.filter(([, value]) => value.length > 0);
  const bytes = new Uint8Array(
    given.reduce((size, [, value]) => size + 4 + padded(value.length), given.length > 0 ? 4 : 0),
  );
  let at = 0;
  for (const [code, value] of given) {
    setU16At(bytes, at, code);
    setU16At(bytes, at + 2, value.length);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
