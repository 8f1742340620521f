import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { readBlocks } from "../../tests/support/capture_blocks.ts";
import { joined } from "../../tests/support/packets.ts";
import { UsageError } from "../errors.ts";
import type { CaptureBlock } from "./capture.ts";
import { PcapngReader } from "./pcapng.ts";
import { PcapngWriter } from "./pcapng_writer.ts";
import { SV2_KEY_LOG } from "./secrets.ts";

function blocksIn(...parts: readonly Uint8Array[]): CaptureBlock[] {
  const { blocks, error } = readBlocks(new PcapngReader(), joined(...parts));
  strictEqual(error, undefined);
  return blocks;
}

Deno.test("PcapngWriter writes blocks as the specification has them", () => {
  const writer = new PcapngWriter();
  const section = writer.section("abcde");
  strictEqual(
    section.toHex(),
    "0a0d0d0a2c000000" + "4d3c2b1a01000000" + "ffffffffffffffff" +
      "040005006162636465000000" + "00000000" + "2c000000",
  );
  strictEqual(
    writer.interface({ linkType: 276, snapLength: 0x1234, name: "lo" }).toHex(),
    "0100000028000000" + "1401000034120000" + "020002006c6f0000" + "0900010009000000" + "00000000" +
      "28000000",
  );
  strictEqual(
    writer.secrets(SV2_KEY_LOG, Uint8Array.of(1, 2, 3)).toHex(),
    "0a00000018000000" + "4b32565303000000" + "01020300" + "18000000",
  );
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  strictEqual(
    writer.packet(0, { time: 4_294_967.296, bytes, length: 9 }).toHex(),
    "0600000028000000" + "00000000" + "01000000" + "00000000" + "05000000" + "09000000" +
      "0102030405000000" + "28000000",
  );
});

const packets = fc.array(fc.record({
  face: fc.nat(1),
  quarters: fc.nat(2 ** 50),
  bytes: fc.uint8Array({ maxLength: 40 }),
  more: fc.nat(2_000),
}));

Deno.test("PcapngReader reads what PcapngWriter wrote", () => {
  fc.assert(fc.property(packets, (sent) => {
    const writer = new PcapngWriter();
    const head = [
      writer.section("test"),
      writer.interface({ linkType: 101 }),
      writer.interface({ linkType: 1, resolution: "microseconds" }),
    ];
    const written = sent.map(({ face, quarters, bytes, more }) => {
      const packet = { time: quarters / 4, bytes, length: bytes.length + more };
      return writer.packet(face, packet);
    });
    const expected = sent.map(({ face, quarters, bytes, more }) => ({
      type: "packet",
      packet: {
        time: face === 0 ? quarters / 4 : Math.floor(quarters / 4),
        linkType: face === 0 ? 101 : 1,
        bytes,
        length: bytes.length + more,
      },
    }));
    deepStrictEqual(blocksIn(...head, ...written), expected);
  }));
});

Deno.test("PcapngReader reads secrets that PcapngWriter wrote, and names do not disturb it", () => {
  const writer = new PcapngWriter();
  const bytes = new TextEncoder().encode("SV2_CLIENT_TO_SERVER 00 11\n");
  const blocks = blocksIn(
    writer.section(""),
    writer.interface({ linkType: 101, name: "Grüße" }),
    writer.secrets(SV2_KEY_LOG, bytes),
  );
  deepStrictEqual(blocks, [{ type: "secrets", kind: SV2_KEY_LOG, bytes }]);
});

Deno.test("packet() refuses an interface that its section does not describe", () => {
  const writer = new PcapngWriter();
  const packet = { time: 0, bytes: new Uint8Array(0), length: 0 };
  writer.section("");
  throws(() => writer.packet(0, packet), UsageError);
  writer.interface({ linkType: 101 });
  writer.packet(0, packet);
  writer.section("");
  throws(() => writer.packet(0, packet), UsageError);
});
