import { deepStrictEqual, fail, ok, rejects, strictEqual, throws } from "node:assert";
import { blockHash, decodeHeader, HEADER_SIZE, rolledHeader } from "../lib/bitcoin/header.ts";
import { UsageError } from "../lib/errors.ts";
import { hashMeetsTarget } from "../lib/pow/target.ts";
import type { Device, Dispatcher, Driver, FoundNonce, Work } from "./driver.ts";

/** How fast a driver must be at what it promises. */
export interface Conformance {
  /** One id that the driver's `discover` yields. */
  readonly device: string;
  /** So easy that the device finds a hundred nonces a second. */
  readonly target: bigint;
  /** Within how many milliseconds of `renew` it asks for work, and no part of it hashes the old. */
  readonly renewMs: number;
}

/** What every driver must do. Call it from the driver's test, with a fake bus where it needs one. */
export function testDriver(driver: Driver, options: Conformance): void {
  const { device: id, target, renewMs } = options;
  const never = new AbortController().signal;
  const test = (name: string, run: () => Promise<void>): void =>
    Deno.test(`${driver.name} ${name}`, run);

  test("discovers the device, and stops when told", async () => {
    const stop = new AbortController();
    const ids: string[] = [];
    for await (const found of driver.discover(stop.signal)) {
      ids.push(found);
      if (found === id) stop.abort();
    }
    ok(ids.includes(id));
    strictEqual(new Set(ids).size, ids.length);
  });

  test("refuses a device it did not discover", async () => {
    await rejects(driver.open("no-such-device", never), UsageError);
  });

  test("opens a device once at a time", async () => {
    await using _open = await driver.open(id, never);
    await rejects(driver.open(id, never), UsageError);
  });

  test("says what a device is and can do", async () => {
    await using device = await driver.open(id, never);
    const { info } = device;
    strictEqual(info.id, id);
    ok(info.model.length > 0);
    ok(info.hashRate > 0 && Number.isFinite(info.hashRate));
    strictEqual((info.abilities.versionMask & ~0x1fff_ffe0) >>> 0, 0);
  });

  test("asks for nothing before it is started, and starts once", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device);
    strictEqual(bench.handedOut.size, 0);
    device.start(bench);
    throws(() => device.start(bench), UsageError);
    await bench.until(() => bench.handedOut.size > 0, renewMs);
  });

  test("reports nonces of headers it was given, each once", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device);
    device.start(bench);
    await bench.until(() => bench.reports.length >= 20);
    for (const nonce of bench.reports) bench.verify(nonce);
    const keys = bench.reports.map((n) => `${n.workId}/${n.version}/${n.ntime}/${n.nonce}`);
    strictEqual(new Set(keys).size, keys.length);
  });

  test("leaves the version alone when no bit may be rolled", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device, { versionMask: 0 });
    device.start(bench);
    await bench.until(() => bench.reports.length >= 5);
    for (const nonce of bench.reports) bench.verify(nonce);
  });

  test("takes new work at once when the old is dropped", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device);
    device.start(bench);
    await bench.until(() => bench.reports.length > 0);
    const old = new Set(bench.handedOut.keys());
    bench.reports.length = 0;
    device.renew();
    await bench.until(() => bench.reports.some(({ workId }) => !old.has(workId)));
    await bench.pass(renewMs);
    bench.reports.length = 0;
    await bench.until(() => bench.reports.length > 0);
    deepStrictEqual(bench.reports.filter(({ workId }) => old.has(workId)), []);
  });

  test("rests while there is no work, and goes on when there is", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device);
    bench.empty = true;
    device.start(bench);
    await bench.pass(renewMs);
    const { hashes } = device.telemetry();
    await bench.pass(renewMs);
    strictEqual(device.telemetry().hashes, hashes);
    deepStrictEqual(bench.reports, []);
    bench.empty = false;
    device.renew();
    await bench.until(() => bench.reports.length > 0);
  });

  test("asks for more when its work is exhausted", async () => {
    await using device = await driver.open(id, never);
    if (!device.info.abilities.nonceRange) return;
    const bench = new Bench(target, device, { versionMask: 0, nonces: [0xffff_fff0, 0xffff_ffff] });
    device.start(bench);
    await bench.until(() => bench.handedOut.size > 20);
    await bench.until(() => bench.reports.length > 0);
    for (const nonce of bench.reports) bench.verify(nonce);
  });

  test("measures what can be measured", async () => {
    await using device = await driver.open(id, never);
    const bench = new Bench(target, device);
    device.start(bench);
    await bench.until(() => device.telemetry().hashes > 0);
    const before = device.telemetry();
    await bench.until(() => device.telemetry().hashes > before.hashes);
    const after = device.telemetry();
    ok(after.hashRate > 0 && Number.isFinite(after.hashRate));
    ok(after.errors >= before.errors);
    for (const rate of after.lanes) ok(rate >= 0 && Number.isFinite(rate));
    for (const { celsius } of after.temperatures) ok(celsius > -50 && celsius < 150);
  });

  test("says once that it ended, then is silent, and can be opened again", async () => {
    const device = await driver.open(id, never);
    const bench = new Bench(target, device);
    device.start(bench);
    await bench.until(() => bench.reports.length > 0);
    await device[Symbol.asyncDispose]();
    deepStrictEqual(bench.endings, [""]);
    const calls = bench.calls;
    device.renew();
    await bench.pass(2 * renewMs);
    await device[Symbol.asyncDispose]();
    strictEqual(bench.calls, calls);
    await using _again = await driver.open(id, never);
  });
}

