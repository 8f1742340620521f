import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { decodeTransaction } from "../../bitcoin/transaction.ts";
import { concatBytes } from "../../bitcoin/bytes.ts";
import {
  CloseChannel,
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenStandardMiningChannel,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesError,
  SubmitSharesExtended,
  UpdateChannel,
  UpdateChannelError,
} from "../../messages/mining.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { MAX_TARGET, targetOfDifficulty } from "../../pow/target.ts";
import { type FakePeer, namesOf, only } from "../../../tests/support/fake_peer.ts";
import { POOL_SCRIPT, PoolStage } from "../../../tests/support/pool_stage.ts";

const ALICE = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const { requiresStandardJobs } = MINING_CLIENT_FLAGS;
const OPEN: OpenExtendedMiningChannel = {
  requestId: 1,
  userIdentity: "",
  nominalHashRate: 0,
  maxTarget: MAX_TARGET,
  minExtranonceSize: 0,
};

Deno.test("MIN-32, MIN-37, MIN-38 an opened channel gets its job as a future one, its prev_hash, then what is to come", () => {
  const stage = new PoolStage();
  stage.newBlock();
  stage.newTemplate();
  stage.future();
  const { minExtranonceSize: _, ...standard } = OPEN;
  for (const kind of ["extended", "standard"]) {
    const peer = stage.connect();
    if (kind === "standard") stage.give(peer, OpenStandardMiningChannel, standard);
    else stage.give(peer, OpenExtendedMiningChannel, OPEN);
    const sent = peer.take();
    const job = kind === "standard" ? NewMiningJob : NewExtendedMiningJob;
    deepStrictEqual(namesOf(sent).slice(1), [job.name, "SetNewPrevHash", job.name]);
    const jobs = sent.filter(({ name }) => name === job.name).map(({ value }) => value);
    deepStrictEqual(jobs.map(({ minNtime }) => minNtime), [null, null]);
    strictEqual(only(sent, SetNewPrevHash)[0]?.jobId, jobs[0]?.["jobId"]);
    ok(sent.every(({ value }) => value["channelId"] === 2));
  }
});

Deno.test("MIN-31, MIN-39 a group gets one extended job, standard channels of simple devices one each", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const proxy = stage.connect();
  for (let n = 0; n < 3; n++) {
    stage.openExtended(proxy);
    stage.openStandard(proxy);
  }
  const device = stage.connect({ flags: requiresStandardJobs });
  const [one, two] = [stage.openStandard(device), stage.openStandard(device)];
  stage.newTemplate();
  const toProxy = proxy.take();
  deepStrictEqual(namesOf(toProxy), ["NewExtendedMiningJob"]);
  strictEqual(toProxy[0]?.value["channelId"], 1);
  const toDevice = device.take();
  deepStrictEqual(namesOf(toDevice), ["NewMiningJob", "NewMiningJob"]);
  const jobs = only(toDevice, NewMiningJob);
  deepStrictEqual(jobs.map(({ channelId }) => channelId), [one.channelId, two.channelId]);
  ok(jobs[0]?.merkleRoot.toHex() !== jobs[1]?.merkleRoot.toHex());

  stage.newBlock(2);
  deepStrictEqual(namesOf(proxy.take()), ["NewExtendedMiningJob", "SetNewPrevHash"]);
  deepStrictEqual(namesOf(device.take()), [
    "NewMiningJob",
    "NewMiningJob",
    "SetNewPrevHash",
    "SetNewPrevHash",
  ]);
});

Deno.test("MIN-42, MIN-43 a standard job's merkle root is the extended job's, with the channel's extranonce", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const device = stage.connect({ flags: requiresStandardJobs });
  const standard = stage.openStandard(device);
  stage.newTemplate();
  standard.follow();
  const proxy = stage.connect();
  const extended = stage.openExtended(proxy);
  strictEqual(standard.active?.jobId, extended.active?.jobId);
  const rolled = extended.roll();
  const asExtended = Object.assign(extended, {
    extranoncePrefix: standard.extranoncePrefix,
  }).hashOf(rolled, new Uint8Array());
  deepStrictEqual(standard.hashOf(rolled), asExtended);
});

