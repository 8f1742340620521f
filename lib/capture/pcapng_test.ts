import { deepStrictEqual, strictEqual } from "node:assert";
import { readBlocks } from "../../tests/support/capture_blocks.ts";
import { joined } from "../../tests/support/packets.ts";
import { PcapngBlocks } from "../../tests/support/pcapng_blocks.ts";
import type { DecodeError } from "../errors.ts";
import type { CaptureBlock } from "./capture.ts";
import { isPcapng, PcapngReader } from "./pcapng.ts";

const SECONDS = 1_700_000_000;
const MICROS = BigInt(SECONDS) * 1_000_000n;
const data = Uint8Array.of(1, 2, 3, 4, 5);
const little = new PcapngBlocks(true);

function blocksIn(bytes: Uint8Array, size?: number): CaptureBlock[] {
  const { blocks, error } = readBlocks(new PcapngReader(), bytes, size);
  strictEqual(error, undefined);
  return blocks;
}

function packet(time: number, linkType: number, bytes: Uint8Array, length = bytes.length) {
  return { type: "packet", packet: { time, linkType, bytes, length } } as const;
}

for (const littleEndian of [true, false]) {
  const order = littleEndian ? "little-endian" : "big-endian";
  const ng = new PcapngBlocks(littleEndian);

  Deno.test(`PcapngReader reads packets of every kind, ${order}`, () => {
    const bytes = joined(
      ng.section(),
      ng.interface(1, 3),
      ng.interface(276),
      ng.packet(0, MICROS + 7n, data, 90),
      ng.oldPacket(1, MICROS + 8n, data.subarray(0, 4)),
      ng.simplePacket(data.subarray(0, 3), 60),
      ng.simplePacket(data.subarray(0, 2)),
    );
    const expected = [
      packet(SECONDS * 1e6 + 7, 1, data, 90),
      packet(SECONDS * 1e6 + 8, 276, data.subarray(0, 4)),
      packet(SECONDS * 1e6 + 8, 1, data.subarray(0, 3), 60),
      packet(SECONDS * 1e6 + 8, 1, data.subarray(0, 2)),
    ];
    strictEqual(isPcapng(bytes), true);
    deepStrictEqual(blocksIn(bytes), expected);
    deepStrictEqual(blocksIn(bytes, 1), expected);
  });

  Deno.test(`PcapngReader counts time as each interface says, ${order}`, () => {
    const bytes = joined(
      ng.section(),
      ng.interface(1, 0, joined(ng.option(2, [101, 116, 104, 48, 0]), ng.option(9, [9]))),
      ng.interface(1, 0, joined(ng.option(9, [0x80 | 10]), ng.option(0, []))),
      ng.interface(1, 0, ng.timeOffset(SECONDS)),
      ng.interface(1, 0, ng.timeOffset(-1)),
      ng.packet(0, MICROS * 1_000n + 250n, data),
      ng.packet(1, BigInt(SECONDS) * 1024n + 512n, data),
      ng.packet(2, 1n, data),
      ng.packet(3, MICROS, data),
    );
    const times = blocksIn(bytes).map((block) => block.type === "packet" && block.packet.time);
    const micros = SECONDS * 1e6;
    deepStrictEqual(times, [micros + 0.25, micros + 500_000, micros + 1, micros - 1e6]);
  });
}

Deno.test("PcapngReader takes a section of the other byte order, with interfaces of its own", () => {
  const big = new PcapngBlocks(false);
  const bytes = joined(
    ...[little.section(), little.interface(1), little.interface(113), little.packet(1, 1n, data)],
    ...[big.section(), big.interface(101), big.packet(0, 2n, data)],
  );
  deepStrictEqual(blocksIn(bytes, 7), [packet(1, 113, data), packet(2, 101, data)]);
  const stale = joined(bytes, big.packet(1, 2n, data));
  const { error } = readBlocks(new PcapngReader(), stale);
  const detail = "a packet is from interface 1, which is not described";
  const place = `pcapng.packet.interface_id at byte ${bytes.length + 8}`;
  deepStrictEqual(error, ["malformed", `Cannot decode ${place}: ${detail}`]);
});

Deno.test("PcapngReader gives secrets, and passes over what it does not know", () => {
  const bytes = joined(
    ...[little.section(), little.secrets(0x5356324b, data), little.block(0xbad, data)],
    ...[little.block(5, data), little.interface(1), little.packet(0, 1n, data)],
  );
  const secrets = { type: "secrets", kind: 0x5356324b, bytes: data } as const;
  deepStrictEqual(blocksIn(bytes), [secrets, packet(1, 1, data)]);
});

