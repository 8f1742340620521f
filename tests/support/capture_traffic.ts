/**
 * A capture as a pool's would be: many connections with frames of 50 to 1,500 bytes, now and then a
 * segment that comes twice, or too early.
 *
 * @module
 */

import { TcpWriter } from "../../lib/capture/tcp_writer.ts";
import { joined, pcap } from "./packets.ts";

/** Bytes of a pcap before its first packet: behind them captures may be repeated. */
export const PCAP_HEADER = 24;
const CONNECTIONS = 500;
const LARGEST_PAYLOAD = 1_446;

/** A capture, and what is in it. */
export interface Traffic {
  /** In pcap, with Ethernet. */
  readonly capture: Uint8Array;
  readonly packets: number;
  /** Bytes of streams. */
  readonly payload: number;
}

/** @param size About so many bytes of capture. @param seed Other connections for each. */
export function captureTraffic(size: number, seed = 1): Traffic {
  const random = randomNumbers(seed);
  const writers = Array.from({ length: CONNECTIONS }, (_, i) =>
    new TcpWriter({
      client: { address: `10.1.${i >>> 8}.${i & 0xff}`, port: 40_000 + i },
      server: { address: "10.0.0.1", port: 3333 },
      firstSequence: random(2 ** 32),
      link: "ethernet",
    }));
  const packets = writers.flatMap((writer) => writer.open());
  const bytes = Uint8Array.from({ length: LARGEST_PAYLOAD }, () => random(256));
  let payload = 0;
  for (let written = 0; written < size;) {
    const length = random(LARGEST_PAYLOAD);
    const writer = writers[random(CONNECTIONS)];
    const [packet] = writer?.data(random(2) === 0 ? "up" : "down", bytes.subarray(0, length)) ?? [];
    if (packet === undefined) continue;
    payload += length;
    written += packet.length + 16;
    const chance = random(100);
    // Before the packet that came last: if that was of the same stream, out of order.
    if (chance === 0) packets.splice(packets.length - 1, 0, packet);
    else packets.push(packet);
    if (chance === 1) packets.push(packet);
  }
  packets.push(...writers.flatMap((writer) => writer.close()));
  const capture = joined(
    pcap([], { linkType: 1 }),
    ...packets.map((packet, i) =>
      pcap([{ seconds: 1_700_000_000 + i / 1_000, fraction: i % 1_000 * 1_000, bytes: packet }])
        .subarray(PCAP_HEADER)
    ),
  );
  return { capture, packets: packets.length, payload };
}

/** The same for the same seed, below the limit asked for. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}
