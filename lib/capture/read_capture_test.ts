import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { decodeErrorOf } from "../../tests/support/capture_blocks.ts";
import { captureTraffic } from "../../tests/support/capture_traffic.ts";
import { be16, ethernet, ipv4, joined, pcap, tcp } from "../../tests/support/packets.ts";
import { PcapngBlocks } from "../../tests/support/pcapng_blocks.ts";
import { DecodeError } from "../errors.ts";
import type { StreamEvent } from "./capture.ts";
import { CaptureWriter } from "./capture_writer.ts";
import { type CaptureCounts, CaptureStreams } from "./read_capture.ts";
import { SV2_KEY_LOG } from "./secrets.ts";

/** All that came of a capture, to be compared. */
interface Outcome {
  readonly items: string[];
  readonly error: string | undefined;
  readonly counts: CaptureCounts;
}

/** @param size Bytes of the pieces in which it is read. */
function outcomeOf(bytes: Uint8Array, size: number = bytes.length): Outcome {
  const items: string[] = [];
  const streams = new CaptureStreams({
    stream: (event) => items.push(textOf(event)),
    secrets: (kind, content) => items.push(`secrets ${kind} ${content.toHex()}`),
  });
  let error: string | undefined;
  try {
    for (let at = 0; at < bytes.length; at += size) {
      // A copy that is wiped afterwards: nothing may rest on the caller's bytes.
      const chunk = bytes.slice(at, at + size);
      streams.push(chunk);
      chunk.fill(0xee);
    }
    streams.end();
  } catch (thrown) {
    if (!(thrown instanceof DecodeError)) throw thrown;
    error = `${thrown.code}: ${thrown.message}`;
  }
  return { items, error, counts: streams.counts() };
}

function textOf(event: StreamEvent): string {
  const { connection: { id }, time, type } = event;
  switch (event.type) {
    case "open":
      return `${time} ${id} ${JSON.stringify(event.connection)}`;
    case "data":
      return `${time} ${id} ${event.direction} ${event.bytes.toHex()}`;
    case "gap":
      return `${time} ${id} ${event.direction} gap ${event.bytes}`;
    case "close":
      return `${time} ${id} ${type} ${event.how}`;
  }
}

/** What both have to show that is no matter of how far the reading came. */
function shown({ items, error, counts: { bytes: _, ...counts } }: Outcome) {
  return { items, error, counts };
}

const samples: readonly (readonly [string, Uint8Array])[] = [
  ["pcap, big-endian", smallPcap(false)],
  ["pcap, little-endian, nanoseconds", smallPcap(true)],
  ["pcapng, little-endian", smallPcapng(true)],
  ["pcapng, big-endian", smallPcapng(false)],
  ["pcapng of our own", ownPcapng()],
];

Deno.test("CaptureStreams reads a capture from its bytes to its streams", () => {
  const { items, error, counts } = outcomeOf(smallPcap(true));
  strictEqual(error, undefined);
  const ends =
    '"client":{"address":"10.0.0.1","port":40000},"server":{"address":"10.0.0.2","port":3333}';
  deepStrictEqual(items, [
    `1000000.001 1 {"id":1,"isWhole":true,${ends}}`,
    "3000000.003 1 up 010203",
    "5000000.005 1 up 0405",
    "5000000.005 1 up gap 2",
    "8000000.008 1 down gap 3",
    "8000000.008 1 down 07",
    "8000000.008 1 close rst",
  ]);
  deepStrictEqual(counts, {
    bytes: smallPcap(true).length,
    packets: 9,
    cutOff: 1,
    fragments: 1,
    incompleteDatagrams: 1,
    connections: 1,
    forgotten: 0,
    gaps: 2,
    missingBytes: 5,
    repeated: 1,
    late: 0,
    passedOver: [{ what: "UDP", packets: 1 }],
  });
});

