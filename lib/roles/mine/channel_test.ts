import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { PeerError } from "../../errors.ts";
import { decodeHeader } from "../../bitcoin/header.ts";
import {
  NewExtendedMiningJob,
  SetExtranoncePrefix,
  SetNewPrevHash,
  SetTarget,
} from "../../messages/mining.ts";
import { MAX_TARGET } from "../../pow/target.ts";
import {
  bench,
  EASY,
  extendedJobMessage,
  HandDevice,
  rootOf,
  twoStandard,
} from "../../../tests/support/miner_bench.ts";

const TIP = new Uint8Array(32).fill(0xb1);

Deno.test("MIN-34 an active job is mined on at once, on the last prev_hash, from its own nTime", () => {
  const { all, device, rig } = bench();
  all.mining();
  const renewals = device.renewals;
  all.job(2, { minNtime: 1_700_000_100 });
  strictEqual(device.renewals, renewals + 1);
  ok(device.work !== undefined);
  const header = decodeHeader(device.work.header);
  deepStrictEqual([header.prevHash, header.time], [TIP, 1_700_000_100]);
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.jobId, 2);
});

Deno.test("MIN-34 an active job before any block is not hashed on a prev_hash of zeros", () => {
  const { all, device } = bench();
  all.connect();
  all.grantExtended();
  all.job(1, { minNtime: 1_700_000_000 });
  ok(device.idle);
  all.block(1);
  ok(device.work !== undefined);
});

Deno.test("MIN-35 of several future jobs the named one becomes active, the others are dropped", () => {
  const { all, device, rig } = bench();
  all.connect();
  all.grantExtended();
  for (const jobId of [1, 2, 3]) all.job(jobId);
  ok(device.idle);
  all.block(2);
  ok(device.work !== undefined);
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.jobId, 2);
  all.block(3);
  ok(device.idle);
});

Deno.test("MIN-36 a new block voids every older job: their shares are not sent", () => {
  const { all, device, rig } = bench();
  all.mining();
  const old = device.work;
  all.job(2);
  all.block(2);
  device.work = old;
  all.find(device, rig, 2);
  strictEqual(all.extendedShares.length, 0);
  strictEqual(all.miner.tally.stale, 2);
});

Deno.test("MIN-36 a new job on the same block leaves the older one good", () => {
  const { all, device, rig } = bench();
  all.mining();
  const old = device.work;
  all.job(2, { minNtime: 1_700_000_000 });
  device.work = old;
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.jobId, 1);
});

Deno.test("MIN-37 a block with a job that was never sent stops the devices until one comes", () => {
  const { all, device } = bench();
  all.mining();
  all.block(77);
  ok(device.idle);
  strictEqual(all.miner.tally.oddities, 1);
  strictEqual(all.server.closed, undefined);
  all.job(78, { minNtime: 1_700_000_000 });
  ok(device.work !== undefined);
  strictEqual(decodeHeader(device.work.header).prevHash[0], 0xb0 + 77);
});

Deno.test("MIN-39 what is said to a group is said to each of its channels", () => {
  const { all, device, other } = twoStandard();
  all.job(5, { channelId: 1 });
  all.block(5, { channelId: 1 });
  ok(device.work !== undefined && other.work !== undefined);
  const full = (channelId: number) => Uint8Array.from([0, 0, 0, channelId]);
  strictEqual(decodeHeader(device.work.header).merkleRoot.toHex(), rootOf(5, full(2)));
  strictEqual(decodeHeader(other.work.header).merkleRoot.toHex(), rootOf(5, full(3)));
});

Deno.test("MIN-39 what is said to an unknown group is passed over", () => {
  const { all, device } = bench();
  all.mining();
  const { work } = device;
  all.block(9, { channelId: 40 });
  all.say(SetTarget, { channelId: 40, maximumTarget: 1n });
  strictEqual(device.work, work);
  strictEqual(all.miner.tally.oddities, 2);
});

Deno.test("MIN-31 a job of the wrong kind for its channel is passed over", () => {
  const extended = bench();
  extended.all.connect();
  extended.all.grantExtended();
  extended.all.standardJob(1);
  extended.all.block(1);
  strictEqual(extended.device.work, undefined);

  const { all, device } = twoStandard();
  all.job(1, { channelId: 2 });
  all.block(1, { channelId: 2 });
  ok(device.idle);
});

