import { strictEqual } from "node:assert";
import { be16, be32, ethernet, joined, le16, le32 } from "../../tests/support/packets.ts";
import { ipOffset } from "./link.ts";
import { CUT_OFF, etherTypeKind, linkTypeKind, NOT_IP } from "./passed_over.ts";

const ip = Uint8Array.of(0x45, 0, 0, 20);
const IPV4 = be16(0x0800);
const IPV6 = be16(0x86dd);
const tag = (type: number) => [...be16(type), ...be16(7)];

function offset(linkType: number, bytes: Uint8Array): number {
  return ipOffset({ time: 0, linkType, bytes, length: bytes.length });
}

const cooked = joined([0, 0, ...be16(1), ...be16(6)], new Uint8Array(8));
const cooked2 = joined([0, 0], be32(3), be16(1), [0, 6], new Uint8Array(8));

const found: readonly (readonly [string, number, Uint8Array, number])[] = [
  ["Ethernet", 1, ethernet(ip, IPV4), 14],
  ["Ethernet with IPv6", 1, ethernet(ip, IPV6), 14],
  ["a VLAN (802.1Q)", 1, ethernet(ip, tag(0x8100), IPV4), 18],
  ["a VLAN in a VLAN (802.1ad)", 1, ethernet(ip, tag(0x88a8), tag(0x8100), IPV6), 22],
  ["a VLAN in a VLAN of old", 1, ethernet(ip, tag(0x9100), tag(0x8100), IPV4), 22],
  ["Linux cooked", 113, joined(cooked, IPV4, ip), 16],
  ["Linux cooked with a VLAN", 113, joined(cooked, tag(0x8100), IPV4, ip), 20],
  ["Linux cooked 2", 276, joined(IPV6, cooked2, ip), 20],
  ["Linux cooked 2 with a VLAN", 276, joined(be16(0x8100), cooked2, be16(7), IPV4, ip), 24],
  ["BSD loopback, little-endian", 0, joined(le32(2), ip), 4],
  ["BSD loopback, big-endian", 0, joined(be32(2), ip), 4],
  ["BSD loopback, IPv6 of macOS", 0, joined(le32(30), ip), 4],
  ["BSD loopback, IPv6 of FreeBSD, big-endian", 0, joined(be32(28), ip), 4],
  ["OpenBSD loopback", 108, joined(be32(24), ip), 4],
  ["raw IP", 101, ip, 0],
  ["raw IPv4", 228, ip, 0],
  ["raw IPv6", 229, ip, 0],
  ["raw IP as BSD numbers it", 12, ip, 0],
  ["raw IP as OpenBSD numbers it", 14, ip, 0],
];

for (const [name, linkType, bytes, at] of found) {
  Deno.test(`ipOffset() finds IP behind ${name}`, () => {
    strictEqual(offset(linkType, bytes), at);
    strictEqual(bytes[at], 0x45);
  });
}

Deno.test("ipOffset() tells what is there instead", () => {
  strictEqual(~offset(1, ethernet(ip, be16(0x0806))), etherTypeKind(0x0806));
  strictEqual(~offset(1, ethernet(ip, tag(0x8100), be16(0x88cc))), etherTypeKind(0x88cc));
  strictEqual(~offset(276, joined(be16(0x0806), cooked2)), etherTypeKind(0x0806));
  strictEqual(~offset(0, joined(le32(7), ip)), NOT_IP);
  strictEqual(~offset(108, joined(le32(2), ip)), NOT_IP);
  strictEqual(~offset(195, ip), linkTypeKind(195));
});

Deno.test("ipOffset() does not look for ever behind tags, nor behind the end", () => {
  const five = Array.from({ length: 5 }, () => tag(0x8100));
  strictEqual(~offset(1, ethernet(ip, ...five, IPV4)), etherTypeKind(0x8100));
  for (
    const [linkType, bytes] of [
      [1, ethernet(ip, IPV4)],
      [1, ethernet(ip, tag(0x8100), IPV4)],
      [
        113,
        joined(cooked, IPV4),
      ],
      [276, joined(IPV4, cooked2)],
      [1, new Uint8Array(0)],
    ] as const
  ) {
    const header = bytes.length - (linkType === 1 ? ip.length : 0);
    strictEqual(~offset(linkType, bytes.subarray(0, Math.max(0, header - 1))), CUT_OFF);
  }
  strictEqual(~offset(1, ethernet(ip, le16(0)).subarray(0, 14)), etherTypeKind(0));
});
