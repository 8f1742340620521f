/**
 * Everything at once, for as long as `HEADFRAME_HOSTILE_SECONDS` says (a minute where `CI` is set, else
 * a few seconds): pool and template provider as programs run them, over encrypted connections, in
 * virtual time. Attackers come in rounds, at both ports; after each, honest miners must get a share
 * accepted, and what the attackers cost must be gone when they are.
 *
 * `HEADFRAME_HOSTILE_SEED` repeats a run; a failure says which.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { SetupConnectionSuccess } from "../lib/messages/common.ts";
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
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import { MINING_CLIENT_FLAGS } from "../lib/messages/flags.ts";
import { messageOf } from "../lib/messages/registry.ts";
import { MAX_TARGET } from "../lib/pow/target.ts";
import type { Socket } from "../lib/ports.ts";
import type { Pool } from "../lib/roles/pool/pool.ts";
import { servePool } from "../lib/roles/pool/serve.ts";
import { MINING_LIMITS, TEMPLATE_LIMITS } from "../lib/session/limits.ts";
import { FakeHost, FakeNetwork } from "./support/fake_host.ts";
import { ATTACKS, greet, Luck, type Target } from "./support/hostile.ts";
import { POLICY } from "./support/pool_stage.ts";
import type { RawClient } from "./support/raw_client.ts";
import { TpBench } from "./support/tp_bench.ts";

const SECONDS = Number(
  Deno.env.get("HEADFRAME_HOSTILE_SECONDS") ?? (Deno.env.has("CI") ? 60 : 5),
);
const SEED = Number(Deno.env.get("HEADFRAME_HOSTILE_SEED") ?? Date.now() % 1e9);

const POOL: Target = { address: { hostname: "127.0.0.1", port: 3333 }, protocol: 0 };
const TP: Target = { address: { hostname: "127.0.0.1", port: 18_442 }, protocol: 2 };
/** Connections at a time, at each port: few, so that one that is counted after it is gone is missed. */
const MOST = 24;
/** Attackers that stay connected, doing nothing more, until there are so many. */
const LINGERING = 8;
/** Bytes in use after a run beyond those after its first quarter; one connection in ten kept is more. */
const MOST_GROWTH = 3 << 20;

class World implements AsyncDisposable {
  readonly host: FakeHost;
  readonly tp: TpBench;
  pool: Pool | undefined;
  #serving: Promise<void> = Promise.resolve();

  private constructor(host: FakeHost, tp: TpBench) {
    this.host = host;
    this.tp = tp;
  }

  /** @param easy Whether every second share is a block. */
  static async open(easy: boolean): Promise<World> {
    const network = new FakeNetwork();
    network.keepsWire = false;
    const host = new FakeHost(network);
    const limits = { ...TEMPLATE_LIMITS, maxConnections: MOST };
    const chain = easy ? { blockTime: 0 } : { blockTime: 3600, hashRateHint: 1e15 };
    const world = new World(host, await TpBench.open(chain, { limits }, host));
    world.#serving = servePool(
      {
        ...POLICY,
        jobRefreshMs: 30_000,
        maxDifficulty: 1e-12,
        listen: POOL.address,
        authoritySecretKey: new Uint8Array(32).fill(7),
        certValiditySec: 3600,
        templateProviders: [{ name: "tp", ...TP.address, authorityKey: undefined }],
        supportedExtensions: [2],
        requiredExtensions: [],
        blocksDirectory: "blocks",
        limits: { ...MINING_LIMITS, maxConnections: MOST },
        firmware: "test",
      },
      host,
      { onPool: (pool) => void (world.pool = pool) },
    );
    await host.clock.advance(100);
    return world;
  }

  /** What the test itself has kept. */
  forget(): void {
    this.host.lines.length = 0;
    this.host.keys.length = 0;
    this.tp.verdicts.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tp[Symbol.asyncDispose]();
    await this.host.clock.advance(10_000);
    await this.#serving;
  }
}

/** A miner that does everything right. */
class Honest {
  readonly #world: World;
  readonly #client: RawClient;
  readonly #standard: boolean;
  #channelId = 0;
  #extranonceSize = 0;
  #future = new Map<number, number>();
  #work = { jobId: 0, version: 0, ntime: 0 };
  #sequence = 0;
  accepted = 0;

  private constructor(world: World, client: RawClient, standard: boolean) {
    this.#world = world;
    this.#client = client;
    this.#standard = standard;
  }

  static async open(world: World, standard: boolean): Promise<Honest> {
    const client = await greet({ host: world.host, target: POOL });
    await client.setup({ flags: standard ? MINING_CLIENT_FLAGS.requiresStandardJobs : 0 });
    const open = {
      requestId: 1,
      userIdentity: "honest",
      nominalHashRate: 1,
      maxTarget: MAX_TARGET,
    };
    if (standard) await client.send(OpenStandardMiningChannel, open);
    else await client.send(OpenExtendedMiningChannel, { ...open, minExtranonceSize: 8 });
    await world.host.clock.advance(5);
    return new Honest(world, client, standard);
  }