Deno.test("MIN-49, MIN-47 SetTarget counts for later jobs and future ones, not for the active one", () => {
  const { all, device } = bench();
  const slow = new HandDevice("dev-1", {}, 1e15);
  all.plug(slow);
  all.mining();
  const hard = EASY >> 100n;
  all.job(2);
  all.say(SetTarget, { channelId: 2, maximumTarget: hard });
  all.miner.tick(all.now);
  const [before] = [slow.take()?.target];
  ok(before !== undefined && before > hard);
  all.block(2);
  strictEqual(device.work?.target, hard);
  all.say(SetTarget, { channelId: 2, maximumTarget: hard >> 8n });
  strictEqual(device.take()?.target, hard);
  all.job(3, { minNtime: 1_700_000_000 });
  strictEqual(device.work?.target, hard >> 8n);
});

Deno.test("MIN-49 targets of 0 and of everything do no harm", () => {
  const { all, device, rig } = bench();
  all.mining();
  for (const maximumTarget of [0n, MAX_TARGET]) {
    all.say(SetTarget, { channelId: 1, maximumTarget });
    all.job(2, { minNtime: 1_700_000_000 });
    ok(device.work !== undefined);
  }
  all.find(device, rig);
  strictEqual(all.extendedShares.length, 1);
});

Deno.test("MIN-29 a new prefix counts for jobs that come after it, not for those before", () => {
  const { all, device, rig } = bench();
  all.connect();
  all.grantExtended();
  all.job(1);
  const extranoncePrefix = Uint8Array.fromHex("dddddddd");
  all.say(SetExtranoncePrefix, { channelId: 2, extranoncePrefix });
  all.block(1);
  all.find(device, rig);
  const [old] = all.extendedShares;
  ok(old !== undefined && device.work !== undefined);
  strictEqual(decodeHeader(device.work.header).merkleRoot.toHex(), rootOf(1, old.extranonce));
  all.job(2, { minNtime: 1_700_000_000 });
  all.find(device, rig);
  const share = all.extendedShares[1];
  ok(share !== undefined);
  strictEqual(
    decodeHeader(device.work.header).merkleRoot.toHex(),
    rootOf(2, share.extranonce, extranoncePrefix),
  );
});

Deno.test("MIN-29 a prefix for a group is passed over, one that is too long ends the connection", () => {
  const { all } = bench();
  all.mining();
  const prefix = (length: number) => new Uint8Array(length);
  all.say(SetExtranoncePrefix, { channelId: 1, extranoncePrefix: prefix(4) });
  strictEqual(all.miner.tally.oddities, 1);
  all.say(SetExtranoncePrefix, { channelId: 2, extranoncePrefix: prefix(28) });
  throws(
    () => all.say(SetExtranoncePrefix, { channelId: 2, extranoncePrefix: prefix(29) }),
    PeerError,
  );
});

Deno.test("a job and its block in one chunk make the device change once", () => {
  const { all, device } = bench();
  all.mining();
  const renewals = device.renewals;
  all.mutter(NewExtendedMiningJob, extendedJobMessage(2));
  all.mutter(SetNewPrevHash, {
    channelId: 2,
    jobId: 2,
    prevHash: new Uint8Array(32),
    minNtime: 1_700_000_001,
    nbits: 0x1d00_ffff,
  });
  all.mutter(NewExtendedMiningJob, { ...extendedJobMessage(3), minNtime: 1_700_000_001 });
  strictEqual(device.renewals, renewals);
  all.miner.settled(all.server, all.now);
  strictEqual(device.renewals, renewals + 1);
});

Deno.test("a future job that is sent again is as young as any", () => {
  const { all, device } = bench();
  all.connect();
  all.grantExtended();
  for (let jobId = 1; jobId <= 32; jobId++) all.job(jobId);
  all.job(1);
  all.job(33);
  all.block(1);
  ok(device.work !== undefined);
});

Deno.test("jobs of the same content are never searched in the same place", () => {
  const { all, device } = bench();
  all.connect();
  all.grantExtended();
  const roots = new Set<string>();
  const take = (): void => {
    for (let i = 0; i < 3; i++) {
      ok(device.work !== undefined);
      roots.add(decodeHeader(device.work.header).merkleRoot.toHex());
      device.take();
    }
  };
  const same = { ...extendedJobMessage(1) };
  all.job(1, same);
  all.block(1);
  take();
  all.job(2, { ...same, jobId: 2, minNtime: 1_700_000_000 });
  take();
  all.job(3, { ...same, jobId: 3 });
  all.block(3);
  take();
  strictEqual(roots.size, 9);
});

Deno.test("thousands of future jobs cost no more than a few", () => {
  const { all, device } = bench();
  all.connect();
  all.grantExtended();
  for (let jobId = 1; jobId <= 5_000; jobId++) all.job(jobId % 200);
  all.block(5_000 % 200);
  ok(device.work !== undefined);
  all.block(1);
  ok(device.idle);
});
