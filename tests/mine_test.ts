import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { cpu } from "../drivers/cpu.ts";
import type { Device, DeviceInfo, Dispatcher, Driver, Telemetry, Work } from "../drivers/driver.ts";
import { decodeHeader } from "../lib/bitcoin/header.ts";
import { OperatorError } from "../lib/errors.ts";
import { denoHost } from "../lib/host/deno.ts";
import { Reconnect } from "../lib/messages/common.ts";
import { OpenMiningChannelError } from "../lib/messages/mining.ts";
import { issueIdentity } from "../lib/noise/certificate.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import type { Address, Host } from "../lib/ports.ts";
import { hashMeetsTarget } from "../lib/pow/target.ts";
import type { MineConfig, MineUpstream } from "../lib/roles/mine/config.ts";
import { serveMine } from "../lib/roles/mine/serve_mine.ts";
import { MINING_LIMITS } from "../lib/session/limits.ts";
import { serve } from "../lib/session/serve.ts";
import { FakeHost, FakeNetwork, recordingLog } from "./support/fake_host.ts";
import { hashOf, MINE_CONFIG } from "./support/miner_bench.ts";
import { TestPool } from "./support/test_pool.ts";

const AUTHORITY = new Uint8Array(32).fill(7);
const KEY = publicKeyOf(AUTHORITY);
const FIRST: MineUpstream = { hostname: "first", port: 3333, authorityKey: KEY };
const SECOND: MineUpstream = { hostname: "second", port: 4444, authorityKey: KEY };
const EASY = 1n << 250n;

const CONFIG: MineConfig = { ...MINE_CONFIG, upstreams: [FIRST] };

/** Devices that hash when a test says so, in no time. */
class ManualDriver implements Driver {
  readonly name = "manual";
  readonly devices: ManualDevice[] = [];
  readonly #ids: readonly string[];

  constructor(...ids: string[]) {
    this.#ids = ids;
  }

  async *discover(): AsyncIterable<string> {
    for (const id of this.#ids) yield await Promise.resolve(id);
  }

  open(id: string): Promise<Device> {
    if (id === "broken") {
      return Promise.reject(new OperatorError("failure", "expected 4 chips, found 3"));
    }
    const device = new ManualDevice(id);
    this.devices.push(device);
    return Promise.resolve(device);
  }

  get first(): ManualDevice {
    const [device] = this.devices;
    ok(device !== undefined);
    return device;
  }
}

class ManualDevice implements Device {
  readonly info: DeviceInfo;
  work: Work | undefined;
  disposed = false;
  #dispatcher: Dispatcher | undefined;
  #nonce = 0;

  constructor(id: string) {
    const abilities = { versionMask: 0x1fff_e000, nonceRange: true, rollsTime: false };
    this.info = { id, model: "Manual", hashRate: 5_000, abilities };
  }

  start(dispatcher: Dispatcher): void {
    this.#dispatcher = dispatcher;
    this.renew();
  }

  renew(): void {
    this.work = this.#dispatcher?.next();
  }