Deno.test("MIN-6 jobs of one template have the template's merkle path, whoever they are for", () => {
  const stage = new PoolStage();
  const { template } = stage.newBlock();
  for (const userIdentity of ["", ALICE, `sri/donate/5/${ALICE}/rig`]) {
    const { active } = stage.openExtended(stage.connect(), { userIdentity });
    deepStrictEqual(active?.merklePath, template.merklePath);
    strictEqual(active?.version, template.version);
  }
});

Deno.test("MIN-7 two jobs of equal templates search different headers", () => {
  const stage = new PoolStage();
  const device = stage.connect({ flags: requiresStandardJobs });
  const miner = stage.openStandard(device);
  const roots = new Set<string>();
  for (let n = 0; n < 5; n++) {
    stage.newBlock();
    miner.follow();
    roots.add(miner.active?.merkleRoot.toHex() ?? "");
  }
  strictEqual(roots.size, 5);
});

Deno.test("a job for the present tip is active at once, with the tip's time", () => {
  const stage = new PoolStage();
  const miner = stage.openExtended(stage.connect());
  stage.newBlock();
  miner.follow();
  stage.newTemplate();
  const [job] = only(miner.peer.take(), NewExtendedMiningJob);
  strictEqual(job?.minNtime, miner.tip?.minNtime);
});

Deno.test("MIN-3 every extended job allows version rolling", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ flags: MINING_CLIENT_FLAGS.requiresVersionRolling });
  const miner = stage.openExtended(peer);
  strictEqual(miner.active?.versionRollingAllowed, true);
  stage.newTemplate();
  strictEqual(only(peer.take(), NewExtendedMiningJob)[0]?.versionRollingAllowed, true);
});

Deno.test("B141-2, B141-3 what miners get has no witness, and pays as the identity says", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const paid = (userIdentity: string): [bigint, string][] => {
    const miner = stage.openExtended(stage.connect(), { userIdentity });
    ok(miner.active);
    const { coinbaseTxPrefix, coinbaseTxSuffix } = miner.active;
    strictEqual(coinbaseTxPrefix.subarray(4, 6).toHex(), "0100");
    const extranonce = new Uint8Array(miner.extranonceSize);
    const { outputs } = decodeTransaction(
      concatBytes(coinbaseTxPrefix, miner.extranoncePrefix, extranonce, coinbaseTxSuffix),
    );
    return outputs.slice(0, -1).map(({ value, scriptPubKey }) => [value, scriptPubKey.toHex()]);
  };
  const [pool, alice] = [POOL_SCRIPT.toHex(), "0014751e76e8199196d454941c45d1b3a323f1433bd6"];
  deepStrictEqual(paid("alice"), [[5_000_000_000n, pool]]);
  deepStrictEqual(paid(`${ALICE}.rig`), [[5_000_000_000n, alice]]);
  deepStrictEqual(paid(`sri/solo/${ALICE}/rig`), [[5_000_000_000n, alice]]);
  deepStrictEqual(paid(`sri/donate/5/${ALICE}/rig`), [
    [250_000_000n, pool],
    [4_750_000_000n, alice],
  ]);
  deepStrictEqual(paid("sri/donate/rig"), [[5_000_000_000n, pool]]);
});

Deno.test("one channel's payout is not another's, on one connection too: each payout has a group", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const pool = stage.openExtended(peer, { userIdentity: "bob" });
  const solo = stage.openExtended(peer, { userIdentity: `${ALICE}.a` });
  const same = stage.openExtended(peer, { userIdentity: `sri/solo/${ALICE}/b` });
  ok(pool.groupId !== solo.groupId);
  strictEqual(solo.groupId, same.groupId);
  ok(pool.active?.jobId !== solo.active?.jobId);
  stage.newTemplate();
  const jobs = only(peer.take(), NewExtendedMiningJob);
  deepStrictEqual(jobs.map(({ channelId }) => channelId).sort(), [pool.groupId, solo.groupId]);
  ok(jobs[0]?.coinbaseTxSuffix.toHex() !== jobs[1]?.coinbaseTxSuffix.toHex());
});

