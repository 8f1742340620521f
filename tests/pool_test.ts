/** The pool as a program runs it: over encrypted connections, in virtual time. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { sha256d } from "../lib/bitcoin/hash.ts";
import { concatBytes } from "../lib/bitcoin/bytes.ts";
import { encodeHeader } from "../lib/bitcoin/header.ts";
import { foldMerklePath } from "../lib/bitcoin/merkle.ts";
import { OperatorError } from "../lib/errors.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { SetupConnectionError, SetupConnectionSuccess } from "../lib/messages/common.ts";
import {
  RequestExtensions,
  RequestExtensionsSuccess,
  UserIdentity,
} from "../lib/messages/extensions.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesExtended,
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import { CoinbaseOutputConstraints, type SubmitSolution } from "../lib/messages/template.ts";
import { MAX_TARGET } from "../lib/pow/target.ts";
import type { PoolConfig, TemplateProviderConfig } from "../lib/roles/pool/config.ts";
import type { FoundBlock } from "../lib/roles/pool/found.ts";
import type { Pool } from "../lib/roles/pool/pool.ts";
import { servePool } from "../lib/roles/pool/serve.ts";
import { MINING_LIMITS } from "../lib/session/limits.ts";
import { FakeHost, FakeNetwork } from "./support/fake_host.ts";
import { POLICY } from "./support/pool_stage.ts";
import { RawClient } from "./support/raw_client.ts";
import { PROVIDER_KEY, TestProvider } from "./support/test_provider.ts";

const POOL = { hostname: "127.0.0.1", port: 3333 };

function providerAt(name: string, port: number): TemplateProviderConfig {
  return { name, hostname: "127.0.0.1", port, authorityKey: PROVIDER_KEY };
}

const FIRST = providerAt("first", 8442);
const SECOND = providerAt("second", 8443);

class World {
  readonly network = new FakeNetwork();
  host = new FakeHost(this.network);
  readonly accepted: FoundBlock[] = [];
  pool: Pool | undefined;

  provider({ port }: { readonly port: number }): ReturnType<typeof TestProvider.start> {
    return TestProvider.start(this.network, this.host.clock, { hostname: "127.0.0.1", port });
  }

  start(change: Partial<PoolConfig> = {}): Promise<void> {
    return servePool(
      {
        ...POLICY,
        listen: POOL,
        authoritySecretKey: new Uint8Array(32).fill(7),
        certValiditySec: 3600,
        templateProviders: [FIRST],
        supportedExtensions: [2],
        requiredExtensions: [],
        blocksDirectory: "blocks",
        limits: MINING_LIMITS,
        firmware: "test",
        ...change,
      },
      this.host,
      {
        onAccepted: (block) => void this.accepted.push(block),
        onPool: (pool) => void (this.pool = pool),
      },
    );
  }

  /** A client that has done the handshake. */
  async client(): Promise<RawClient> {
    const handshake = RawClient.handshake(await this.host.connect(POOL));
    await this.host.clock.advance(10);
    return await handshake;
  }

  /** A client with a channel on which every hash is a share. */
  async miner(extensions: readonly number[] = []): Promise<Miner> {
    const client = await this.client();
    await client.setup();
    if (extensions.length > 0) {
      const request = { requestId: 1, requestedExtensions: [...extensions] };
      await this.host.clock.advance(10);
      await client.send(RequestExtensions, request);
    }
    await this.host.clock.advance(10);
    await client.send(OpenExtendedMiningChannel, {
      requestId: 1,
      userIdentity: "alice",
      nominalHashRate: 0,
      maxTarget: MAX_TARGET,
      minExtranonceSize: 8,
    });
    await this.host.clock.advance(10);
    return new Miner(this, client);
  }

  async end(serving: Promise<void>): Promise<void> {
    this.host.stop.abort();
    await this.host.clock.advance(10_000);
    await serving;
  }
}

class Miner {
  #nonce = 0;

  constructor(readonly world: World, readonly client: RawClient) {}

