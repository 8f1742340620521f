import { deepStrictEqual } from "node:assert";
import {
  CUT_OFF,
  DAMAGED,
  etherTypeKind,
  linkTypeKind,
  NOT_IP,
  PassedOver,
  protocolKind,
} from "./passed_over.ts";

Deno.test("PassedOver names each kind, the most frequent first", () => {
  const passedOver = new PassedOver();
  for (let i = 0; i < 3; i++) passedOver.add(protocolKind(17));
  // Both are PPPoE.
  passedOver.add(etherTypeKind(0x8863));
  passedOver.add(etherTypeKind(0x8864));
  const once = [
    ...[linkTypeKind(195), etherTypeKind(0x0806), etherTypeKind(0x0123), etherTypeKind(0x0abc)],
    ...[protocolKind(1), protocolKind(200), CUT_OFF, DAMAGED, NOT_IP],
  ];
  for (const kind of once) passedOver.add(kind);
  const names = [
    ...["link type 195", "ARP", "IEEE 802.3", "Ethernet type 0x0abc", "ICMP", "IP protocol 200"],
    ...["cut off within a header", "damaged headers", "no IP on a loopback"],
  ];
  deepStrictEqual(passedOver.list(), [
    { what: "UDP", packets: 3 },
    { what: "PPPoE", packets: 2 },
    ...names.map((what) => ({ what, packets: 1 })),
  ]);
});