Deno.test("MIN-33 through many templates and blocks no job id comes twice, and there is work", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  const miner = stage.openExtended(peer);
  const seen = new Set<number>();
  for (let block = 1; block < 8; block++) {
    stage.future();
    stage.future();
    stage.newBlock(block);
    for (let n = 0; n < 5; n++) stage.newTemplate();
    for (const { jobId } of only(miner.follow(), NewExtendedMiningJob)) {
      ok(!seen.has(jobId));
      seen.add(jobId);
    }
    miner.submit();
    deepStrictEqual(namesOf(peer.take()), ["SubmitShares.Success"]);
  }
});

Deno.test("TDP-13 a channel that opens before there is a template gets its jobs when there is one", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  const miner = stage.openExtended(peer);
  strictEqual(miner.active, undefined);
  stage.pool.activeWork(stage.work());
  deepStrictEqual(peer.take(), []);
  stage.newBlock();
  deepStrictEqual(namesOf(miner.follow()), ["NewExtendedMiningJob", "SetNewPrevHash"]);
  ok(miner.active);
});

Deno.test("MIN-41 of several future jobs the one is begun that the provider names, and better ones follow", () => {
  const stage = new PoolStage();
  stage.newBlock(1);
  const peer = stage.connect();
  const miner = stage.openExtended(peer);
  const [, fits] = [stage.future(), stage.future(), stage.future()];
  ok(fits);
  const jobs = only(miner.follow(), NewExtendedMiningJob).map(({ jobId }) => jobId);
  stage.pool.newTip(fits, stage.tip(2));
  deepStrictEqual(only(miner.follow(), SetNewPrevHash).map(({ jobId }) => jobId), [jobs[1]]);
  stage.newTemplate();
  deepStrictEqual(namesOf(miner.follow()), ["NewExtendedMiningJob"]);
  strictEqual(miner.active?.minNtime, miner.tip?.minNtime);
  for (const [jobId, code] of [[jobs[0], "stale-share"], [jobs[2], "stale-share"]] as const) {
    miner.submit({ jobId: jobId ?? 0 });
    deepStrictEqual(only(peer.take(), SubmitSharesError).map(({ errorCode }) => errorCode), [code]);
  }
});

Deno.test("a thousand connections are sent the very same job frame", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const frames = new Set<Uint8Array>();
  for (let n = 0; n < 1000; n++) {
    const peer = stage.connect();
    stage.openExtended(peer);
    peer.sendFrame = (frame): void => void frames.add(frame);
  }
  stage.newTemplate();
  strictEqual(frames.size, 1);
});

Deno.test("the same template becomes a new job after a time", async () => {
  const stage = new PoolStage({ policy: { jobRefreshMs: 30_000 } });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { maxTarget: 1n });
  await stage.pass(29_000);
  deepStrictEqual(only(miner.peer.take(), NewExtendedMiningJob), []);
  await stage.pass(2_000);
  strictEqual(only(miner.follow(), NewExtendedMiningJob).length, 1);
});

function update(stage: PoolStage, peer: FakePeer, change: Partial<UpdateChannel>): string[] {
  stage.give(peer, UpdateChannel, {
    channelId: 2,
    nominalHashRate: 1e12,
    maximumTarget: MAX_TARGET,
    ...change,
  });
  return peer.take().map(({ name, value }) => `${name} ${value["errorCode"] ?? ""}`.trim());
}

Deno.test("MIN-23 a smaller maximum target is answered by SetTarget, and a job for which it holds", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  strictEqual(miner.opened.target, MAX_TARGET);
  const maximumTarget = targetOfDifficulty(4);
  stage.give(peer, UpdateChannel, { channelId: 2, nominalHashRate: 0, maximumTarget });
  const old = miner.active;
  const sent = miner.follow();
  deepStrictEqual(namesOf(sent), ["SetTarget", "NewExtendedMiningJob"]);
  const [target] = only(sent, SetTarget);
  ok(target && target.maximumTarget <= maximumTarget);
  ok(old && miner.active && old.jobId !== miner.active.jobId);
  // MIN-47: the old job keeps the target that it came with.
  miner.submit();
  const oldId = stage.nextSequence();
  stage.give(peer, SubmitSharesExtended, {
    channelId: 2,
    sequenceNumber: oldId,
    jobId: old.jobId,
    ...miner.roll(),
    extranonce: new Uint8Array(16),
  });
  const answers = peer.take();
  deepStrictEqual(namesOf(answers), ["SubmitShares.Error", "SubmitShares.Success"]);
  strictEqual(only(answers, SubmitSharesError)[0]?.errorCode, "difficulty-too-low");
});