  /** Sends a share of the newest job that is a block of the network, or is none. */
  async submit(block: boolean, worker?: string): Promise<void> {
    const [opened] = this.client.all(OpenExtendedMiningChannelSuccess);
    const job = this.client.all(NewExtendedMiningJob).at(-1);
    const tip = this.client.all(SetNewPrevHash).at(-1);
    ok(opened && job && tip);
    const extranonce = new Uint8Array(opened.extranonceSize);
    const { coinbaseTxPrefix, coinbaseTxSuffix, merklePath, version } = job;
    const parts = [coinbaseTxPrefix, opened.extranoncePrefix, extranonce, coinbaseTxSuffix];
    const merkleRoot = foldMerklePath(sha256d(concatBytes(...parts)), merklePath);
    const { prevHash, nbits: nBits, minNtime: time } = tip;
    for (;;) {
      const nonce = this.#nonce++;
      const hash = sha256d(encodeHeader({ version, prevHash, merkleRoot, time, nBits, nonce }));
      if ((hash[31] ?? 0) < 0x7f !== block) continue;
      const share = { channelId: 2, sequenceNumber: nonce, jobId: job.jobId, nonce, ntime: time };
      const value = { ...share, version, extranonce };
      const { extensionType, fieldType } = UserIdentity;
      const named = worker === undefined
        ? []
        : [{ extensionType, fieldType, value: new TextEncoder().encode(worker) }];
      await this.client.sendFrame(encodeFrame(SubmitSharesExtended, value, named));
      await this.world.host.clock.advance(10);
      return;
    }
  }

  get accepted(): number {
    return this.client.all(SubmitSharesSuccess)
      .reduce((sum, { newSubmitsAcceptedCount }) => sum + newSubmitsAcceptedCount, 0);
  }
}

Deno.test("MIN-64, TDP-1, TDP-27 a block goes to the disk, then to its provider, and is filed when it is the tip", async () => {
  const world = new World();
  const { role, stop } = world.provider(FIRST);
  const serving = world.start();
  await world.host.clock.advance(100);
  strictEqual(role.heard[0], CoinbaseOutputConstraints.id);
  const miner = await world.miner();
  await miner.submit(false);
  await miner.submit(true);
  strictEqual(miner.accepted, 2);
  strictEqual(role.solutions.length, 1);
  const [name] = [...world.host.disk.keys()];
  ok(name?.startsWith("blocks/pending/"));
  role.newBlock(Uint8Array.fromHex(name?.slice(-69, -5) ?? "").reverse());
  await world.host.clock.advance(100);
  strictEqual(world.accepted.length, 1);
  ok(![...world.host.disk.keys()].some((path) => path.includes("pending")));
  await world.end(serving);
  await stop();
});

Deno.test("the pool listens once it has work, and tells miners of each new block", async () => {
  const world = new World();
  const serving = world.start();
  await world.host.clock.advance(600);
  await rejects(world.host.connect(POOL));
  const { role, stop } = world.provider(FIRST);
  await world.host.clock.advance(3_000);
  const miner = await world.miner();
  role.newBlock(2);
  await world.host.clock.advance(100);
  const tips = miner.client.all(SetNewPrevHash).map(({ prevHash }) => prevHash[0]);
  deepStrictEqual(tips, [1, 2]);
  await world.end(serving);
  await stop();
});

Deno.test("a lost provider costs nothing: shares go on, its block waits, and is sent when it is back", async () => {
  const world = new World();
  const first = world.provider(FIRST);
  const serving = world.start();
  await world.host.clock.advance(100);
  const miner = await world.miner();
  await first.stop();
  await miner.submit(false);
  await miner.submit(true);
  strictEqual(miner.accepted, 2);
  strictEqual(first.role.solutions.length, 0);
  strictEqual(world.host.logged("block.unsent").length, 1);
  const again = world.provider(FIRST);
  await world.host.clock.advance(60_000);
  strictEqual(again.role.solutions.length, 1);
  strictEqual(miner.client.closed, false);
  await miner.submit(false);
  strictEqual(miner.accepted, 3);
  await world.end(serving);
  await again.stop();
});

Deno.test("a pool that was killed sends its blocks after the next start", async () => {
  const world = new World();
  const first = world.provider(FIRST);
  const serving = world.start();
  await world.host.clock.advance(100);
  const miner = await world.miner();
  await first.stop();
  await miner.submit(true);
  const disk = new Map(world.host.disk);
  await world.end(serving);

  const { clock } = world.host;
  world.host = new FakeHost(world.network, 3);
  Object.assign(world.host, { clock });
  for (const [path, bytes] of disk) world.host.disk.set(path, bytes);
  const { role, stop } = world.provider(FIRST);
  const again = world.start();
  await clock.advance(1_000);
  strictEqual(role.solutions.length, 1);
  await world.end(again);
  await stop();
});

