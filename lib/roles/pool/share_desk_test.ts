import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DecodeError } from "../../errors.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import {
  SetCustomMiningJob,
  SetCustomMiningJobError,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
  UpdateChannel,
} from "../../messages/mining.ts";
import { targetOfDifficulty } from "../../pow/target.ts";
import { frameOf, namesOf, only } from "../../../tests/support/fake_peer.ts";
import { answer, EASY_BITS, PoolStage } from "../../../tests/support/pool_stage.ts";
import { PlainHasher } from "../../channel/hasher.ts";

/** Whatever is hashed meets difficulty 65,535, and no two hashes are the same. */
class LuckyHasher extends PlainHasher {
  #count = 0;

  override hash(i: number): Uint8Array {
    const hash = super.hash(i).slice().fill(0, 8);
    hash[26] = 1;
    hash[0] = ++this.#count;
    return hash;
  }
}

Deno.test("MIN-43, MIN-64 shares of both kinds of channel hash as worked out the long way, and blocks are found", () => {
  for (const hasher of [new PlainHasher(), undefined]) {
    const stage = new PoolStage({ nBits: EASY_BITS, ...(hasher && { hasher }) });
    stage.newBlock();
    const extended = stage.openExtended(stage.connect());
    const device = stage.connect({ flags: MINING_CLIENT_FLAGS.requiresStandardJobs });
    const standard = stage.openStandard(device);
    for (const miner of [extended, standard]) {
      let blocks = 0;
      for (let n = 0; n < 20; n++) {
        const rolled = miner.roll({ version: 0x20000000 | n << 5 });
        const hash = miner.hashOf(rolled);
        const isBlock = (hash[31] ?? 0) < 0x7f;
        miner.submit(rolled);
        strictEqual(answer(miner), "accepted");
        if (isBlock) {
          blocks++;
          strictEqual(stage.found.at(-1)?.hash, hash.toReversed().toHex());
        }
      }
      ok(blocks > 2);
    }
    strictEqual(stage.pool.status.shares.blocks, stage.found.length);
    strictEqual(stage.pool.status.shares.accepted, 40);
  }
});

Deno.test("MIN-56 a share of the other kind, or of a channel that is not, is for an invalid channel", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const extended = stage.openExtended(peer);
  const standard = stage.openStandard(peer);
  extended.submit({ channelId: standard.channelId });
  strictEqual(answer(extended), "invalid-channel-id");
  standard.submit({ channelId: extended.channelId });
  strictEqual(answer(standard), "invalid-channel-id");
  for (const channelId of [0, extended.groupId, 999, 0xffff_ffff]) {
    extended.submit({ channelId });
    strictEqual(answer(extended), "invalid-channel-id");
  }
  const other = stage.connect();
  stage.openExtended(other);
  stage.give(other, SubmitSharesExtended, {
    channelId: standard.channelId,
    sequenceNumber: 77,
    jobId: 1,
    ...extended.roll(),
    extranonce: new Uint8Array(16),
  });
  const [error] = only(other.take(), SubmitSharesError);
  deepStrictEqual(error, {
    channelId: standard.channelId,
    sequenceNumber: 77,
    errorCode: "invalid-channel-id",
  });
});

Deno.test("MIN-44, MIN-48, MIN-51, MIN-55, MIN-60, MIN-62, MIN-63 each thing that can be wrong with a share has its code", () => {
  const stage = new PoolStage();
  stage.newBlock(1);
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  const stale = miner.active?.jobId ?? 0;
  stage.newBlock(2);
  miner.follow();
  const rolled = miner.roll();
  const codes = [
    { ...rolled },
    { ...rolled },
    { jobId: stale },
    { jobId: 4711 },
    { extranonce: new Uint8Array(15) },
    { extranonce: new Uint8Array(32) },
    { ntime: (miner.tip?.minNtime ?? 0) - 1 },
    { ntime: stage.clock.unix() + 7201 },
    { version: 0x20000001 },
    { version: 0xa0000000 },
  ].map((change) => {
    miner.submit(change);
    return answer(miner);
  });
  deepStrictEqual(codes, [
    "accepted",
    "duplicate-share",
    "stale-share",
    "invalid-job-id",
    "bad-extranonce-size",
    "bad-extranonce-size",
    "invalid-share",
    "invalid-share",
    "invalid-non-rollable-version-bit",
    "invalid-non-rollable-version-bit",
  ]);
  const hard = stage.openExtended(stage.connect(), { maxTarget: 1n });
  hard.submit();
  strictEqual(answer(hard), "difficulty-too-low");
  const { shares } = stage.pool.status;
  strictEqual(shares.accepted, 1);
  strictEqual(shares.rejected, 10);
  strictEqual(shares.reasons.get("bad-extranonce-size"), 2);
});