Deno.test("MIN-24, MIN-23 an UpdateChannel is answered only if it is wrong, or changes the target", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const { groupId } = stage.openExtended(peer, { nominalHashRate: 1e12 });
  deepStrictEqual(update(stage, peer, {}), []);
  deepStrictEqual(update(stage, peer, { channelId: 99 }), [
    "UpdateChannel.Error invalid-channel-id",
  ]);
  deepStrictEqual(update(stage, peer, { channelId: groupId }), [
    "UpdateChannel.Error invalid-channel-id",
  ]);
  for (const nominalHashRate of [NaN, -1, Infinity]) {
    deepStrictEqual(update(stage, peer, { nominalHashRate }), [
      "UpdateChannel.Error invalid-nominal-hashrate",
    ]);
  }
  deepStrictEqual(update(stage, peer, { maximumTarget: 0n }), [
    "UpdateChannel.Error max-target-out-of-range",
  ]);
  deepStrictEqual(update(stage, peer, { nominalHashRate: 1e15 }), [
    "SetTarget",
    "NewExtendedMiningJob",
  ]);
  deepStrictEqual(update(stage, peer, { nominalHashRate: 1e15 }), []);
  strictEqual(only(peer.take(), UpdateChannelError).length, 0);
});

Deno.test("MIN-23 a target that is changed on a standard channel comes with a standard job", () => {
  const stage = new PoolStage();
  stage.newBlock();
  for (const flags of [0, requiresStandardJobs]) {
    const peer = stage.connect({ flags });
    const miner = stage.openStandard(peer, { nominalHashRate: 1e12 });
    deepStrictEqual(update(stage, peer, { nominalHashRate: 1e15, channelId: miner.channelId }), [
      "SetTarget",
      "NewMiningJob",
    ]);
  }
});

Deno.test("MIN-25 a closed channel is sent nothing, and its shares are for an unknown channel", async () => {
  const stage = new PoolStage({ policy: { shareBatchSize: 10 } });
  stage.newBlock();
  const peer = stage.connect();
  const [closed, open] = [stage.openExtended(peer), stage.openExtended(peer)];
  closed.submit();
  stage.give(peer, CloseChannel, { channelId: closed.channelId, reasonCode: "bye" });
  await stage.pass(2_000);
  stage.newTemplate();
  const sent = peer.take();
  deepStrictEqual(namesOf(sent), ["NewExtendedMiningJob"]);
  strictEqual(sent[0]?.value["channelId"], open.groupId);
  closed.submit();
  const [error] = only(peer.take(), SubmitSharesError);
  strictEqual(error?.errorCode, "invalid-channel-id");
  stage.close(peer, 4711);
  deepStrictEqual(peer.take(), []);
});

Deno.test("MIN-26 CloseChannel for a group closes all its channels and no others", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const pool = stage.openExtended(peer);
  stage.openStandard(peer);
  const solo = stage.openExtended(peer, { userIdentity: ALICE });
  stage.close(peer, pool.groupId);
  strictEqual(stage.pool.status.channels, 1);
  stage.newTemplate();
  deepStrictEqual(
    only(peer.take(), NewExtendedMiningJob).map(({ channelId }) => channelId),
    [solo.groupId],
  );
});

Deno.test("jobs of payouts that nobody has any more are dropped", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const keep = stage.openExtended(peer);
  const before = stage.pool.status.jobs;
  for (let n = 0; n < 50; n++) {
    const { channelId } = stage.openExtended(peer, {
      userIdentity: `sri/donate/${1 + n % 99}/${ALICE}/rig`,
    });
    stage.close(peer, channelId);
  }
  strictEqual(stage.pool.status.jobs, before);
  stage.pool.disconnected(peer, "test", stage.now);
  strictEqual(stage.pool.status.jobs, 0);
  ok(keep.active);
});