Deno.test("the second provider takes over, and the first comes back, without a stale share", async () => {
  const world = new World();
  const first = world.provider(FIRST);
  const second = world.provider(SECOND);
  const serving = world.start({ templateProviders: [FIRST, SECOND] });
  await world.host.clock.advance(500);
  const miner = await world.miner();
  await miner.submit(false);
  await first.stop();
  await miner.submit(false);
  await miner.submit(true);
  strictEqual(miner.accepted, 3);
  const solved = (solutions: readonly SubmitSolution[]): number => solutions.length;
  deepStrictEqual([solved(first.role.solutions), solved(second.role.solutions)], [0, 1]);
  const back = world.provider(FIRST);
  await world.host.clock.advance(60_000);
  await miner.submit(true);
  strictEqual(miner.accepted, 4);
  strictEqual(back.role.solutions.length, 1);
  strictEqual(miner.client.all(SetNewPrevHash).length, 1);
  await world.end(serving);
  await second.stop();
  await back.stop();
});

Deno.test("a pool whose only provider cannot be reached says so; one of two is enough", async () => {
  const world = new World();
  const serving = world.start();
  const refused = rejects(
    serving,
    (error) =>
      error instanceof OperatorError && error.kind === "peer" && error.message.includes("8442"),
  );
  await world.host.clock.advance(60_000);
  await refused;

  const other = new World();
  const second = other.provider(SECOND);
  const working = other.start({ templateProviders: [FIRST, SECOND] });
  await other.host.clock.advance(60_000);
  await (await other.miner()).submit(false);
  ok(other.host.logged("provider.unreachable").length > 0);
  await other.end(working);
  await second.stop();
});

Deno.test("a pool that could not keep a block says so before it has one", async () => {
  const world = new World();
  world.host.files.writeDurable = () => Promise.reject(new Error("No space left on device"));
  await rejects(
    world.start(),
    (error) =>
      error instanceof OperatorError && error.kind === "config" &&
      error.message.startsWith("Cannot keep blocks in blocks: No space left on device"),
  );
});

Deno.test("MIN-2, CONN-10, CONN-13 a client that needs what the pool has not is told which of it", async () => {
  const world = new World();
  const { stop } = world.provider(FIRST);
  const serving = world.start();
  await world.host.clock.advance(100);
  for (const [asked, missing] of [[2, 2], [7, 2], [0xffff_ffff, 0xffff_fffa]] as const) {
    const client = await world.client();
    await client.setup({ flags: asked });
    await world.host.clock.advance(100);
    deepStrictEqual(client.all(SetupConnectionError), [
      { flags: missing, errorCode: "unsupported-feature-flags" },
    ]);
  }
  for (const flags of [0, 1, 4, 5]) {
    const client = await world.client();
    await client.setup({ flags });
    await world.host.clock.advance(100);
    deepStrictEqual(client.all(SetupConnectionSuccess), [{ usedVersion: 2, flags: 0 }]);
  }
  await world.end(serving);
  await stop();
});

Deno.test("EXT-7, EXT-25 workers that a client names after negotiation are counted, by name", async () => {
  const world = new World();
  const { stop } = world.provider(FIRST);
  const serving = world.start();
  await world.host.clock.advance(100);
  const miner = await world.miner([2]);
  strictEqual(miner.client.all(RequestExtensionsSuccess).length, 1);
  await miner.submit(false, "rig1");
  await miner.submit(false, "rig2");
  await miner.submit(false, "rig1");
  strictEqual(miner.accepted, 3);
  const [connection] = world.pool?.miners ?? [];
  const [channel] = connection?.channels.values() ?? [];
  deepStrictEqual(
    [...channel?.workers ?? []].map(({ name, tally }) => [
      new TextDecoder().decode(name),
      tally.accepted,
    ]),
    [["rig1", 2], ["rig2", 1]],
  );
  await world.end(serving);
  await stop();
});

Deno.test("a pool that stops tells of the shares it has taken, and ends", async () => {
  const world = new World();
  const { stop } = world.provider(FIRST);
  const serving = world.start({ shareBatchSize: 100, ackIntervalMs: 60_000 });
  await world.host.clock.advance(100);
  const miner = await world.miner();
  await miner.submit(false);
  strictEqual(miner.accepted, 0);
  await world.end(serving);
  strictEqual(miner.accepted, 1);
  strictEqual(miner.client.closed, true);
  await stop();
});

Deno.test("CONN-24 a client that opens no channel is closed in time", async () => {
  const world = new World();
  const { stop } = world.provider(FIRST);
  const serving = world.start({ channellessMs: 10_000 });
  await world.host.clock.advance(100);
  const client = await world.client();
  await client.setup();
  const miner = await world.miner();
  await world.host.clock.advance(9_000);
  strictEqual(client.closed, false);
  await world.host.clock.advance(3_000);
  deepStrictEqual([client.closed, miner.client.closed], [true, false]);
  await world.end(serving);
  await stop();
});
