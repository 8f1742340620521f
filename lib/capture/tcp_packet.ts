import { net16, setNet16, setNet32 } from "./byte_order.ts";
import { LINK_TYPE } from "./link.ts";

/** How the packets that are written begin. */
export type WrittenLink = "raw" | "ethernet";

/** LINKTYPE_… numbers of them. */
export const WRITTEN_LINK_TYPE: Readonly<Record<WrittenLink, number>> = {
  raw: LINK_TYPE.raw,
  ethernet: LINK_TYPE.ethernet,
};

/** Bits of the TCP header. */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const;

/** A segment to be put into a packet. */
export interface WrittenSegment {
  readonly link: WrittenLink;
  /** 4 or 16 bytes, both of the same length. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly fromPort: number;
  readonly toPort: number;
  /** These two modulo 2^32. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Sum of {@link TCP_FLAG}. */
  readonly flags: number;
  /** In whole words of 4 bytes. */
  readonly options: Uint8Array;
  /** Together with the headers at most 65,535 bytes. */
  readonly payload: Uint8Array;
}

const ETHERNET_HEADER = 14;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const TCP = 6;
const HOPS = 64;
const DO_NOT_FRAGMENT = 0x4000;
const WINDOW = 0xffff;

/** The segment in a packet of IP, its checksums right, with a header of Ethernet if one is asked for. */
export function tcpPacket(segment: WrittenSegment): Uint8Array {
  const isIpv6 = segment.from.length === 16;
  const ipAt = segment.link === "ethernet" ? ETHERNET_HEADER : 0;
  const tcpAt = ipAt + (isIpv6 ? IPV6_HEADER : IPV4_HEADER);
  const payloadAt = tcpAt + TCP_HEADER + segment.options.length;
  const packet = new Uint8Array(payloadAt + segment.payload.length);
  if (ipAt > 0) writeEthernet(packet, isIpv6);
  packet.set(segment.payload, payloadAt);
  packet.set(segment.options, tcpAt + TCP_HEADER);
  writeTcp(packet, tcpAt, segment);
  if (isIpv6) writeIpv6(packet, ipAt, segment);
  else writeIpv4(packet, ipAt, segment);
  return packet;
}

function writeEthernet(packet: Uint8Array, isIpv6: boolean): void {
  // Locally administered addresses: nobody's.
  packet[0] = packet[6] = 2;
  packet[5] = 2;
  packet[11] = 1;
  setNet16(packet, 12, isIpv6 ? 0x86dd : 0x0800);
}

function writeIpv4(packet: Uint8Array, at: number, { from, to }: WrittenSegment): void {
  packet[at] = 0x45;
  setNet16(packet, at + 2, packet.length - at);
  setNet16(packet, at + 6, DO_NOT_FRAGMENT);
  packet[at + 8] = HOPS;
  packet[at + 9] = TCP;
  packet.set(from, at + 12);
  packet.set(to, at + 16);
  setNet16(packet, at + 10, checksum(sum(packet.subarray(at, at + IPV4_HEADER))));
}

function writeIpv6(packet: Uint8Array, at: number, { from, to }: WrittenSegment): void {
  packet[at] = 0x60;
  setNet16(packet, at + 4, packet.length - at - IPV6_HEADER);
  packet[at + 6] = TCP;
  packet[at + 7] = HOPS;
  packet.set(from, at + 8);
  packet.set(to, at + 24);
}

function writeTcp(packet: Uint8Array, at: number, segment: WrittenSegment): void {
  setNet16(packet, at, segment.fromPort);
  setNet16(packet, at + 2, segment.toPort);
  setNet32(packet, at + 4, segment.sequence);
  setNet32(packet, at + 8, segment.acknowledgment);
  packet[at + 12] = (TCP_HEADER + segment.options.length) << 2;
  packet[at + 13] = segment.flags;
  setNet16(packet, at + 14, WINDOW);
  const tcp = packet.subarray(at);
  const header = sum(segment.from) + sum(segment.to) + TCP + tcp.length;
  setNet16(packet, at + 16, checksum(header + sum(tcp)));
}

/** Of words of 16 bits, the last filled up with 0. */
function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += net16(bytes, at);
  return total;
}

/** One's complement of the one's complement sum, RFC 1071. */
function checksum(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
