import { ok, strictEqual } from "node:assert";
import { decodeErrorOf } from "../../tests/support/capture_blocks.ts";
import { joined, le16, le32, pcap } from "../../tests/support/packets.ts";
import { PcapngBlocks } from "../../tests/support/pcapng_blocks.ts";
import { readerFor, TELLING_BYTES } from "./format.ts";
import { PcapReader } from "./pcap.ts";
import { PcapngReader } from "./pcapng.ts";

Deno.test("readerFor() knows both formats by 4 bytes", () => {
  for (const littleEndian of [true, false]) {
    for (const isNano of [true, false]) {
      ok(readerFor(pcap([], { littleEndian, isNano }).subarray(0, 4), false) instanceof PcapReader);
    }
    const section = new PcapngBlocks(littleEndian).section();
    ok(readerFor(section.subarray(0, 4), false) instanceof PcapngReader);
  }
});

Deno.test("readerFor() asks for more while it cannot tell", () => {
  strictEqual(readerFor(new Uint8Array(0), false), undefined);
  strictEqual(readerFor(pcap([]).subarray(0, 3), false), undefined);
  strictEqual(readerFor(new Uint8Array(TELLING_BYTES - 1), false), undefined);
});

const erf = joined(le32(0), le32(1_700_000_000), [2, 4, 0, 80], new Uint8Array(52));
const text = new TextEncoder();
const others: readonly (readonly [string, Uint8Array, string])[] = [
  ["nothing", new Uint8Array(0), "it is empty"],
  ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "it is compressed by gzip; decompress it first"],
  [
    "pcap as changed by Kuznetzov",
    joined(le32(0xa1b2cd34), le16(2)),
    "it is pcap as changed by Kuznetzov; `editcap -F pcapng` converts it",
  ],
  [
    "our key log",
    text.encode("SV2_CLIENT_TO_SERVER 00 11\n"),
    "it is a key log; the capture is another file",
  ],
  [
    "JSON",
    text.encode('{"id":1}'),
    "it is text, JSON by its looks, and no capture",
  ],
  [
    "what tcpdump prints",
    text.encode("12:00:00.123456 IP 10.0.0.1.3333 > 10.0.0.2.40000: Flags [S]"),
    "it is what tcpdump prints; have it write a capture with `-w FILE`",
  ],
  ["text", text.encode("Grüße"), "it is text, and no capture"],
  [
    "text cut within a letter",
    text.encode(`${"a".repeat(TELLING_BYTES - 1)}ß`).subarray(0, TELLING_BYTES),
    "it is text, and no capture",
  ],
  ["ERF", erf, "it looks like a capture of Endace (ERF); `editcap -F pcapng` converts it"],
  ["anything", new Uint8Array(64).fill(0x80), "it is neither pcap nor pcapng"],
  ["three bytes", Uint8Array.of(0x80, 0x81, 0x82), "it is neither pcap nor pcapng"],
];

for (const [name, bytes, detail] of others) {
  Deno.test(`readerFor() says what it is instead: ${name}`, () => {
    const error = decodeErrorOf(() => readerFor(bytes, true));
    strictEqual(error.message, `Cannot decode capture at byte 0: ${detail}`);
    strictEqual(error.code, bytes.length < 4 ? "truncated" : "malformed");
  });
}
