import { deepStrictEqual, strictEqual } from "node:assert";
import { be16, be32, ipv4, ipv6, joined, loopback, tcp } from "../../tests/support/packets.ts";
import type { Segment } from "./capture.ts";
import { sourceOf, wayBack } from "./path.ts";
import { SegmentReader } from "./segment_reader.ts";

const payload = Uint8Array.of(1, 2, 3, 4, 5);
const fields = { sequence: 0xfedcba98, acknowledgment: 0x89abcdef, flags: "A", payload };
const segment = tcp(fields);

/** Reads a packet of raw IP. @param length On the wire; by default all of it was kept. */
function read(bytes: Uint8Array, length?: number, reader = new SegmentReader()) {
  const packet = { time: 5, linkType: 101, bytes, length: length ?? bytes.length };
  return reader.read(packet);
}

function ends(found: Segment | undefined): string {
  if (found === undefined) return "nothing";
  const [from, to] = [sourceOf(found.path), sourceOf(wayBack(found.path))];
  return `${from.address} ${from.port} ${to.address} ${to.port}`;
}

/** What one packet was passed over as. */
function passedOver(bytes: Uint8Array, length?: number): string | undefined {
  const reader = new SegmentReader();
  strictEqual(read(bytes, length, reader), undefined);
  strictEqual(reader.counts.packets, 1);
  return reader.passedOver.list()[0]?.what;
}

function extension(next: number, size = 8): Uint8Array {
  return joined([next, size / 8 - 1], new Uint8Array(size - 2));
}

/** @param place The offset in bytes, and 1 if more follow. */
function fragmentHeader(next: number, place: number, id = 7): Uint8Array {
  return joined([next, 0], be16(place), be32(id));
}

Deno.test("SegmentReader takes a segment out of IPv4", () => {
  const found = read(ipv4(segment));
  strictEqual(ends(found), "10.0.0.1 40000 10.0.0.2 3333");
  const { path: _, ...rest } = found ?? {};
  deepStrictEqual(rest, {
    time: 5,
    sequence: 0xfedcba98,
    acknowledgment: 0x89abcdef,
    syn: false,
    ack: true,
    fin: false,
    rst: false,
    payload,
    missing: 0,
  });
});

Deno.test("SegmentReader takes a segment out of IPv6", () => {
  const found = read(ipv6(segment, { from: loopback(1), to: loopback(255) }));
  strictEqual(ends(found), "::1 40000 ::ff 3333");
  deepStrictEqual(found?.payload, payload);
});

Deno.test("SegmentReader knows each flag", () => {
  const names = { S: "syn", A: "ack", F: "fin", R: "rst" } as const;
  for (const [flag, name] of Object.entries(names)) {
    const found = read(ipv4(tcp({ flags: flag })));
    const set = Object.values(names).filter((other) => found?.[other]);
    deepStrictEqual(set, [name]);
  }
});

Deno.test("SegmentReader passes options by, and what pads a short frame", () => {
  const options = [2, 4, 5, 180, 1, 1, 4, 2];
  const bytes = ipv4(tcp({ ...fields, options }), { options: [7, 4, 0, 0] });
  const found = read(joined(bytes, new Uint8Array(6)));
  deepStrictEqual(found?.payload, payload);
  strictEqual(found.missing, 0);
});

Deno.test("SegmentReader says what the capture cut off", () => {
  const bytes = ipv4(tcp({ ...fields, options: [1, 1, 1, 1] }));
  const reader = new SegmentReader();
  for (let kept = 40; kept <= bytes.length; kept++) {
    const found = read(bytes.subarray(0, kept), bytes.length, reader);
    deepStrictEqual(found?.payload, payload.subarray(0, Math.max(0, kept - 44)));
    strictEqual(found.missing, 5 - found.payload.length);
  }
  strictEqual(reader.counts.cutOff, 9);
  for (let kept = 0; kept < 40; kept++) {
    strictEqual(passedOver(bytes.subarray(0, kept), bytes.length), "cut off within a header");
  }
  const six = ipv6(segment);
  for (let kept = 0; kept < 60; kept++) {
    strictEqual(passedOver(six.subarray(0, kept), six.length), "cut off within a header");
  }
});

Deno.test("SegmentReader takes packets too long for their length field as they are", () => {
  const long = new Uint8Array(100_000).fill(7);
  const bytes = tcp({ ...fields, payload: long });
  deepStrictEqual(read(ipv4(bytes, { total: 0 }))?.payload, long);
  deepStrictEqual(read(ipv6(bytes, { length: 0 }))?.payload, long);
  const jumbo = joined([6, 0, 0xc2, 4], be32(bytes.length + 8), bytes);
  deepStrictEqual(read(ipv6(jumbo, { next: 0, length: 0 }))?.payload, long);
  const cut = ipv4(bytes, { total: 0 });
  strictEqual(read(cut.subarray(0, 140), cut.length)?.missing, 99_900);
});