  /** Submits one share, which must be accepted. */
  async mine(): Promise<void> {
    this.#read();
    const share = {
      ...this.#work,
      channelId: this.#channelId,
      sequenceNumber: ++this.#sequence,
      nonce: this.#sequence,
    };
    const extranonce = new Uint8Array(this.#extranonceSize);
    if (this.#standard) await this.#client.send(SubmitSharesStandard, share);
    else await this.#client.send(SubmitSharesExtended, { ...share, extranonce });
    await this.#world.host.clock.advance(20);
    this.#read();
    strictEqual(this.accepted, this.#sequence, "an honest share was not accepted");
  }

  #read(): void {
    for (const { msgType, payload } of this.#client.received.splice(0)) {
      switch (msgType) {
        case OpenExtendedMiningChannelSuccess.id: {
          const { value } = OpenExtendedMiningChannelSuccess.decode(payload);
          this.#channelId = value.channelId;
          this.#extranonceSize = value.extranonceSize;
          break;
        }
        case OpenStandardMiningChannelSuccess.id:
          this.#channelId = OpenStandardMiningChannelSuccess.decode(payload).value.channelId;
          break;
        case NewExtendedMiningJob.id:
          this.#job(NewExtendedMiningJob.decode(payload).value);
          break;
        case NewMiningJob.id:
          this.#job(NewMiningJob.decode(payload).value);
          break;
        case SetNewPrevHash.id: {
          const { jobId, minNtime: ntime } = SetNewPrevHash.decode(payload).value;
          const version = this.#future.get(jobId);
          ok(version !== undefined, "a block without its job");
          this.#work = { jobId, version, ntime };
          this.#future.clear();
          break;
        }
        case SetupConnectionSuccess.id:
          break;
        case SubmitSharesSuccess.id:
          this.accepted += SubmitSharesSuccess.decode(payload).value.newSubmitsAcceptedCount;
          break;
        default:
          throw new Error(`an honest miner got ${messageOf(0, msgType)?.name}`);
      }
    }
    ok(!this.#client.closed, "an honest miner was disconnected");
  }

  #job(job: { jobId: number; minNtime: number | null; version: number }): void {
    const { jobId, minNtime, version } = job;
    if (minNtime === null) this.#future.set(jobId, version);
    else this.#work = { jobId, version, ntime: minNtime };
  }
}

/** Attacks in rounds until the time is over. @param each Called after each round. */
async function withstand(
  world: World,
  { seconds, seed, each }: { seconds: number; seed: number; each: (round: number) => void },
): Promise<void> {
  const miners = [await Honest.open(world, false), await Honest.open(world, true)];
  const lingering: Socket[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let round = 0; performance.now() < end; round++) {
    const luck = new Luck(seed + round);
    const names = Object.keys(ATTACKS);
    const attempted: string[] = [];
    try {
      for (let i = luck.int(4); i >= 0; i--) {
        const name = luck.pick(names);
        const target = luck.pick([POOL, POOL, TP]);
        attempted.push(`${name} at port ${target.address.port}`);
        const socket = await ATTACKS[name]?.({ host: world.host, target, luck });
        if (socket !== undefined) lingering.push(socket);
      }
      await world.host.clock.advance(luck.pick([10, 50, 300, 300, 11_000]));
      while (lingering.length > LINGERING) lingering.shift()?.close();
      await world.host.clock.advance(10);
      for (const miner of miners) await miner.mine();
      const faults = world.host.lines.filter(({ level }) => level === "error");
      deepStrictEqual(faults, [], "a fault of ours");
      world.forget();
      if (round % 20 === 0) {
        for (const socket of lingering.splice(0)) socket.close();
        await world.host.clock.advance(50);
        const { connections, channels } = world.pool?.status ?? {};
        deepStrictEqual({ connections, channels }, { connections: 2, channels: 2 });
        each(round);
      }
    } catch (cause) {
      throw new Error(
        `HEADFRAME_HOSTILE_SEED=${seed}, round ${round}: ${attempted.join("; ")}`,
        { cause },
      );
    }
  }
  for (const socket of lingering) socket.close();
  ok(miners.every(({ accepted }) => accepted > 10));
}

Deno.test("whatever comes at both ports of a chain with blocks, honest miners go on", async () => {
  await using world = await World.open(true);
  await withstand(world, { seconds: SECONDS / 2, seed: SEED, each: () => {} });
  ok((await world.tp.node.template({ reservedWeight: 2_000, reservedSigops: 0 })).height > 130);
});

Deno.test("whatever came leaves no memory behind", async () => {
  await using world = await World.open(false);
  const collect = collector();
  const used: number[] = [];
  await withstand(world, {
    seconds: SECONDS / 2,
    seed: SEED,
    each(round) {
      if (round % 60 !== 0) return;
      collect();
      const { heapUsed, external } = Deno.memoryUsage();
      used.push(heapUsed + external);
    },
  });
  // Until then code was compiled and tables grew to the size they need.
  const settled = used[used.length >> 2] ?? 0;
  const mebibytes = used.map((bytes) => (bytes / 2 ** 20).toFixed(2)).join(" ");
  ok((used.at(-1) ?? Infinity) - settled < MOST_GROWTH, `it grew, in MiB: ${mebibytes}`);
});

/** Frees what can be freed, when called. */
function collector(): () => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc");
}