Deno.test("more shares than can be told apart are refused, and the connection stays", () => {
  const stage = new PoolStage({ policy: { maxSharesPerChannel: 3 } });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  const codes = Array.from({ length: 5 }, () => {
    miner.submit();
    return answer(miner);
  });
  deepStrictEqual(codes.slice(0, 3), new Array(3).fill("accepted"));
  deepStrictEqual(codes.slice(3), new Array(2).fill("share-limit-reached"));
  strictEqual(miner.peer.closed, undefined);
  stage.openExtended(miner.peer).submit();
  strictEqual(answer(miner), "accepted");
});

Deno.test("MIN-58, MIN-60 answers come in the order of the shares, errors at once, successes by the batch", () => {
  const stage = new PoolStage({ policy: { shareBatchSize: 3 } });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  const send = (sequenceNumber: number, jobId = miner.active?.jobId ?? 0): void => {
    const share = { channelId: miner.channelId, sequenceNumber, jobId, ...miner.roll() };
    const value = { ...share, extranonce: new Uint8Array(16) };
    stage.pool.received(miner.peer, frameOf(SubmitSharesExtended, value), stage.now);
  };
  for (let sequence = 1; sequence <= 8; sequence++) {
    send(sequence, sequence === 4 ? 999 : undefined);
  }
  deepStrictEqual(miner.peer.take(), []);
  stage.pool.settled(miner.peer, stage.now);
  deepStrictEqual(
    miner.peer.take().map(({ name, value }) => [
      name,
      value["lastSequenceNumber"] ?? value["sequenceNumber"],
      value["newSubmitsAcceptedCount"] ?? value["errorCode"],
    ]),
    [
      ["SubmitShares.Success", 3, 3],
      ["SubmitShares.Error", 4, "invalid-job-id"],
      ["SubmitShares.Success", 7, 3],
    ],
  );
});

Deno.test("MIN-58 fewer shares than a batch are acknowledged after a time, a block at once", async () => {
  const stage = new PoolStage({
    policy: { shareBatchSize: 100, ackIntervalMs: 1_000 },
    nBits: EASY_BITS,
  });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  const submit = (block: boolean): void => {
    let rolled = miner.roll();
    while (((miner.hashOf(rolled)[31] ?? 0) < 0x7f) !== block) rolled = miner.roll();
    miner.submit(rolled);
  };
  submit(false);
  submit(false);
  deepStrictEqual(miner.peer.take(), []);
  await stage.pass(750);
  deepStrictEqual(miner.peer.take(), []);
  await stage.pass(500);
  const [late] = only(miner.peer.take(), SubmitSharesSuccess);
  strictEqual(late?.newSubmitsAcceptedCount, 2);
  submit(false);
  submit(true);
  const [atOnce] = only(miner.peer.take(), SubmitSharesSuccess);
  strictEqual(atOnce?.newSubmitsAcceptedCount, 2);
  submit(false);
  stage.pool.flush();
  strictEqual(only(miner.peer.take(), SubmitSharesSuccess).length, 1);
});

Deno.test("MIN-59 batches sum the difficulties that their shares were asked for, over a change of target", () => {
  const stage = new PoolStage({ policy: { shareBatchSize: 4 }, hasher: new LuckyHasher() });
  stage.newBlock();
  const peer = stage.connect();
  const open = { nominalHashRate: 0, maxTarget: targetOfDifficulty(1.75) };
  const miner = stage.openExtended(peer, open);
  const submit = (count: number): [number, bigint][] => {
    for (let n = 0; n < count; n++) miner.submit();
    return only(miner.follow(), SubmitSharesSuccess)
      .map(({ newSubmitsAcceptedCount, newSharesSum }) => [newSubmitsAcceptedCount, newSharesSum]);
  };
  deepStrictEqual(submit(6), [[4, 7n]]);
  const maximumTarget = targetOfDifficulty(1000.5);
  stage.give(peer, UpdateChannel, { channelId: 2, nominalHashRate: 0, maximumTarget });
  miner.follow();
  deepStrictEqual(submit(2), [[4, 2004n]]);
  // What the first sums lacked of whole numbers is in the later ones.
  deepStrictEqual(submit(8), [[4, 4002n], [4, 4002n]]);
  strictEqual(Math.round(stage.pool.status.shares.work * 2), 2 * (7 + 2004 + 8004) + 1);
});

Deno.test("MIN-62 shares of a channel are not good on another, nor after it is opened again", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const first = stage.openExtended(peer, { nominalHashRate: 0 });
  const rolled = first.roll();
  first.submit(rolled);
  strictEqual(answer(first), "accepted");
  stage.close(peer, first.channelId);
  const again = stage.openExtended(peer, { nominalHashRate: 0 });
  ok(again.hashOf(rolled).toHex() !== first.hashOf(rolled).toHex());
});