for (const [name, bytes] of samples) {
  Deno.test(`CaptureStreams reads the same byte by byte as at once: ${name}`, () => {
    const atOnce = outcomeOf(bytes);
    strictEqual(atOnce.error, undefined);
    ok(atOnce.items.length > 3);
    deepStrictEqual(outcomeOf(bytes, 1), atOnce);
  });

  Deno.test(`CaptureStreams reads a cut capture as far as it goes: ${name}`, () => {
    const { items } = outcomeOf(bytes);
    for (let length = 1; length < bytes.length; length++) {
      const cut = outcomeOf(bytes.subarray(0, length));
      deepStrictEqual(shown(outcomeOf(bytes.subarray(0, length), 1)), shown(cut));
      if (cut.error !== undefined) strictEqual(cut.error.startsWith("truncated: "), true);
      const common = cut.items.findIndex((item, i) => item !== items[i]);
      // What waits for a missing segment goes out at the cut: with its gap, not later.
      const rest = common === -1 ? [] : cut.items.slice(common);
      deepStrictEqual(rest, rest.length === 0 ? [] : heldAtTheCut(rest[0] ?? ""));
    }
  });

  Deno.test(`CaptureStreams survives damage: ${name}`, () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.oneof(fc.nat(255), fc.constant(0xff)));
    const changes = fc.array(change, { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(changes, fc.integer({ min: 1, max: 200 }), (edits, size) => {
      const damaged = bytes.slice();
      for (const [at, value] of edits) damaged[at] = value;
      deepStrictEqual(shown(outcomeOf(damaged, size)), shown(outcomeOf(damaged)));
    }));
  });
}

Deno.test("CaptureStreams survives anything behind a good beginning", () => {
  const beginnings = fc.constantFrom(...samples.map(([, bytes]) => bytes));
  fc.assert(
    fc.property(beginnings, fc.nat(60), fc.uint8Array({ maxLength: 300 }), (begun, n, more) => {
      const bytes = joined(begun.subarray(0, n), more);
      deepStrictEqual(shown(outcomeOf(bytes, 7)), shown(outcomeOf(bytes)));
    }),
  );
});

Deno.test("CaptureStreams survives IP of any bytes", () => {
  const packet = fc.tuple(
    fc.constantFrom(0, 1, 101, 108, 113, 276),
    fc.uint8Array({ maxLength: 90 }),
  );
  const version = fc.constantFrom(0x45, 0x46, 0x60, undefined);
  fc.assert(
    fc.property(packet, version, fc.constantFrom(6, 44, 0, 51), ([linkType, bytes], v, next) => {
      const at = linkType === 101 ? 0 : linkType === 1 ? 14 : 4;
      if (v !== undefined) bytes[at] = v;
      bytes[at + (v === 0x60 ? 6 : 9)] = next;
      const { error } = outcomeOf(pcap([{ bytes, length: bytes.length + 9 }], { linkType }));
      strictEqual(error, undefined);
    }),
  );
});

Deno.test("CaptureStreams reads traffic that was mixed up, without a gap", () => {
  const { capture, packets, payload } = captureTraffic(200_000);
  let bytes = 0;
  const streams = new CaptureStreams({
    stream: (event) => {
      if (event.type === "data") bytes += event.bytes.length;
    },
    secrets: () => {},
  });
  for (let at = 0; at < capture.length; at += 1_000) streams.push(capture.subarray(at, at + 1_000));
  streams.end();
  strictEqual(bytes, payload);
  strictEqual(streams.bytesRead, capture.length);
  const counts = streams.counts();
  strictEqual(counts.packets, packets);
  strictEqual(counts.gaps, 0);
  ok(counts.repeated > 0);
});

Deno.test("CaptureStreams tells what is no capture, once it knows or at the end", () => {
  const text = new TextEncoder().encode('{"jsonrpc":"2.0"}\n'.repeat(20));
  const streams = new CaptureStreams({ stream: () => {}, secrets: () => {} });
  streams.push(text.subarray(0, 30));
  streams.push(text.subarray(30, 63));
  const detail = "Cannot decode capture at byte 0: it is text, JSON by its looks, and no capture";
  strictEqual(decodeErrorOf(() => streams.push(text.subarray(63))).message, detail);
  strictEqual(outcomeOf(text.subarray(0, 20)).error, `malformed: ${detail}`);
  const empty = "truncated: Cannot decode capture at byte 0: it is empty";
  strictEqual(outcomeOf(new Uint8Array(0)).error, empty);
});