/** A dispatcher that writes down everything, and knows what it handed out. */
class Bench implements Dispatcher {
  readonly handedOut = new Map<number, { readonly work: Work; readonly at: number }>();
  readonly reports: FoundNonce[] = [];
  readonly endings: string[] = [];
  empty = false;
  calls = 0;
  readonly #like: Pick<Work, "target" | "versionMask" | "nonces" | "rollTime">;

  constructor(target: bigint, device: Device, like: Partial<Work> = {}) {
    const { versionMask, rollsTime } = device.info.abilities;
    this.#like = { target, versionMask, nonces: [0, 0xffff_ffff], rollTime: rollsTime, ...like };
  }

  next(): Work | undefined {
    this.calls++;
    if (this.empty) return undefined;
    const id = this.handedOut.size + 1;
    const header = rolledHeader(crypto.getRandomValues(new Uint8Array(HEADER_SIZE)), {
      version: (0x2000_0005 | id << 13) & ~this.#like.versionMask,
      time: 1_800_000_000 + id,
    });
    const work = { id, header, ...this.#like };
    this.handedOut.set(id, { work, at: performance.now() });
    return work;
  }

  found(nonce: FoundNonce): void {
    this.calls++;
    this.reports.push(nonce);
  }

  warned(): void {
    this.calls++;
  }

  ended(reason: string): void {
    this.calls++;
    this.endings.push(reason);
  }

  /** Fails unless the nonce lies in the work it names and its hash is good enough. */
  verify({ workId, version, ntime, nonce }: FoundNonce): void {
    const handedOut = this.handedOut.get(workId);
    if (handedOut === undefined) return fail(`work ${workId} was never handed out`);
    const { work, at } = handedOut;
    const given = decodeHeader(work.header);
    const rolled = ntime - given.time;
    const elapsed = (performance.now() - at) / 1000;
    ok(0 <= rolled && rolled <= (work.rollTime ? elapsed : 0), `nTime rolled by ${rolled}`);
    strictEqual(((version ^ given.version) & ~work.versionMask) >>> 0, 0);
    ok(work.nonces[0] <= nonce && nonce <= work.nonces[1], `nonce ${nonce} not in range`);
    const hash = blockHash(rolledHeader(work.header, { version, time: ntime, nonce }));
    ok(hashMeetsTarget(hash, work.target), "hash above the target");
  }

  /** Waits until `done`, at most `ms`. */
  async until(done: () => boolean, ms = 10_000): Promise<void> {
    const deadline = performance.now() + ms;
    while (!done()) {
      ok(performance.now() < deadline, `nothing happened for ${ms} ms`);
      await this.pass(2);
    }
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
