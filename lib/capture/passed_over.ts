/**
 * What is in a capture beside TCP. It is counted by a number, which is made text of only in the end.
 *
 * @module
 */

/** What kind of packet was passed over. */
export type Kind = number;

/** A frame of a link layer that is not known. @param linkType 16 bits. */
export function linkTypeKind(linkType: number): Kind {
  return linkType;
}

/** What is not IP. @param etherType 16 bits. */
export function etherTypeKind(etherType: number): Kind {
  return 0x1_0000 | etherType;
}

/** IP, but not TCP. @param protocol 8 bits. */
export function protocolKind(protocol: number): Kind {
  return 0x2_0000 | protocol;
}

/** A header is not all there, because the capture kept too little of the packet. */
export const CUT_OFF: Kind = 0x3_0000;
/** A header contradicts itself. */
export const DAMAGED: Kind = 0x3_0001;
/** A loopback's packet of another family. */
export const NOT_IP: Kind = 0x3_0002;

const ETHER_TYPES: Readonly<Record<number, string>> = {
  0x0806: "ARP",
  0x8847: "MPLS",
  0x8863: "PPPoE",
  0x8864: "PPPoE",
  0x888e: "EAPOL",
  0x88cc: "LLDP",
};
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "ICMP",
  2: "IGMP",
  4: "IP in IP",
  17: "UDP",
  41: "IPv6 in IP",
  47: "GRE",
  50: "ESP",
  58: "ICMPv6",
  132: "SCTP",
};

const OTHERS: Readonly<Record<Kind, string>> = {
  [CUT_OFF]: "cut off within a header",
  [DAMAGED]: "damaged headers",
  [NOT_IP]: "no IP on a loopback",
};

/** How many packets of a kind were passed over. */
export interface PassedOverCount {
  /** For a person: `UDP`, `Ethernet type 0x1234`. */
  readonly what: string;
  readonly packets: number;
}

/** Counts them. */
export class PassedOver {
  readonly #counts = new Map<Kind, number>();

  add(kind: Kind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** The most frequent kind first. */
  list(): PassedOverCount[] {
    const byName = new Map<string, number>();
    for (const [kind, packets] of this.#counts) {
      const what = nameOf(kind);
      byName.set(what, (byName.get(what) ?? 0) + packets);
    }
    return [...byName].map(([what, packets]) => ({ what, packets }))
      .sort((a, b) => b.packets - a.packets);
  }
}

function nameOf(kind: Kind): string {
  const number = kind & 0xffff;
  switch (kind >>> 16) {
    case 0:
      return `link type ${number}`;
    case 1:
      if (number <= 1500) return "IEEE 802.3";
      return ETHER_TYPES[number] ?? `Ethernet type 0x${number.toString(16).padStart(4, "0")}`;
    case 2:
      return PROTOCOLS[number] ?? `IP protocol ${number}`;
    default:
      return OTHERS[kind] ?? "others";
  }
}
