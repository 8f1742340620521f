/**
 * Recordings of our own roles talking to each other: a template provider on the embedded chain, a pool,
 * miners. What they say is right; faults are for tests to plant.
 *
 * @module
 */

import type {
  Device,
  DeviceInfo,
  Dispatcher,
  Driver,
  Telemetry,
  Work,
} from "../../drivers/driver.ts";
import { decodeHeader } from "../../lib/bitcoin/header.ts";
import { EmbeddedNode } from "../../lib/chain/embedded.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { publicKeyOf } from "../../lib/noise/crypto.ts";
import { hashMeetsTarget } from "../../lib/pow/target.ts";
import type { MineConfig } from "../../lib/roles/mine/config.ts";
import { serveMine } from "../../lib/roles/mine/serve_mine.ts";
import type { PoolConfig } from "../../lib/roles/pool/config.ts";
import { servePool } from "../../lib/roles/pool/serve.ts";
import { DEFAULT_TP_POLICY } from "../../lib/roles/tp/config.ts";
import { serveTp } from "../../lib/roles/tp/serve.ts";
import { MINING_LIMITS, TEMPLATE_LIMITS } from "../../lib/session/limits.ts";
import { FakeClock, FakeHost, seededRandom } from "./fake_host.ts";
import { hashOf, MINE_CONFIG } from "./miner_bench.ts";
import { HARD_BITS, POLICY } from "./pool_stage.ts";
import { RecordingNetwork } from "./recorder.ts";
import { PROVIDER_KEY, TestProvider } from "./test_provider.ts";

const TEMPLATES = { hostname: "127.0.0.1", port: 8442 };
const POOL = { hostname: "127.0.0.1", port: 3333 };
const SECRET = new Uint8Array(32).fill(7);
/** h/s, so low that a share is found in a few hundred hashes. */
const HASH_RATE = 30;