const begun = joined(little.section(), little.interface(1));
const faults: readonly (readonly [string, Uint8Array, DecodeError["code"], string])[] = [
  [
    "no section",
    little.interface(1),
    "malformed",
    "pcapng.block.type at byte 0: this is no pcapng",
  ],
  [
    "a section without a byte order",
    little.block(0x0a0d0d0a, new Uint8Array(16)),
    "malformed",
    "pcapng.section.byte_order_magic at byte 8: a section has no known byte order",
  ],
  [
    "another version",
    little.section(2),
    "malformed",
    "pcapng.section.version at byte 12: this is pcapng version 2, and only version 1 is known",
  ],
  [
    "a short section",
    little.block(0x0a0d0d0a, Uint8Array.of(0x4d, 0x3c, 0x2b, 0x1a)),
    "malformed",
    "pcapng.section at byte 4: a section is too short",
  ],
  [
    "a block that is too long",
    joined(begun, little.block(6, data, [2 ** 26 + 4])),
    "too-large",
    "pcapng.block.length at byte 52: " +
    "a block of 67108868 bytes is announced, where at most 67108864 can be",
  ],
  [
    "a block that is too short",
    joined(begun, little.block(6, data, [8])),
    "malformed",
    "pcapng.block.length at byte 52: no block has a length of 8 bytes",
  ],
  [
    "a block of no whole words",
    joined(begun, little.block(6, data, [18])),
    "malformed",
    "pcapng.block.length at byte 52: no block has a length of 18 bytes",
  ],
  [
    "a block with two lengths",
    joined(begun, little.block(0xbad, data, [, 24])),
    "malformed",
    "pcapng.block.length at byte 64: a block has two lengths that differ",
  ],
  [
    "a packet longer than its block",
    joined(begun, little.block(6, joined(new Uint8Array(12), [3, 0, 0, 0, 3, 0, 0, 0]))),
    "malformed",
    "pcapng.packet.captured_length at byte 68: a packet is longer than its block",
  ],
  [
    "a block too short for a packet",
    joined(begun, little.block(6, new Uint8Array(16))),
    "malformed",
    "pcapng.packet.captured_length at byte 68: a packet is longer than its block",
  ],
  [
    "a simple packet without a length",
    joined(begun, little.block(3, new Uint8Array(0))),
    "malformed",
    "pcapng.packet at byte 52: a packet is longer than its block",
  ],
  [
    "a simple packet of no interface",
    joined(little.section(), little.simplePacket(data)),
    "malformed",
    "pcapng.packet at byte 28: a packet comes before any interface is described",
  ],
  [
    "secrets longer than their block",
    joined(begun, little.secrets(1, data, 9)),
    "malformed",
    "pcapng.secrets.length at byte 60: secrets are longer than their block",
  ],
  [
    "a block too short for secrets",
    joined(begun, little.block(10, new Uint8Array(4))),
    "malformed",
    "pcapng.secrets.length at byte 60: secrets are longer than their block",
  ],
  [
    "a short interface",
    joined(little.section(), little.block(1, new Uint8Array(4))),
    "malformed",
    "pcapng.interface at byte 40: an interface's description is too short",
  ],
  [
    "an option longer than its block",
    joined(little.section(), little.interface(1, 0, Uint8Array.of(2, 0, 200, 0, 1, 2, 3, 4))),
    "malformed",
    "pcapng.interface at byte 44: an interface's option is longer than its block",
  ],
  [
    "a file that ends within a block",
    joined(begun, little.packet(0, 1n, data).subarray(0, 20)),
    "truncated",
    "pcapng.block at byte 68: the capture is cut off in the middle of a block",
  ],
  [
    "a file that ends within its first block",
    little.section().subarray(0, 20),
    "truncated",
    "pcapng.block at byte 20: the capture is cut off in the middle of its first block",
  ],
];

for (const [name, bytes, code, message] of faults) {
  Deno.test(`PcapngReader refuses ${name}`, () => {
    for (const size of [1, bytes.length]) {
      const { error } = readBlocks(new PcapngReader(), bytes, size);
      deepStrictEqual(error, [code, `Cannot decode ${message}`]);
    }
  });
}

Deno.test("PcapngReader gives what comes before the damage", () => {
  const bytes = joined(begun, little.packet(0, 5n, data), little.block(6, data, [8]));
  deepStrictEqual(readBlocks(new PcapngReader(), bytes).blocks, [packet(5, 1, data)]);
});

Deno.test("PcapngReader bounds the interfaces of a section", () => {
  const one = little.interface(1);
  const many = new Uint8Array(one.length * (2 ** 16 + 1));
  for (let at = 0; at < many.length; at += one.length) many.set(one, at);
  const { error } = readBlocks(new PcapngReader(), joined(little.section(), many));
  strictEqual(error?.[0], "too-large");
  const enough = many.subarray(one.length);
  deepStrictEqual(blocksIn(joined(little.section(), enough, little.packet(65_535, 1n, data))), [
    packet(1, 1, data),
  ]);
});
