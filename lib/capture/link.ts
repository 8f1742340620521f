import { u32At } from "../codec/bytes_at.ts";
import { net16, net32 } from "./byte_order.ts";
import type { Packet } from "./capture.ts";
import { CUT_OFF, etherTypeKind, linkTypeKind, NOT_IP } from "./passed_over.ts";

/** LINKTYPE_… numbers of what can be read, and of what is written. */
export const LINK_TYPE = {
  /** BSD loopback, the family in the byte order of the machine that captured. */
  null: 0,
  ethernet: 1,
  raw: 101,
  /** OpenBSD's loopback: the family in network order. */
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd } as const;
/** IEEE 802.1Q, 802.1ad, and what was used for a tag in a tag before that. */
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const MOST_TAGS = 4;
/** AF_INET, and AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
const FAMILIES: ReadonlySet<number> = new Set([2, 10, 24, 28, 30]);

/**
 * Where in a packet its IP header begins; the header says itself which version it is.
 *
 * @returns The place, at least 0; or, below 0, `~kind` of what is there instead.
 */
export function ipOffset({ linkType, bytes }: Packet): number {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return behindTags(bytes, 12, 14);
    case LINK_TYPE.linuxCooked:
      return behindTags(bytes, 14, 16);
    case LINK_TYPE.linuxCooked2:
      return behindTags(bytes, 0, 20);
    case LINK_TYPE.null:
      return FAMILIES.has(u32At(bytes, 0)) || FAMILIES.has(net32(bytes, 0)) ? 4 : ~NOT_IP;
    case LINK_TYPE.loop:
      return FAMILIES.has(net32(bytes, 0)) ? 4 : ~NOT_IP;
    case LINK_TYPE.raw:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
    // What older systems wrote for raw IP.
    case 12:
    case 14:
      return 0;
    default:
      return ~linkTypeKind(linkType);
  }
}

/** What is of the type of Ethernet at `typeAt` begins at `payloadAt`; if that is a VLAN tag, look on. */
function behindTags(bytes: Uint8Array, typeAt: number, payloadAt: number): number {
  let type = net16(bytes, typeAt);
  let at = payloadAt;
  for (let tags = 0; tags < MOST_TAGS && VLAN_TAGS.has(type); tags++) {
    type = net16(bytes, at + 2);
    at += 4;
  }
  if (at > bytes.length) return ~CUT_OFF;
  return type === ETHER_TYPE.ipv4 || type === ETHER_TYPE.ipv6 ? at : ~etherTypeKind(type);
}