/** A farm in memory, with everything it says written down. */
export class Recording {
  readonly clock = new FakeClock();
  readonly network = new RecordingNetwork(this.clock);
  readonly devices: ManualDevice[] = [];
  readonly #hosts: FakeHost[] = [];
  readonly #running: Promise<void>[] = [];

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** A template provider of ours, whose chain finds no blocks of its own. */
  provider(): EmbeddedNode {
    const host = this.host();
    const node = new EmbeddedNode({
      blockTime: 0,
      hashRateHint: 0,
      transactionsPerSecond: 0,
      clock: this.clock,
      random: seededRandom(5),
    });
    this.#running.push(serveTp(
      {
        ...DEFAULT_TP_POLICY,
        listen: TEMPLATES,
        authoritySecretKey: SECRET,
        certValiditySec: 3_600,
        blocksDirectory: "solved",
        staleTipMs: 0,
        limits: TEMPLATE_LIMITS,
      },
      host,
      { node },
    ));
    return node;
  }

  pool(change: Partial<PoolConfig> = {}): void {
    this.#running.push(servePool(
      {
        ...POLICY,
        listen: POOL,
        authoritySecretKey: SECRET,
        certValiditySec: 3_600,
        templateProviders: [{
          name: "tp",
          ...TEMPLATES,
          authorityKey: publicKeyOf(SECRET),
        }],
        supportedExtensions: [2],
        requiredExtensions: [],
        blocksDirectory: "blocks",
        limits: MINING_LIMITS,
        firmware: "test",
        ...change,
      },
      this.host(),
    ));
  }

  miner(change: Partial<MineConfig> = {}): ManualDevice {
    const device = new ManualDevice(`dev-${this.devices.length}`);
    this.devices.push(device);
    this.#running.push(serveMine(
      {
        ...MINE_CONFIG,
        upstreams: [{ ...POOL, authorityKey: publicKeyOf(SECRET) }],
        ...change,
      },
      this.host(),
      { driver: driverOf(device) },
    ));
    return device;
  }

  host(): FakeHost {
    const host = new FakeHost(this.network, this.#hosts.length + 1);
    Object.assign(host, { clock: this.clock });
    this.#hosts.push(host);
    return host;
  }

  /** Keys of all sessions, as `HEADFRAME_KEYLOG` has them. */
  get keyLog(): string {
    return this.#hosts.flatMap(({ keys }) => keys).join("");
  }

  /** Stops everything, the last one first. @returns What was said. */
  async end(): Promise<Entry[]> {
    for (const host of this.#hosts.toReversed()) {
      host.stop.abort();
      await this.pass(7_000);
    }
    await Promise.all(this.#running);
    return this.network.entries(this.#hosts.flatMap(({ keys }) => keys));
  }
}

/** Our three roles on the embedded chain, where every share is a block. */
export async function recordChain(): Promise<Entry[]> {
  const recording = new Recording();
  const node = recording.provider();
  await recording.pass(1_000);
  recording.pool();
  await recording.pass(1_000);
  const first = recording.miner();
  const second = recording.miner({ channel: "standard", userIdentity: "bob" });
  await recording.pass(1_000);
  for (let block = 0; block < 4; block++) {
    first.find(1);
    await recording.pass(1_500);
    node.transact();
    await recording.pass(6_000);
    second.find(1);
    await recording.pass(2_000);
  }
  return await recording.end();
}

/** A pool with miners of all kinds; shares are no blocks, and are acknowledged in batches. */
export async function recordPool(): Promise<Entry[]> {
  const recording = new Recording();
  const { role, stop } = TestProvider.start(recording.network, recording.clock, TEMPLATES);
  role.nBits = HARD_BITS;
  const authorityKey = PROVIDER_KEY;
  const templateProviders = [{ name: "tp", ...TEMPLATES, authorityKey }];
  recording.pool({ templateProviders, shareBatchSize: 4, ackIntervalMs: 5_000 });
  await recording.pass(1_000);
  const miners = [
    recording.miner(),
    recording.miner({ channel: "standard", userIdentity: "bob", requireStandardJobs: true }),
    recording.miner({ userIdentity: "carol", worker: "rig2" }),
  ];
  // Is as fast as it says only on paper.
  recording.miner({ userIdentity: "dave", nominalHashRate: 1e12 });
  await recording.pass(1_000);
  for (let round = 2; round < 8; round++) {
    for (const miner of miners) miner.find(round);
    await recording.pass(3_000);
    for (const miner of miners) miner.find(1);
    await recording.pass(200);
    role.newBlock(round);
    // On its way when the block came.
    if (round % 2 === 0) miners[0]?.find(1);
    await recording.pass(4_000);
  }
  const entries = await recording.end();
  await stop();
  return entries;
}

function driverOf(device: ManualDevice): Driver {
  return {
    name: "manual",
    async *discover() {
      yield await Promise.resolve(device.info.id);
    },
    open: () => Promise.resolve(device),
  };
}

/** A device that hashes when it is told to, in no time. */
export class ManualDevice implements Device {
  readonly info: DeviceInfo;
  work: Work | undefined;
  #dispatcher: Dispatcher | undefined;
  #nonce = 0;

  constructor(id: string) {
    const abilities = { versionMask: 0x1fff_e000, nonceRange: true, rollsTime: false };
    this.info = { id, model: "Manual", hashRate: HASH_RATE, abilities };
  }

  start(dispatcher: Dispatcher): void {
    this.#dispatcher = dispatcher;
    this.renew();
  }

  renew(): void {
    this.work = this.#dispatcher?.next();
  }

  telemetry(): Telemetry {
    return { hashRate: HASH_RATE, hashes: this.#nonce, errors: 0, temperatures: [], lanes: [] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#dispatcher?.ended("");
    return Promise.resolve();
  }

  /** Finds shares of the work that it has. */
  find(count: number): void {
    for (let left = count; left > 0; this.#nonce++) {
      const { work } = this;
      if (work === undefined) throw new Error("no work to find anything in");
      if (!hashMeetsTarget(hashOf(work, this.#nonce), work.target)) continue;
      const { version, time: ntime } = decodeHeader(work.header);
      this.#dispatcher?.found({ workId: work.id, version, ntime, nonce: this.#nonce });
      left--;
    }
  }
}
