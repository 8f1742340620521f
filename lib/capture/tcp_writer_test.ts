import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { UsageError } from "../errors.ts";
import { net16 } from "./byte_order.ts";
import type { Segment } from "./capture.ts";
import { sourceOf, wayBack } from "./path.ts";
import { SegmentReader } from "./segment_reader.ts";
import { WRITTEN_LINK_TYPE, type WrittenLink } from "./tcp_packet.ts";
import { TcpWriter } from "./tcp_writer.ts";

const ipv4 = {
  client: { address: "10.0.0.1", port: 40_000 },
  server: { address: "10.0.0.2", port: 3333 },
};
const ipv6 = {
  client: { address: "fd00::1", port: 40_000 },
  server: { address: "fd00::2", port: 3333 },
};

function segmentIn(bytes: Uint8Array, link: WrittenLink): Segment {
  const packet = { time: 0, linkType: WRITTEN_LINK_TYPE[link], bytes, length: bytes.length };
  const segment = new SegmentReader().read(packet);
  if (segment === undefined) throw new Error("there is no segment in it");
  return { ...segment };
}

function spelled(packets: readonly Uint8Array[], link: WrittenLink = "raw"): string[] {
  return packets.map((packet) => {
    const { syn, ack, fin, rst, ...rest } = segmentIn(packet, link);
    const flags = [syn && "S", ack && "A", fin && "F", rst && "R"].filter((flag) => flag).join("");
    const numbers = `${rest.sequence} ${rest.acknowledgment}`;
    return `${sourceOf(rest.path).port} ${flags} ${numbers} ${rest.payload.length}`;
  });
}

Deno.test("TcpWriter numbers a connection as TCP does", () => {
  const writer = new TcpWriter({ ...ipv4, firstSequence: 2 ** 32 - 2, maxSegment: 4 });
  deepStrictEqual(spelled(writer.open()), [
    "40000 S 4294967294 0 0",
    "3333 SA 4294967294 4294967295 0",
    "40000 A 4294967295 4294967295 0",
  ]);
  deepStrictEqual(spelled(writer.data("up", new Uint8Array(9))), [
    "40000 A 4294967295 4294967295 4",
    "40000 A 3 4294967295 4",
    "40000 A 7 4294967295 1",
  ]);
  deepStrictEqual(spelled(writer.data("down", new Uint8Array(4))), ["3333 A 4294967295 8 4"]);
  deepStrictEqual(writer.data("down", new Uint8Array(0)), []);
  deepStrictEqual(spelled(writer.gap("down", 10)), ["40000 A 8 13 0"]);
  deepStrictEqual(spelled(writer.reset("down")), ["3333 AR 13 8 0"]);
  deepStrictEqual(spelled(writer.close()), ["40000 AF 8 13 0", "3333 AF 13 9 0", "40000 A 9 14 0"]);
});

for (const [name, ends] of Object.entries({ ipv4, ipv6 })) {
  for (const link of ["raw", "ethernet"] as const) {
    Deno.test(`TcpWriter writes ${name} over ${link}, its sums right`, () => {
      const size = name === "ipv4" ? 20 : 40;
      const ipAt = link === "ethernet" ? 14 : 0;
      fc.assert(fc.property(fc.uint8Array(), (bytes) => {
        const writer = new TcpWriter({ ...ends, firstSequence: 1, link });
        for (const packet of [...writer.open(), ...writer.data("down", bytes)]) {
          const tcp = packet.subarray(ipAt + size);
          const addresses = packet.subarray(ipAt + (name === "ipv4" ? 12 : 8), ipAt + size);
          strictEqual(folded(addresses, tcp, Uint8Array.of(0, 6, tcp.length >>> 8, tcp.length)), 0);
          if (name === "ipv4") strictEqual(folded(packet.subarray(ipAt, ipAt + size)), 0);
        }
        const [packet] = writer.data("up", Uint8Array.of(1, 2, 3));
        const segment = segmentIn(packet ?? bytes, link);
        deepStrictEqual(segment.payload, Uint8Array.of(1, 2, 3));
        deepStrictEqual(sourceOf(segment.path), ends.client);
        deepStrictEqual(sourceOf(wayBack(segment.path)), ends.server);
      }));
    });
  }
}

Deno.test("TcpWriter puts IPv4 into IPv6 where the other side has that", () => {
  const mixed = { client: ipv4.client, server: ipv6.server };
  const [packet] = new TcpWriter({ ...mixed, firstSequence: 1 }).open();
  const { path } = segmentIn(packet ?? new Uint8Array(0), "raw");
  deepStrictEqual(sourceOf(path).address, "::ffff:10.0.0.1");
  deepStrictEqual(sourceOf(wayBack(path)).address, "fd00::2");
});

Deno.test("TcpWriter refuses what is no address", () => {
  const server = { address: "pool.example", port: 1 };
  throws(() => new TcpWriter({ ...ipv4, server, firstSequence: 1 }), UsageError);
});

/** What is left of the sum of these, with the checksum among them: 0 if it is right. */
function folded(...parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) total += net16(part, at);
  }
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return 0xffff - total;
}