Deno.test("SegmentReader looks behind the headers of IPv6", () => {
  const headers = joined(
    extension(43),
    ...[extension(60, 24), extension(51), joined([44, 4], new Uint8Array(22))],
    ...[fragmentHeader(135, 6), extension(6)],
  );
  const reader = new SegmentReader();
  const found = read(ipv6(joined(headers, segment), { next: 0 }), undefined, reader);
  // A header for fragments, but only one of them, is none.
  strictEqual(reader.counts.fragments, 0);
  deepStrictEqual(found?.payload, payload);
  strictEqual(ends(found), "::1 40000 ::2 3333");
});

Deno.test("SegmentReader puts fragments of IPv4 together", () => {
  const reader = new SegmentReader();
  const fragments = [
    ipv4(segment.subarray(0, 8), { identification: 9, fragment: 0x2000 }),
    ipv4(segment.subarray(16), { identification: 9, fragment: 2 }),
    ipv4(segment.subarray(8, 16), { identification: 8, fragment: 0x2001 }),
    ipv4(segment.subarray(8, 16), { identification: 9, fragment: 0x2001 }),
  ];
  const found = fragments.map((bytes) => read(bytes, undefined, reader) && "found");
  deepStrictEqual(found, [undefined, undefined, undefined, "found"]);
  const last = read(ipv4(segment), undefined, reader);
  deepStrictEqual(last?.payload, payload);
  strictEqual(reader.counts.fragments, 4);
  strictEqual(reader.incompleteDatagrams, 1);
});

Deno.test("SegmentReader puts fragments of IPv6 together", () => {
  const reader = new SegmentReader();
  const rest = joined(extension(6), segment);
  const parts = [
    joined(extension(44), fragmentHeader(60, 16 | 6), rest.subarray(16)),
    joined(extension(44), fragmentHeader(60, 1), rest.subarray(0, 16)),
  ];
  strictEqual(read(ipv6(parts[0] ?? rest, { next: 0 }), undefined, reader), undefined);
  const found = read(ipv6(parts[1] ?? rest, { next: 0 }), undefined, reader);
  deepStrictEqual(found?.payload, payload);
  strictEqual(ends(found), "::1 40000 ::2 3333");
});

Deno.test("SegmentReader does not wait for fragments that were cut off", () => {
  const reader = new SegmentReader();
  const bytes = ipv4(segment, { fragment: 0x2000 });
  strictEqual(read(bytes.subarray(0, 30), bytes.length, reader), undefined);
  strictEqual(reader.counts.cutOff, 1);
  strictEqual(reader.incompleteDatagrams, 0);
});

Deno.test("SegmentReader does not look into fragments of fragments", () => {
  const inner = joined(fragmentHeader(6, 1), segment.subarray(0, 8));
  strictEqual(passedOver(ipv6(joined(fragmentHeader(44, 1), inner), { next: 44 })), undefined);
  const reader = new SegmentReader();
  for (
    const [at, more, part] of [[0, 1, inner.subarray(0, 8)], [8, 0, inner.subarray(8)]] as const
  ) {
    const bytes = ipv6(joined(fragmentHeader(44, at | more), part), { next: 44 });
    strictEqual(read(bytes, undefined, reader), undefined);
  }
  strictEqual(reader.passedOver.list()[0]?.what, "damaged headers");
});

Deno.test("SegmentReader counts what is not TCP", () => {
  strictEqual(passedOver(ipv4(payload, { protocol: 17 })), "UDP");
  strictEqual(passedOver(ipv4(payload, { protocol: 17, fragment: 0x2000 })), "UDP");
  strictEqual(passedOver(ipv6(payload, { next: 58 })), "ICMPv6");
  strictEqual(passedOver(ipv6(joined(extension(58), payload), { next: 0 })), "ICMPv6");
  strictEqual(passedOver(ipv6(joined(fragmentHeader(17, 1), payload), { next: 44 })), "UDP");
  const reader = new SegmentReader();
  const arp = joined(new Uint8Array(12), be16(0x0806));
  strictEqual(reader.read({ time: 0, linkType: 1, bytes: arp, length: 14 }), undefined);
  deepStrictEqual(reader.passedOver.list(), [{ what: "ARP", packets: 1 }]);
});

const short = tcp({});
const withBadOffset = (words: number) =>
  joined(short.subarray(0, 12), [words << 4], new Uint8Array(7));
const damaged: readonly (readonly [string, Uint8Array])[] = [
  ["no version of IP", joined([0x55], segment)],
  ["a header of IPv4 below 20 bytes", joined([0x44], ipv4(segment).subarray(1))],
  ["a header of IPv4 beyond the packet", ipv4(segment, { total: 19 })],
  ["no room for TCP in IPv4", ipv4(short.subarray(0, 19))],
  ["no room for TCP in IPv6", ipv6(short.subarray(0, 19))],
  ["a header of TCP below 20 bytes", ipv4(withBadOffset(4))],
  ["a header of TCP beyond the packet", ipv4(withBadOffset(6))],
  ["no room for a header of IPv6", ipv6(payload, { next: 0 })],
  [
    "a header of IPv6 beyond the packet",
    ipv6(joined(extension(6, 8), new Uint8Array(8)), { next: 51 }),
  ],
];

for (const [name, bytes] of damaged) {
  Deno.test(`SegmentReader passes over ${name}`, () => {
    strictEqual(passedOver(bytes), "damaged headers");
  });
}
