/**
 * What goes over the wire at a busy pool, as a capture of any length: made up, but sealed, framed and
 * packed as it would be.
 *
 * @module
 */

import type { Direction } from "../lib/capture/capture.ts";
import { TcpWriter } from "../lib/capture/tcp_writer.ts";
import { setU32At } from "../lib/codec/bytes_at.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { SetupConnection } from "../lib/messages/common.ts";
import {
  NewExtendedMiningJob,
  SubmitSharesExtended,
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import { seededRandom } from "../tests/support/fake_host.ts";
import { pcap } from "../tests/support/packets.ts";
import { SeenSession } from "../tests/support/seen_session.ts";

const CONNECTIONS = 200;
const SHARES_BETWEEN_JOBS = 100;
const START = 1_764_000_000;
const PCAP_PACKET_HEADER = 16;

/** Where a capture goes, and with it what it holds. */
export interface Traffic {
  /** Takes the next bytes of the capture, which are good during the call only. */
  write(bytes: Uint8Array): void;
}

export interface TrafficOptions {
  /** Bytes of capture to make, about. */
  readonly size: number;
  /** With Noise, or in the clear. */
  readonly isSealed: boolean;
}

/** What was made. */
export interface Made {
  /** Bytes of capture. */
  readonly bytes: number;
  readonly frames: number;
  /** Lines of a key log for all sessions. */
  readonly keyLog: string;
}

/** Makes a pcap with Ethernet of miners that find shares, which a pool accepts one by one. */
export function writePoolTraffic({ write }: Traffic, { size, isSealed }: TrafficOptions): Made {
  let [bytes, frames, packets] = [0, 0, 0];
  const put = (part: Uint8Array): void => {
    bytes += part.length;
    write(part);
  };
  const header = new Uint8Array(PCAP_PACKET_HEADER);
  const packet = (part: Uint8Array): void => {
    setU32At(header, 0, START + Math.floor(packets / 20_000));
    setU32At(header, 4, packets++ % 20_000 * 50);
    setU32At(header, 8, part.length);
    setU32At(header, 12, part.length);
    put(header);
    put(part);
  };
  put(pcap([], { linkType: 1 }));
  const miners = Array.from({ length: CONNECTIONS }, (_, i) => new Miner(i, isSealed));
  for (const miner of miners) frames += miner.begin(packet);
  for (let round = 0; bytes < size; round++) {
    for (const miner of miners) frames += miner.share(round, packet);
  }
  for (const miner of miners) miner.end(packet);
  return { bytes, frames, keyLog: miners.map(({ keyLog }) => keyLog).join("") };
}

type Packet = (bytes: Uint8Array) => void;

class Miner {
  readonly #session: SeenSession | undefined;
  readonly #wire: TcpWriter;

  constructor(number: number, isSealed: boolean) {
    this.#session = isSealed ? new SeenSession(seededRandom(number)) : undefined;
    this.#wire = new TcpWriter({
      client: { address: `10.1.0.${number}`, port: 40_000 + number },
      server: { address: "10.0.0.1", port: 3_333 },
      firstSequence: Math.imul(number, 0x9e37_79b9) >>> 0,
      link: "ethernet",
    });
  }

  get keyLog(): string {
    return this.#session?.keyLog ?? "";
  }

  /** @returns Frames, here and below. */
  begin(packet: Packet): number {
    this.#wire.open().forEach(packet);
    if (this.#session !== undefined) {
      this.#wire.data("up", this.#session.act1).forEach(packet);
      this.#wire.data("down", this.#session.act2).forEach(packet);
    }
    this.#send("up", SETUP, packet);
    return 1;
  }

  share(number: number, packet: Packet): number {
    const isJob = number % SHARES_BETWEEN_JOBS === 0;
    if (isJob) this.#send("down", JOB, packet);
    const share = { ...SHARE, sequenceNumber: number, nonce: Math.imul(number, 0x9e37_79b9) >>> 0 };
    this.#send("up", encodeFrame(SubmitSharesExtended, share), packet);
    const success = { ...SUCCESS, lastSequenceNumber: number };
    this.#send("down", encodeFrame(SubmitSharesSuccess, success), packet);
    // The client acknowledges what it has no answer to.
    this.#wire.gap("down", 0).forEach(packet);
    return isJob ? 3 : 2;
  }

  end(packet: Packet): void {
    this.#wire.close().forEach(packet);
  }

  #send(direction: Direction, frame: Uint8Array, packet: Packet): void {
    const bytes = this.#session?.seal(direction, frame) ?? frame;
    this.#wire.data(direction, bytes).forEach(packet);
  }
}

const SETUP = encodeFrame(SetupConnection, {
  protocol: 0,
  minVersion: 2,
  maxVersion: 2,
  flags: 4,
  endpointHost: "pool.example",
  endpointPort: 3_333,
  vendor: "Maker",
  hardwareVersion: "M1",
  firmware: "1.0",
  deviceId: "",
});
const JOB = encodeFrame(NewExtendedMiningJob, {
  channelId: 1,
  jobId: 1,
  minNtime: START,
  version: 0x2000_0000,
  versionRollingAllowed: true,
  merklePath: Array.from({ length: 12 }, (_, i) => new Uint8Array(32).fill(i)),
  coinbaseTxPrefix: new Uint8Array(60).fill(1),
  coinbaseTxSuffix: new Uint8Array(160).fill(2),
});
const SHARE = {
  channelId: 1,
  sequenceNumber: 0,
  jobId: 1,
  nonce: 0,
  ntime: START,
  version: 0x2000_0000,
  extranonce: new Uint8Array(8).fill(3),
};
const SUCCESS = {
  channelId: 1,
  lastSequenceNumber: 0,
  newSubmitsAcceptedCount: 1,
  newSharesSum: 65_536n,
};
