import { net16, net32 } from "./byte_order.ts";
import type { Packet, Segment } from "./capture.ts";
import { type Fragment, Fragments } from "./fragments.ts";
import { ipOffset } from "./link.ts";
import { CUT_OFF, DAMAGED, type Kind, PassedOver, protocolKind } from "./passed_over.ts";
import { ipv4Path, ipv6Path } from "./path.ts";

const TCP = 6;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Headers of IPv6 before TCP's: hop by hop, routing, destination, mobility, HIP, Shim6 and these. */
const EXTENSIONS: ReadonlySet<number> = new Set([
  0,
  43,
  60,
  135,
  139,
  140,
  FRAGMENT,
  AUTHENTICATION,
]);
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const SMALLEST_EXTENSION = 8;
const TCP_HEADER = 20;
const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;
const NOTHING: Uint8Array = new Uint8Array(0);

/** What was in the packets. */
export interface PacketCounts {
  /** All of them. */
  packets: number;
  /** Those with a TCP segment that is not all there, because the capture kept too little of it. */
  cutOff: number;
  /** Fragments of IP with parts of TCP segments. */
  fragments: number;
}

/** A part of a packet: the bytes `[at, end)`, of which the last may have been cut off. */
interface Span {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/**
 * Takes TCP segments out of packets. Checksums are not looked at: a capture made where the packet was
 * sent has it before the network card wrote them, and one that was cut off cannot be summed up.
 */
export class SegmentReader {
  readonly counts: PacketCounts = { packets: 0, cutOff: 0, fragments: 0 };
  readonly passedOver = new PassedOver();
  readonly #fragments = new Fragments();
  readonly #segment = {
    time: 0,
    path: "",
    sequence: 0,
    acknowledgment: 0,
    syn: false,
    ack: false,
    fin: false,
    rst: false,
    payload: NOTHING,
    missing: 0,
  };
  #packet: Packet = { time: 0, linkType: 0, bytes: NOTHING, length: 0 };
  /** Of the source's address in the packet; the destination's is behind it. */
  #addressAt = 0;
  #isIpv6 = false;

  /** Datagrams of IP that could not be put together, at least not yet. */
  get incompleteDatagrams(): number {
    return this.#fragments.incomplete;
  }

  /** @returns `undefined` if there is none; what there is instead is counted. */
  read(packet: Packet): Segment | undefined {
    this.counts.packets++;
    const at = ipOffset(packet);
    if (at < 0) return this.#passOver(~at);
    if (at >= packet.bytes.length) return this.#passOver(CUT_OFF);
    this.#packet = packet;
    const version = (packet.bytes[at] ?? 0) >>> 4;
    if (version === 4) return this.#readIpv4(at);
    return version === 6 ? this.#readIpv6(at) : this.#passOver(DAMAGED);
  }