Deno.test("CaptureStreams gives everything before the damage, what was held back as well", () => {
  const streams: string[] = [];
  const reading = new CaptureStreams({
    stream: (event) => streams.push(event.type),
    secrets: () => {},
  });
  const held = pcap([{ bytes: ipv4(tcp({ sequence: 5, flags: "S" })) }, {
    bytes: ipv4(tcp({ sequence: 9, payload: [1] })),
  }]);
  const error = decodeErrorOf(() => reading.push(joined(held, new Uint8Array(16).fill(0xff))));
  strictEqual(error.code, "too-large");
  deepStrictEqual(streams, ["open", "gap", "data"]);
});

Deno.test("CaptureStreams remembers no more connections than it may", () => {
  const packets = Array.from({ length: 20 }, (_, i) => ({
    bytes: ethernet(ipv4(tcp({ from: 1_000 + i, flags: "S" })), be16(0x0800)),
  }));
  const events: string[] = [];
  const streams = new CaptureStreams({
    stream: ({ type }) => events.push(type),
    secrets: () => {},
  }, { connections: 5 });
  streams.push(pcap(packets, { linkType: 1 }));
  streams.end();
  strictEqual(events.filter((type) => type === "close").length, 15);
  strictEqual(streams.counts().forgotten, 15);
});

/** Of the samples, one segment waits for another, and this is what it is when it has to go. */
function heldAtTheCut(first: string): string[] {
  const [time] = first.split(" ");
  return [`${time} 1 down gap 3`, `${time} 1 down 07`];
}

/** A connection with a repeated segment, a cut one, a gap, a fragment and something else, and a reset. */
function smallPackets(): Uint8Array[] {
  const up = { from: 40_000, to: 3333 };
  const down = { from: 3333, to: 40_000 };
  const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
  const payload = [1, 2, 3];
  return [
    ipv4(tcp({ ...up, sequence: 100, flags: "S" })),
    ipv4(tcp({ ...down, sequence: 500, acknowledgment: 101, flags: "SA" }), back),
    ipv4(tcp({ ...up, sequence: 101, acknowledgment: 501, flags: "A", payload })),
    ipv4(tcp({ ...up, sequence: 101, acknowledgment: 501, flags: "A", payload })),
    ipv4(tcp({ ...up, sequence: 104, flags: "A", acknowledgment: 501, payload: [4, 5, 6, 7] })),
    ipv4(Uint8Array.of(1, 2, 3), { protocol: 17 }),
    ipv4(tcp({ ...down, sequence: 504, payload: [7] }), back),
    ipv4(tcp({ ...down, sequence: 505, flags: "R" }), back),
    ipv4(tcp({ ...up, sequence: 108 }), { fragment: 0x2000 }),
  ];
}

function smallPcap(isNano: boolean): Uint8Array {
  const packets = smallPackets().map((bytes, i) => ({
    seconds: i + 1,
    fraction: i + 1,
    bytes: i === 4 ? bytes.subarray(0, -2) : bytes,
    length: bytes.length,
  }));
  return pcap(packets, { isNano, littleEndian: isNano });
}

function smallPcapng(littleEndian: boolean): Uint8Array {
  const ng = new PcapngBlocks(littleEndian);
  const packets = smallPackets().map((bytes, i) =>
    i % 3 === 2 ? ng.oldPacket(0, BigInt(i), bytes) : ng.packet(0, BigInt(i), bytes)
  );
  return joined(
    ...[ng.section(), ng.interface(101), ng.secrets(SV2_KEY_LOG, Uint8Array.of(1, 2, 3))],
    ...[ng.block(0xbad, new Uint8Array(9)), ...packets],
  );
}

function ownPcapng(): Uint8Array {
  const writer = new CaptureWriter();
  const server = { address: "fd00::1", port: 3333 };
  const connection = { id: 1, isWhole: true, client: { address: "fd00::2", port: 4_444 }, server };
  const bytes = Uint8Array.from({ length: 30 }, (_, i) => i);
  const events: StreamEvent[] = [
    { type: "open", connection, time: 1 },
    { type: "data", connection, time: 2, direction: "up", bytes },
    { type: "data", connection, time: 3, direction: "down", bytes },
    { type: "close", connection, time: 4, how: "fin" },
  ];
  return joined(writer.begin("test"), ...events.map((event) => writer.event(event)));
}