  telemetry(): Telemetry {
    const temperatures = [{ place: "chip", celsius: 61.2 }];
    return { hashRate: 5_000, hashes: this.#nonce, errors: 0, temperatures, lanes: [] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.disposed) this.#dispatcher?.ended("");
    this.disposed = true;
    return Promise.resolve();
  }

  find(count: number): void {
    for (let left = count; left > 0; this.#nonce++) {
      const { work } = this;
      ok(work !== undefined, "no work to find anything in");
      if (!hashMeetsTarget(hashOf(work, this.#nonce), work.target)) continue;
      const { version, time: ntime } = decodeHeader(work.header);
      this.#dispatcher?.found({ workId: work.id, version, ntime, nonce: this.#nonce });
      left--;
    }
  }

  unplug(): void {
    this.disposed = true;
    this.#dispatcher?.ended("unplugged");
  }
}

function startPool(host: Host, listen: Address, authoritySecret = AUTHORITY) {
  const pool = new TestPool(EASY);
  const unix = host.clock.unix();
  const identity = issueIdentity({
    authoritySecret,
    staticSecret: new Uint8Array(32).fill(9),
    validFrom: unix - 60,
    notValidAfter: unix + 1_000_000,
  });
  const server = serve({
    host,
    log: host.log,
    role: pool,
    listen,
    identity: () => identity,
    policy: {
      protocol: 0,
      versions: [2, 2],
      flags: 0b101,
      extensions: [2],
      requiredExtensions: [],
    },
    limits: MINING_LIMITS,
  });
  return { pool, ...server };
}

/** Pools and one miner on one network, in one time. */
class World {
  readonly network = new FakeNetwork();
  readonly host = new FakeHost(this.network);
  readonly screen: string[] = [];
  readonly #poolHost = new FakeHost(this.network, 50);
  readonly #pools: Promise<void>[] = [];

  constructor() {
    Object.assign(this.#poolHost, { clock: this.host.clock });
  }

  pool(at: Address, authoritySecret = AUTHORITY): TestPool {
    const { pool, done } = startPool(this.#poolHost, at, authoritySecret);
    this.#pools.push(done);
    return pool;
  }

  mine(driver: Driver, config: Partial<MineConfig> = {}, isWatched = false): Promise<void> {
    const screen = { isWatched, status: (line: string) => void this.screen.push(line) };
    return serveMine({ ...CONFIG, ...config }, this.host, { driver, screen });
  }

  pass(ms: number): Promise<void> {
    return this.host.clock.advance(ms);
  }

  async end(mining?: Promise<void>): Promise<void> {
    this.host.stop.abort();
    await this.pass(1_000);
    this.#poolHost.stop.abort();
    await this.pass(10_000);
    await Promise.all([mining, ...this.#pools]);
  }
}

Deno.test("serveMine() mines on a chopped wire, and says goodbye", async () => {
  const world = new World();
  world.network.chunk = 7;
  const pool = world.pool(FIRST);
  const driver = new ManualDriver("dev-0");
  const mining = world.mine(driver);
  await world.pass(500);
  deepStrictEqual(pool.opened, [{ userIdentity: "someone.rig", nominalHashRate: 5_000 }]);
  pool.batch = 4;
  driver.first.find(10);
  await world.pass(500);
  pool.block();
  await world.pass(500);
  driver.first.find(6);
  await world.pass(500);
  deepStrictEqual([pool.accepted, pool.refused], [16, 0]);
  await world.end(mining);
  deepStrictEqual(pool.closed, ["client stops"]);
  strictEqual(driver.first.disposed, true);
});

Deno.test("MIN-36 a share of the old block that crosses the new one is the pool's to refuse", async () => {
  const world = new World();
  const pool = world.pool(FIRST);
  const driver = new ManualDriver("dev-0");
  const mining = world.mine(driver);
  await world.pass(500);
  pool.block();
  driver.first.find(1);
  await world.pass(500);
  deepStrictEqual([pool.accepted, pool.refused], [0, 1]);
  strictEqual(world.host.logged("share.refused")[0]?.code, "stale-share");
  await world.end(mining);
});

Deno.test("serveMine() goes on with the next upstream when the first is gone", async () => {
  const world = new World();
  const pool = world.pool(SECOND);
  const driver = new ManualDriver("dev-0");
  const mining = world.mine(driver, { upstreams: [FIRST, SECOND] });
  await world.pass(1_000);
  driver.first.find(2);
  await world.pass(500);
  strictEqual(pool.accepted, 2);
  const first = world.pool(FIRST);
  for (const peer of pool.peers) peer.close("maintenance");
  await world.pass(250);
  strictEqual(driver.first.work, undefined);
  await world.pass(2_000);
  driver.first.find(3);
  await world.pass(500);
  deepStrictEqual([first.accepted, pool.accepted], [3, 2]);
  await world.end(mining);
});

Deno.test("CONN-20, CONN-23 after Reconnect the channel is opened again where the server says", async () => {
  const world = new World();
  const first = world.pool(FIRST);
  const second = world.pool(SECOND);
  const driver = new ManualDriver("dev-0");
  const mining = world.mine(driver);
  await world.pass(500);
  for (const peer of first.peers) peer.send(Reconnect, { newHost: "second", newPort: 4444 });
  await world.pass(1_000);
  driver.first.find(2);
  await world.pass(500);
  deepStrictEqual([first.accepted, second.accepted], [0, 2]);
  await world.end(mining);
});

Deno.test("NOISE-32 serveMine() opens nothing at a server of another authority, and says why", async () => {
  const world = new World();
  const pool = world.pool(FIRST, new Uint8Array(32).fill(8));
  const driver = new ManualDriver("dev-0");
  const mining = rejects(
    world.mine(driver),
    (error) => error instanceof OperatorError && /authority/.test(error.message),
  );
  await world.pass(30_000);
  await mining;
  deepStrictEqual(pool.opened, []);
  strictEqual(driver.first.disposed, true);
  await world.end();
});

Deno.test("serveMine() keeps trying where a pool refuses its channel, ever more slowly", async () => {
  const world = new World();
  const pool = world.pool(FIRST);
  let asked = 0;
  pool.received = (peer) => {
    asked++;
    peer.send(OpenMiningChannelError, { requestId: asked, errorCode: "invalid-user-identity" });
  };
  const mining = world.mine(new ManualDriver("dev-0"));
  await world.pass(60_000);
  ok(asked >= 3 && asked <= 10, `asked ${asked} times`);
  strictEqual(world.host.logged("channel.refused")[0]?.code, "invalid-user-identity");
  await world.end(mining);
});

Deno.test("serveMine() without a device says so, and what is wrong with one", async () => {
  const world = new World();
  await rejects(world.mine(new ManualDriver()), /driver manual has no device$/);
  await rejects(world.mine(new ManualDriver("broken")), /no device: expected 4 chips, found 3/);
  strictEqual(world.host.logged("device.failed").length, 1);
});

Deno.test("serveMine() mines with the devices that work, and ends when the last is pulled out", async () => {
  const world = new World();
  const pool = world.pool(FIRST);
  const driver = new ManualDriver("broken", "dev-0", "dev-1");
  const mining = rejects(world.mine(driver), /no device/);
  await world.pass(1_000);
  driver.first.unplug();
  await world.pass(1_000);
  driver.devices[1]?.find(1);
  await world.pass(500);
  strictEqual(pool.accepted, 1);
  driver.devices[1]?.unplug();
  await world.pass(10_000);
  await mining;
  deepStrictEqual(world.host.logged("device.gone").map(({ reason }) => reason), [
    "unplugged",
    "unplugged",
  ]);
  await world.end();
});

Deno.test("serveMine() puts away a device that came up too late", async () => {
  const world = new World();
  world.pool(FIRST);
  const driver = new ManualDriver("dev-0");
  const late = Promise.withResolvers<void>();
  const { open } = driver;
  driver.open = async (id) => {
    await late.promise;
    return open.call(driver, id);
  };
  const mining = world.mine(driver);
  await world.pass(1_000);
  world.host.stop.abort();
  late.resolve();
  await world.pass(1_000);
  await mining;
  strictEqual(driver.first.disposed, true);
  strictEqual(driver.first.work, undefined);
  await world.end();
});

Deno.test("serveMine() shows how it goes: on a screen at once, in the log now and then", async () => {
  const world = new World();
  world.pool(FIRST);
  const driver = new ManualDriver("dev-0");
  const mining = world.mine(driver, {}, true);
  await world.pass(1_000);
  driver.first.find(3);
  await world.pass(1_000);
  match(
    world.screen.at(-1) ?? "",
    /^5\.00 kH\/s \| 3 accepted \| difficulty .* \| best .* \| 0 blocks \| 61 °C \| first:3333$/,
  );
  await world.end(mining);
  strictEqual(world.screen.at(-1), "");

  const unseen = new World();
  unseen.pool(FIRST);
  const quiet = unseen.mine(new ManualDriver("dev-0"), { statusSeconds: 10 });
  await unseen.pass(35_000);
  strictEqual(unseen.host.logged("mining.status").length, 3);
  deepStrictEqual(unseen.screen, []);
  await unseen.end(quiet);
});

Deno.test("serveMine() finds and delivers real shares over TCP with the CPU", async () => {
  const lines: Parameters<typeof recordingLog>[0] = [];
  const stop = new AbortController();
  const host = denoHost({ log: recordingLog(lines), signal: stop.signal });
  const { pool, address, done } = startPool(host, { hostname: "127.0.0.1", port: 0 });
  const upstreams = [{ ...address, authorityKey: KEY }];
  const mining = serveMine({ ...CONFIG, upstreams }, host, { driver: cpu({ threads: 1 }) });
  const deadline = performance.now() + 20_000;
  while (pool.accepted < 20) {
    ok(performance.now() < deadline, `only ${pool.accepted} shares`);
    await host.clock.sleep(20);
  }
  pool.block();
  const before = pool.accepted;
  while (pool.accepted < before + 20) {
    ok(performance.now() < deadline, "no shares after a new block");
    await host.clock.sleep(20);
  }
  stop.abort();
  await Promise.all([mining, done]);
  // Those that crossed the new block on the wire.
  ok(pool.refused <= 5, `${pool.refused} refused`);
  deepStrictEqual(lines.filter(({ level }) => level === "error"), []);
});