  #readIpv4(at: number): Segment | undefined {
    const { bytes, length } = this.#packet;
    if (bytes.length < at + IPV4_HEADER) return this.#passOver(CUT_OFF);
    const protocol = bytes[at + 9] ?? 0;
    if (protocol !== TCP) return this.#passOver(protocolKind(protocol));
    const headerSize = ((bytes[at] ?? 0) & 15) * 4;
    const total = net16(bytes, at + 2);
    // Segmentation offload makes packets too long for 16 bits, and leaves the length to the card.
    const end = total === 0 ? length : at + total;
    const payloadAt = at + headerSize;
    if (headerSize < IPV4_HEADER || payloadAt > end) return this.#passOver(DAMAGED);
    this.#addressAt = at + 12;
    this.#isIpv6 = false;
    const place = net16(bytes, at + 6);
    if ((place & 0x3fff) === 0) return this.#readTcp(bytes, payloadAt, end);
    const whole = this.#join({ bytes, at: payloadAt, end }, {
      datagram: keyOf(bytes, at + 12, 8) + keyOf(bytes, at + 4, 2),
      at: (place & 0x1fff) * 8,
      isLast: (place & 0x2000) === 0,
    });
    return whole && this.#readTcp(whole, 0, whole.length);
  }

  #readIpv6(at: number): Segment | undefined {
    const { bytes, length } = this.#packet;
    if (bytes.length < at + IPV6_HEADER) return this.#passOver(CUT_OFF);
    this.#addressAt = at + 8;
    this.#isIpv6 = true;
    const payloadAt = at + IPV6_HEADER;
    const payloadLength = net16(bytes, at + 4);
    // 0 means the same as in IPv4, or that a header behind tells, RFC 2675.
    const end = payloadLength === 0 ? length : payloadAt + payloadLength;
    const header = bytes[at + 6] ?? 0;
    if (header === TCP) return this.#readTcp(bytes, payloadAt, end);
    return this.#readExtensions(header, { bytes, at: payloadAt, end });
  }

  /** @param first Which header is at the beginning of the span. */
  #readExtensions(first: number, { bytes, at: start, end }: Span): Segment | undefined {
    let header = first;
    let at = start;
    while (header !== TCP) {
      if (!EXTENSIONS.has(header)) return this.#passOver(protocolKind(header));
      if (at + SMALLEST_EXTENSION > end) return this.#passOver(DAMAGED);
      if (at + SMALLEST_EXTENSION > bytes.length) return this.#passOver(CUT_OFF);
      if (header === FRAGMENT && (net16(bytes, at + 2) & 0xfff9) !== 0) {
        return this.#readFragment({ bytes, at, end });
      }
      const size = extensionSize(header, bytes[at + 1] ?? 0);
      header = bytes[at] ?? 0;
      at += size;
    }
    return this.#readTcp(bytes, at, end);
  }

  /** @param span From the fragment header on. */
  #readFragment({ bytes, at, end }: Span): Segment | undefined {
    const header = bytes[at] ?? 0;
    if (header !== TCP && !EXTENSIONS.has(header)) return this.#passOver(protocolKind(header));
    // Fragments of fragments: nobody sends them, and they could be nested without end.
    if (bytes !== this.#packet.bytes) return this.#passOver(DAMAGED);
    const place = net16(bytes, at + 2);
    const whole = this.#join({ bytes, at: at + SMALLEST_EXTENSION, end }, {
      datagram: keyOf(bytes, this.#addressAt, 32) + keyOf(bytes, at + 4, 4),
      at: place & 0xfff8,
      isLast: (place & 1) === 0,
    });
    return whole && this.#readExtensions(header, { bytes: whole, at: 0, end: whole.length });
  }

  /** The payload that the span completes. */
  #join(
    { bytes, at, end }: Span,
    fragment: Pick<Fragment, "datagram" | "at" | "isLast">,
  ): Uint8Array | undefined {
    this.counts.fragments++;
    if (end > bytes.length) {
      this.counts.cutOff++;
      return undefined;
    }
    const payload = bytes.subarray(at, end);
    return this.#fragments.add({ ...fragment, time: this.#packet.time, payload });
  }

  /** @param end Of the segment, which may be beyond what was kept. */
  #readTcp(bytes: Uint8Array, at: number, end: number): Segment | undefined {
    if (at + TCP_HEADER > end) return this.#passOver(DAMAGED);
    if (at + TCP_HEADER > bytes.length) return this.#passOver(CUT_OFF);
    const payloadAt = at + ((bytes[at + 12] ?? 0) >>> 4) * 4;
    if (payloadAt < at + TCP_HEADER || payloadAt > end) return this.#passOver(DAMAGED);
    const payloadEnd = Math.max(payloadAt, Math.min(end, bytes.length));
    const flags = bytes[at + 13] ?? 0;
    const addresses = this.#packet.bytes;
    const ports = net32(bytes, at);
    const segment = this.#segment;
    segment.time = this.#packet.time;
    segment.path = this.#isIpv6
      ? ipv6Path(addresses, this.#addressAt, ports)
      : ipv4Path(addresses, this.#addressAt, ports);
    segment.sequence = net32(bytes, at + 4);
    segment.acknowledgment = net32(bytes, at + 8);
    segment.syn = (flags & FLAG.syn) !== 0;
    segment.ack = (flags & FLAG.ack) !== 0;
    segment.fin = (flags & FLAG.fin) !== 0;
    segment.rst = (flags & FLAG.rst) !== 0;
    segment.payload = payloadAt === payloadEnd ? NOTHING : bytes.subarray(payloadAt, payloadEnd);
    segment.missing = end - payloadEnd;
    if (segment.missing > 0) this.counts.cutOff++;
    return segment;
  }

  #passOver(kind: Kind): undefined {
    this.passedOver.add(kind);
  }
}

function extensionSize(header: number, length: number): number {
  if (header === FRAGMENT) return SMALLEST_EXTENSION;
  return header === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
}

function keyOf(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
