/**
 * A miner with a server that says what a test tells it to, and a device that hashes by hand.
 *
 * @module
 */

import { ok } from "node:assert";
import type { Abilities, Work } from "../../drivers/driver.ts";
import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import { sha256d } from "../../lib/bitcoin/hash.ts";
import { blockHash, decodeHeader, rolledHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import { parseTlvs, type Tlv } from "../../lib/codec/tlv.ts";
import {
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesExtended,
  SubmitSharesStandard,
} from "../../lib/messages/mining.ts";
import { messageOf } from "../../lib/messages/registry.ts";
import { hashMeetsTarget } from "../../lib/pow/target.ts";
import type { MineConfig } from "../../lib/roles/mine/config.ts";
import { Miner } from "../../lib/roles/mine/miner.ts";
import type { Rig, RigDevice } from "../../lib/roles/mine/rig.ts";
import type { Session } from "../../lib/session/role.ts";
import { type Line, recordingLog, seededRandom } from "./fake_host.ts";
import { FakePeer, frameOf } from "./fake_peer.ts";

/** Every other hash meets it, or so. */
export const EASY: bigint = 1n << 255n;
export const PREFIX: Uint8Array = Uint8Array.fromHex("c0ffee01");
const FIRST: Uint8Array = Uint8Array.fromHex("01000000010000");
const LAST: Uint8Array = Uint8Array.fromHex("ffffffff00");
const SIBLING: Uint8Array = new Uint8Array(32).fill(9);

interface Sent {
  readonly name: string;
  readonly value: Record<string, unknown>;
  readonly tlvs: readonly Tlv[];
}

/** A miner of which nothing special is wanted. */
export const MINE_CONFIG: MineConfig = {
  upstreams: [],
  userIdentity: "someone.rig",
  worker: "rig",
  channel: "extended",
  requireStandardJobs: false,
  nominalHashRate: undefined,
  deviceId: "",
  firmware: "headframe 1",
  statusSeconds: 0,
};

/** The server's end, with what the miner sent on it. */
export class FakeServer extends FakePeer {
  readonly sent: Sent[] = [];

  constructor(session: Partial<Session> = {}) {
    super({ address: "pool.example:3333", session });
  }

  override sendFrame(frame: Uint8Array): void {
    if (this.closed !== undefined) return;
    const message = messageOf(0, frame[2] ?? 0);
    ok(message !== undefined);
    const { value, rest } = message.decode(frame.subarray(6));
    this.sent.push({ name: message.name, value, tlvs: parseTlvs(rest.slice()) });
  }

  /** Everything sent of one kind, oldest first. */
  got<F extends Fields>(message: Message<F>): Values<F>[] {
    return this.sent.filter(({ name }) => name === message.name)
      .map(({ value }) => value as Values<F>);
  }
}

/** A device that takes work when told, and finds what it is asked to find. */
export class HandDevice implements RigDevice {
  readonly info: RigDevice["info"];
  renewals = 0;
  work: Work | undefined;
  hashRate: number;
  #ask: () => Work | undefined = () => undefined;

  constructor(id: string, abilities: Partial<Abilities> = {}, hashRate = 1_000) {
    this.hashRate = hashRate;
    this.info = {
      id,
      model: "By hand",
      hashRate,
      abilities: { versionMask: 0x1fff_e000, nonceRange: true, rollsTime: false, ...abilities },
    };
  }

  get idle(): boolean {
    return this.work === undefined;
  }

  plug(ask: () => Work | undefined): void {
    this.#ask = ask;
    this.renew();
  }

  renew(): void {
    this.renewals++;
    this.work = this.#ask();
  }

  take(): Work | undefined {
    return this.work = this.#ask();
  }

  telemetry(): ReturnType<RigDevice["telemetry"]> {
    return { hashRate: this.hashRate, hashes: 0, errors: 0, temperatures: [], lanes: [] };
  }
}

/** Everything together, with a clock that stands still until it is moved. */
export class MinerBench {
  readonly lines: Line[] = [];
  readonly miner: Miner;
  server: FakeServer;
  now = 1_000;

  constructor(config: Partial<MineConfig> = {}, session: Partial<Session> = {}) {
    this.server = new FakeServer(session);
    this.miner = new Miner({
      config: { ...MINE_CONFIG, ...config },
      log: recordingLog(this.lines),
      random: seededRandom(7),
    });
  }

  plug(device: HandDevice): Rig {
    const rig = this.miner.attach(device, this.now);
    device.plug(() => this.miner.next(rig, this.now));
    return rig;
  }

  connect(): void {
    this.miner.connected(this.server, this.now);
    this.miner.settled(this.server, this.now);
  }

  reconnect(session: Partial<Session> = {}): void {
    this.miner.disconnected(this.server, "gone", this.now);
    this.server = new FakeServer(session);
    this.connect();
  }

  /** The server says one thing; nothing else comes in that chunk. */
  say<F extends Fields>(message: Message<F>, value: Values<F>): void {
    this.mutter(message, value);
    this.miner.settled(this.server, this.now);
  }

  /** The server says something, and more of the same chunk is to come. */
  mutter<F extends Fields>(message: Message<F>, value: Values<F>): void {
    this.miner.received(this.server, frameOf(message, value), this.now);
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      this.miner.tick(this.now);
    }
  }

  /** Grants the last request for an extended channel. */
  grantExtended(
    value: Partial<Values<typeof OpenExtendedMiningChannelSuccess["fields"]>> = {},
  ): void {
    const request = this.server.got(OpenExtendedMiningChannel).at(-1);
    this.say(OpenExtendedMiningChannelSuccess, {
      requestId: request?.requestId ?? 0,
      channelId: 2,
      target: EASY,
      extranonceSize: 4,
      extranoncePrefix: PREFIX,
      groupChannelId: 1,
      ...value,
    });
  }

  grantStandard(channelId: number, target: bigint = EASY): void {
    const requests = this.server.got(OpenStandardMiningChannel);
    this.say(OpenStandardMiningChannelSuccess, {
      requestId: requests[channelId - 2]?.requestId ?? 0,
      channelId,
      target,
      extranoncePrefix: concatBytes(PREFIX, new Uint8Array([0, 0, 0, channelId])),
      groupChannelId: 1,
    });
  }

  job(jobId: number, more: Partial<Values<typeof NewExtendedMiningJob["fields"]>> = {}): void {
    this.say(NewExtendedMiningJob, { ...extendedJobMessage(jobId), ...more });
  }

  standardJob(jobId: number, more: Partial<Values<typeof NewMiningJob["fields"]>> = {}): void {
    this.say(NewMiningJob, {
      channelId: 2,
      jobId,
      minNtime: null,
      version: 0x2000_0000,
      merkleRoot: new Uint8Array(32).fill(jobId),
      ...more,
    });
  }

  block(jobId: number, more: Partial<Values<typeof SetNewPrevHash["fields"]>> = {}): void {
    this.say(SetNewPrevHash, {
      channelId: 2,
      jobId,
      prevHash: new Uint8Array(32).fill(0xb0 + jobId),
      minNtime: 1_700_000_000,
      nbits: 0x1d00_ffff,
      ...more,
    });
  }

  /** An open extended channel with job 1 active. */
  mining(more: Partial<Values<typeof NewExtendedMiningJob["fields"]>> = {}): void {
    this.connect();
    this.grantExtended();
    this.job(1, more);
    this.block(1);
  }

  /** Finds `count` nonces of the device's work, and reports them. @returns Those nonces. */
  find(device: HandDevice, rig: Rig, count = 1): number[] {
    const { work } = device;
    ok(work !== undefined, "the device has no work");
    const { version, time } = decodeHeader(work.header);
    const nonces: number[] = [];
    for (let nonce = work.nonces[0]; nonces.length < count; nonce++) {
      if (!hashMeetsTarget(hashOf(work, nonce), work.target)) continue;
      if (this.#used.has(`${work.id}/${nonce}`)) continue;
      this.#used.add(`${work.id}/${nonce}`);
      nonces.push(nonce);
      this.miner.found(rig, { workId: work.id, version, ntime: time, nonce }, this.now);
    }
    return nonces;
  }

  readonly #used = new Set<string>();

  get extendedShares(): Values<typeof SubmitSharesExtended["fields"]>[] {
    return this.server.got(SubmitSharesExtended);
  }

  get standardShares(): Values<typeof SubmitSharesStandard["fields"]>[] {
    return this.server.got(SubmitSharesStandard);
  }
}

/** A bench with one device plugged in. */
export function bench(
  ...args: ConstructorParameters<typeof MinerBench>
): { all: MinerBench; device: HandDevice; rig: Rig } {
  const all = new MinerBench(...args);
  const device = new HandDevice("dev-0");
  const rig = all.plug(device);
  return { all, device, rig };
}

/** Two devices, each on a standard channel of its own, 2 and 3, without a job. */
export function twoStandard(): ReturnType<typeof bench> & { other: HandDevice; otherRig: Rig } {
  const { all, device, rig } = bench({ channel: "standard" });
  const other = new HandDevice("dev-1");
  const otherRig = all.plug(other);
  all.connect();
  for (const channelId of [2, 3]) all.grantStandard(channelId);
  return { all, device, rig, other, otherRig };
}

export function extendedJobMessage(
  jobId: number,
): Values<typeof NewExtendedMiningJob["fields"]> {
  return {
    channelId: 2,
    jobId,
    minNtime: null,
    version: 0x2000_0000,
    versionRollingAllowed: true,
    merklePath: [SIBLING],
    coinbaseTxPrefix: concatBytes(FIRST, new Uint8Array([jobId])),
    coinbaseTxSuffix: LAST,
  };
}

/** Root of the header of {@link extendedJobMessage}, worked out the long way. */
export function rootOf(jobId: number, extranonce: Uint8Array, prefix: Uint8Array = PREFIX): string {
  const coinbase = concatBytes(FIRST, new Uint8Array([jobId]), prefix, extranonce, LAST);
  return foldMerklePath(sha256d(coinbase), [SIBLING]).toHex();
}

/** Hash of the work's header with this nonce. */
export function hashOf(work: Work, nonce: number): Uint8Array {
  return blockHash(rolledHeader(work.header, { nonce }));
}