Deno.test("MIN-65 work that a client chose is refused: there is no job declaration here", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  stage.give(peer, SetCustomMiningJob, {
    channelId: 9,
    requestId: 5,
    miningJobToken: new Uint8Array(),
    version: 0,
    prevHash: new Uint8Array(32),
    minNtime: 0,
    nbits: 0,
    coinbaseTxVersion: 2,
    coinbasePrefix: new Uint8Array(),
    coinbaseTxInputNSequence: 0,
    coinbaseTxOutputs: new Uint8Array(),
    coinbaseTxLocktime: 0,
    merklePath: [],
  });
  deepStrictEqual(only(peer.take(), SetCustomMiningJobError), [
    { channelId: 9, requestId: 5, errorCode: "jd-not-supported" },
  ]);
});

Deno.test("a share that is cut short ends the connection; what came before it is answered", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  const share = { channelId: miner.channelId, sequenceNumber: 1, jobId: miner.active?.jobId ?? 0 };
  const value = { ...share, ...miner.roll(), extranonce: new Uint8Array(16) };
  const frame = frameOf(SubmitSharesExtended, value);
  stage.pool.received(miner.peer, frame, stage.now);
  for (let length = 0; length < frame.payload.length; length++) {
    const payload = frame.payload.subarray(0, length);
    let error: unknown;
    try {
      stage.pool.received(miner.peer, { ...frame, payload }, stage.now);
    } catch (thrown) {
      error = thrown;
    }
    ok(error instanceof DecodeError, `${length} bytes`);
  }
  stage.pool.settled(miner.peer, stage.now);
  strictEqual(answer(miner), "accepted");
});

Deno.test("shares of several connections wait to be hashed together, and are judged by what was before", () => {
  const afterwards: ((stage: PoolStage) => void)[] = [
    (stage) => stage.newBlock(2),
    (stage) => stage.newTemplate(),
    (stage) => stage.pool.futureWork(stage.work({ futureTemplate: true })),
    (stage) => stage.pool.disconnected(stage.connect(), "test", stage.now),
    (stage) => stage.pool.tick(stage.now),
  ];
  for (const happen of afterwards) {
    const stage = new PoolStage();
    stage.newBlock(1);
    const miners = [stage.connect(), stage.connect(), stage.connect()].map((peer) =>
      stage.openExtended(peer, { nominalHashRate: 0 })
    );
    for (const miner of miners) {
      const share = { channelId: miner.channelId, sequenceNumber: 1 };
      const jobId = miner.active?.jobId ?? 0;
      const value = { ...share, jobId, ...miner.roll(), extranonce: new Uint8Array(16) };
      stage.pool.received(miner.peer, frameOf(SubmitSharesExtended, value), stage.now);
      strictEqual(miner.peer.take().length, 0);
    }
    happen(stage);
    for (const miner of miners) strictEqual(miner.peer.take()[0]?.name, SubmitSharesSuccess.name);
  }
});

Deno.test("vardiff brings a channel that finds too many shares to a harder target, by a job", () => {
  const stage = new PoolStage({ policy: { sharesPerMinute: 6 } });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
  for (let n = 0; n < 200; n++) miner.submit();
  const sent = miner.peer.take();
  ok(namesOf(sent).includes("SetTarget"));
  const [job] = sent.filter(({ name }) => name === "NewExtendedMiningJob");
  strictEqual(job?.value["channelId"], miner.channelId);
});

Deno.test("a standard share is judged by the root of its own job, also of an older one", () => {
  const stage = new PoolStage({ nBits: EASY_BITS });
  const device = stage.connect({ flags: MINING_CLIENT_FLAGS.requiresStandardJobs });
  const miner = stage.openStandard(device, { nominalHashRate: 0 });
  stage.newBlock();
  miner.follow();
  // More jobs than there are roots remembered.
  for (let n = 0; n < 8; n++) {
    stage.newTemplate();
    miner.follow();
  }
  for (const job of [...miner.jobs.values()]) {
    miner.active = job;
    const rolled = miner.roll();
    const sequenceNumber = stage.nextSequence();
    const share = { channelId: miner.channelId, sequenceNumber, jobId: job.jobId, ...rolled };
    stage.give(device, SubmitSharesStandard, share);
    strictEqual(answer(miner), "accepted");
    const hash = miner.hashOf(rolled);
    if ((hash[31] ?? 0) < 0x7f) strictEqual(stage.found.at(-1)?.hash, hash.toReversed().toHex());
  }
  ok(stage.found.length > 0);
});
