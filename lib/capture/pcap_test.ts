import { deepStrictEqual, strictEqual } from "node:assert";
import { readBlocks } from "../../tests/support/capture_blocks.ts";
import { joined, le32, pcap, type PcapFields } from "../../tests/support/packets.ts";
import type { DecodeError } from "../errors.ts";
import type { Packet } from "./capture.ts";
import { isPcap, PcapReader } from "./pcap.ts";

const first = { seconds: 1_700_000_000, fraction: 123_456, bytes: Uint8Array.of(1, 2, 3) };
const second = { seconds: 2 ** 32 - 1, fraction: 7, bytes: new Uint8Array(0), length: 90 };

function packetsIn(bytes: Uint8Array, size?: number): Packet[] {
  const { blocks, error } = readBlocks(new PcapReader(), bytes, size);
  strictEqual(error, undefined);
  return blocks.flatMap((block) => block.type === "packet" ? [block.packet] : []);
}

function fails(bytes: Uint8Array, code: DecodeError["code"], message: string): void {
  for (const size of [1, bytes.length]) {
    deepStrictEqual(readBlocks(new PcapReader(), bytes, size).error, [code, message]);
  }
}

for (const littleEndian of [true, false]) {
  for (const isNano of [true, false]) {
    const name = `${isNano ? "nano" : "micro"}seconds, ${littleEndian ? "little" : "big"}-endian`;
    Deno.test(`PcapReader reads ${name}`, () => {
      const fields: PcapFields = { littleEndian, isNano, linkType: 276 };
      const bytes = pcap([first, second], fields);
      const micros = isNano ? 1_000 : 1;
      const expected = [
        { time: 1.7e15 + 123_456 / micros, linkType: 276, bytes: first.bytes, length: 3 },
        { time: 4_294_967_295e6 + 7 / micros, linkType: 276, bytes: second.bytes, length: 90 },
      ];
      strictEqual(isPcap(bytes), true);
      deepStrictEqual(packetsIn(bytes), expected);
      deepStrictEqual(packetsIn(bytes, 1), expected);
    });
  }
}

Deno.test("PcapReader gives views of the chunk, one object for all packets", () => {
  const bytes = pcap([first, first]);
  const packets: Packet[] = [];
  new PcapReader().push(bytes, (block) => block.type === "packet" && packets.push(block.packet));
  strictEqual(packets.length, 2);
  strictEqual(packets[0], packets[1]);
  strictEqual(packets[0]?.bytes.buffer, bytes.buffer);
});

Deno.test("PcapReader takes a packet as long as it was kept, whatever it had on the wire", () => {
  const [packet] = packetsIn(pcap([{ bytes: Uint8Array.of(1, 2), length: 0 }]));
  strictEqual(packet?.length, 2);
});

Deno.test("PcapReader leaves out what is said of checksums behind frames", () => {
  strictEqual(packetsIn(pcap([first], { linkType: 0x5400_0001 }))[0]?.linkType, 1);
});

Deno.test("PcapReader takes packets as long as the snap length, and in any case 256 KiB", () => {
  for (const snapLength of [0, 300_000]) {
    const length = Math.max(2 ** 18, snapLength);
    const long = pcap([{ bytes: new Uint8Array(length) }], { snapLength });
    strictEqual(packetsIn(long)[0]?.bytes.length, length);
    const longer = pcap([first, { bytes: new Uint8Array(length + 1) }], { snapLength });
    const announced = `a packet of ${
      length + 1
    } bytes is announced, where at most ${length} can be`;
    fails(
      longer.subarray(0, 60),
      "too-large",
      `Cannot decode pcap.packet.length at byte 51: ${announced}`,
    );
  }
});

Deno.test("PcapReader does not believe a snap length of gigabytes", () => {
  const bytes = joined(pcap([], { snapLength: 2 ** 32 - 1 }), le32(0), le32(0), le32(2 ** 26 + 1), [
    ...le32(0),
  ]);
  const announced = "a packet of 67108865 bytes is announced, where at most 67108864 can be";
  fails(bytes, "too-large", `Cannot decode pcap.packet.length at byte 32: ${announced}`);
});

Deno.test("PcapReader says where a capture was cut off, after it gave what is whole", () => {
  const bytes = pcap([first, first]);
  const cut = "the capture is cut off in the middle of";
  fails(
    bytes.subarray(0, 23),
    "truncated",
    `Cannot decode pcap.header at byte 23: ${cut} its header`,
  );
  for (let length = 24; length < bytes.length; length++) {
    if (length === 24 || length === 43) {
      strictEqual(packetsIn(bytes.subarray(0, length)).length, length === 24 ? 0 : 1);
    } else {
      fails(
        bytes.subarray(0, length),
        "truncated",
        `Cannot decode pcap.packet at byte ${length}: ${cut} a packet`,
      );
    }
  }
  strictEqual(readBlocks(new PcapReader(), bytes.subarray(0, 50)).blocks.length, 1);
});

Deno.test("PcapReader refuses other versions and other files", () => {
  const version = pcap([]);
  version[4] = 3;
  const detail = "this is pcap version 3, and only version 2 is known";
  fails(version, "malformed", `Cannot decode pcap.version at byte 4: ${detail}`);
  const other = new Uint8Array(24);
  strictEqual(isPcap(other), false);
  fails(other, "malformed", "Cannot decode pcap.magic at byte 0: this is no pcap");
});
