/**
 * Packets made by hand, and captures of them: as strange as a test wants them. Checksums are 0, as
 * where a network card is to write them.
 *
 * @module
 */

/** Bytes one behind the other. */
export function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Big-endian. */
export function be16(value: number): number[] {
  return [value >>> 8 & 0xff, value & 0xff];
}

/** Big-endian. */
export function be32(value: number): number[] {
  return [...be16(Math.floor(value / 0x1_0000)), ...be16(value % 0x1_0000)];
}

/** Little-endian. */
export function le16(value: number): number[] {
  return be16(value).reverse();
}

/** Little-endian. */
export function le32(value: number): number[] {
  return be32(value).reverse();
}

/** What a segment says; what is left out is 0, and `from` and `to` are ports. */
export interface TcpFields {
  readonly from?: number;
  readonly to?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  /** Letters of `SAFR`. */
  readonly flags?: string;
  readonly options?: readonly number[];
  readonly payload?: Uint8Array | readonly number[];
}

export function tcp(fields: TcpFields): Uint8Array {
  const { from = 40_000, to = 3333, sequence = 0, acknowledgment = 0, flags = "" } = fields;
  const { options = [], payload = [] } = fields;
  const bits = { F: 1, S: 2, R: 4, A: 16 };
  const flag = Object.entries(bits).reduce(
    (all, [f, bit]) => flags.includes(f) ? all | bit : all,
    0,
  );
  return joined(
    be16(from),
    be16(to),
    be32(sequence),
    be32(acknowledgment),
    [(20 + options.length) << 2, flag, ...be16(1_000), 0, 0, 0, 0],
    options,
    payload,
  );
}

/** What a header of IPv4 says. */
export interface Ipv4Fields {
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  readonly protocol?: number;
  readonly options?: readonly number[];
  readonly identification?: number;
  /** Flags and offset of a fragment, as the header has them. */
  readonly fragment?: number;
  /** What the header says of the length, if not what it is. */
  readonly total?: number;
}

export function ipv4(payload: Uint8Array, fields: Ipv4Fields = {}): Uint8Array {
  const { from = [10, 0, 0, 1], to = [10, 0, 0, 2], protocol = 6, options = [] } = fields;
  const { identification = 0, fragment = 0x4000 } = fields;
  const headerSize = 20 + options.length;
  return joined(
    [0x40 | headerSize / 4, 0],
    be16(fields.total ?? headerSize + payload.length),
    be16(identification),
    be16(fragment),
    [64, protocol, 0, 0],
    from,
    to,
    options,
    payload,
  );
}

/** What a header of IPv6 says. */
export interface Ipv6Fields {
  readonly from?: Uint8Array;
  readonly to?: Uint8Array;
  readonly next?: number;
  /** What the header says of the length, if not what it is. */
  readonly length?: number;
}

export function ipv6(payload: Uint8Array, fields: Ipv6Fields = {}): Uint8Array {
  const { from = loopback(1), to = loopback(2), next = 6, length = payload.length } = fields;
  return joined([0x60, 0, 0, 0], be16(length), [next, 64], from, to, payload);
}

/** An address `::n`. */
export function loopback(n: number): Uint8Array {
  return joined(new Uint8Array(15), [n]);
}

export function ethernet(
  payload: Uint8Array,
  ...types: readonly (readonly number[])[]
): Uint8Array {
  return joined([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], ...types, payload);
}

/** A packet in a capture. */
export interface Captured {
  readonly seconds?: number;
  /** In the capture's unit. */
  readonly fraction?: number;
  readonly bytes: Uint8Array;
  /** On the wire, if more than was kept. */
  readonly length?: number;
}

/** How a pcap is written. */
export interface PcapFields {
  readonly littleEndian?: boolean;
  readonly isNano?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
}

export function pcap(packets: readonly Captured[], fields: PcapFields = {}): Uint8Array {
  const { littleEndian = true, isNano = false, linkType = 101, snapLength = 262_144 } = fields;
  const [u16, u32] = littleEndian ? [le16, le32] : [be16, be32];
  const header = [
    ...u32(isNano ? 0xa1b23c4d : 0xa1b2c3d4),
    ...u16(2),
    ...u16(4),
    ...u32(0),
    ...u32(0),
    ...u32(snapLength),
    ...u32(linkType),
  ];
  return joined(
    header,
    ...packets.flatMap(({ seconds = 0, fraction = 0, bytes, length = bytes.length }) => [
      [...u32(seconds), ...u32(fraction), ...u32(bytes.length), ...u32(length)],
      bytes,
    ]),
  );
}
