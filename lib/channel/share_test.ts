import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { MAX_TARGET, targetOfDifficulty } from "../pow/target.ts";
import { Workers } from "./workers.ts";
import {
  EASY,
  NETWORK,
  SHAPE,
  ShareStage,
  UNIX,
  type Verdict,
  VERSION,
} from "../../tests/support/share_stage.ts";

Deno.test("MIN-48 a hash equal to the target is accepted, one above it is not", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel(EASY);
  strictEqual(s.judge(channel, job, { hash: EASY }), "accepted");
  strictEqual(s.judge(channel, job, { hash: EASY + 1n }), "difficulty-too-low");
  strictEqual(channel.tally.accepted, 1);
  strictEqual(channel.tally.reasons.get("difficulty-too-low"), 1);
});

Deno.test("MIN-50 a hash that meets the network's target is a block even above the share's target", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel(NETWORK / 16n);
  strictEqual(s.judge(channel, job, { hash: NETWORK }), "block");
  strictEqual(s.judge(channel, job, { hash: NETWORK + 1n }), "difficulty-too-low");
  strictEqual(s.judge(channel, job, { hash: 1n }), "block");
  deepStrictEqual(s.judged.map(({ solution }) => solution), [true, false, true]);
  strictEqual(channel.tally.blocks, 2);
  // It is worth the target it met, not the harder one that it did not.
  const [above, , below] = s.judged;
  ok(above && below && below.difficulty / above.difficulty > 15);
});

Deno.test("MIN-50 a block that is submitted again is a duplicate and not found twice", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  strictEqual(s.judge(channel, job, { hash: 7n }), "block");
  strictEqual(s.judge(channel, job, { hash: 7n }), "duplicate-share");
  strictEqual(s.judged[1]?.solution, false);
});

Deno.test("TDP-23 what the provider asks for above the network's target is submitted but is no block", () => {
  const s = new ShareStage();
  const job = s.newBlock(1, NETWORK * 2n);
  const channel = s.channel(NETWORK / 2n);
  strictEqual(s.judge(channel, job, { hash: NETWORK + 5n }), "difficulty-too-low");
  strictEqual(s.judge(channel, job, { hash: NETWORK + 5n }), "duplicate-share");
  const easy = s.channel(EASY);
  strictEqual(s.judge(easy, job, { hash: NETWORK + 6n }), "accepted");
  deepStrictEqual(s.judged.map(({ solution }) => solution), [true, false, true]);
  strictEqual(channel.tally.blocks + easy.tally.blocks, 0);
});

Deno.test("MIN-62 the same share is credited once, across sequence numbers and batches", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  for (let i = 0; i < 3; i++) s.add(channel, job, { hash: EASY - 9n });
  deepStrictEqual(s.settle(), ["accepted", "duplicate-share", "duplicate-share"]);
  strictEqual(s.judge(channel, job, { hash: EASY - 9n }), "duplicate-share");
  strictEqual(channel.tally.accepted, 1);
});

Deno.test("MIN-62 a share of A is a duplicate after the chain went A, B, A", () => {
  const s = new ShareStage();
  const channel = s.channel();
  const first = s.newBlock(1);
  strictEqual(s.judge(channel, first, { hash: 1n << 239n }), "accepted");
  const other = s.newBlock(2);
  strictEqual(s.judge(channel, other, { hash: 1n << 238n }), "accepted");
  const again = s.newBlock(1);
  strictEqual(s.judge(channel, again, { hash: 1n << 239n }), "duplicate-share");
});

Deno.test("a channel with more shares than can be told apart is refused further ones, blocks apart", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel(EASY, { maxShares: 2 });
  const verdicts = [1n, 2n, 3n].map((n) => s.judge(channel, job, { hash: EASY - n }));
  deepStrictEqual(verdicts, ["accepted", "accepted", "share-limit-reached"]);
  strictEqual(s.judge(channel, job, { hash: 3n }), "share-limit-reached");
  strictEqual(s.judged.at(-1)?.solution, true);
  strictEqual(s.judge(channel, job, { hash: EASY - 1n }), "duplicate-share");
});

Deno.test("MIN-63 unknown, evicted, stale and not yet activated jobs are told apart without hashing", () => {
  const s = new ShareStage();
  const old = s.newBlock(1);
  const channel = s.channel();
  const first = s.newBlock(2);
  const future = s.book.jobIn(s.book.addFuture("next"), SHAPE);
  for (let i = 0; i < 17; i++) s.newJob();
  strictEqual(s.judge(channel, { id: 999_999 }), "invalid-job-id");
  strictEqual(s.judge(channel, first), "invalid-job-id");
  strictEqual(s.judge(channel, old), "stale-share");
  strictEqual(s.judge(channel, future), "invalid-job-id");
  strictEqual(s.hasher.runs, 0);
});

Deno.test("MIN-63 a job of another shape, or from before the channel, is not the channel's", () => {
  const s = new ShareStage();
  const before = s.newBlock(1);
  const active = s.newJob();
  const other = s.channel(EASY, { shape: { key: "solo", extranonceSize: 20 } });
  strictEqual(s.judge(other, active), "invalid-job-id");
  const late = s.channel();
  strictEqual(s.judge(late, before), "invalid-job-id");
  strictEqual(s.judge(late, active, { hash: 1n << 239n }), "accepted");
});

Deno.test("MIN-55 an extranonce of another length than granted is refused", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  strictEqual(channel.rollableSize, 16);
  const verdicts = [0, 15, 17, 32].map((extranonce) => s.judge(channel, job, { extranonce }));
  deepStrictEqual(verdicts, new Array(4).fill("bad-extranonce-size"));
  const standard = s.channel(EASY, { prefix: 20 });
  strictEqual(standard.rollableSize, 0);
  strictEqual(s.judge(standard, job, { hash: EASY }), "accepted");
});

Deno.test("MIN-51, MIN-52 header times from the job's first to two hours ahead are accepted", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  const at = (ntime: number, hash: bigint): Verdict | undefined =>
    s.judge(channel, job, { ntime, hash });
  strictEqual(at(UNIX - 100, EASY - 1n), "accepted");
  strictEqual(at(UNIX + 7200, EASY - 2n), "accepted");
  strictEqual(at(UNIX - 101, EASY - 3n), "invalid-share");
  strictEqual(at(UNIX + 7201, EASY - 4n), "invalid-share");
});

Deno.test("MIN-44 the 24 bits of BIP 323 may differ, the other eight may not", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  let rolled = 0;
  for (let bit = 0; bit < 32; bit++) {
    const version = (VERSION ^ 1 << bit) >>> 0;
    const verdict = s.judge(channel, job, { version, hash: EASY - BigInt(bit) });
    if (verdict === "accepted") rolled++;
    else strictEqual(verdict, "invalid-non-rollable-version-bit");
    strictEqual(verdict === "accepted", bit >= 5 && bit <= 28, `bit ${bit}`);
  }
  strictEqual(rolled, 24);
});

Deno.test("MIN-4, MIN-45 a job that forbids rolling takes its own version only", () => {
  const s = new ShareStage({ versionRollingAllowed: false });
  const job = s.newBlock(1);
  const channel = s.channel();
  strictEqual(s.judge(channel, job, { hash: EASY }), "accepted");
  const version = VERSION | 1 << 20;
  strictEqual(s.judge(channel, job, { version }), "version-rolling-not-allowed");
});

Deno.test("MIN-46 a job may have any of the bits of BIP 323 set, a share may clear or set them", () => {
  for (const version of [VERSION, VERSION | 0x1fffffe0]) {
    const s = new ShareStage({ version });
    const job = s.newBlock(1);
    const channel = s.channel();
    for (const rolled of [VERSION, VERSION | 0x1fffffe0, VERSION | 0x00400020]) {
      const hash = EASY - BigInt(rolled);
      strictEqual(s.judge(channel, job, { version: rolled, hash }), "accepted");
    }
  }
});

Deno.test("MIN-47 SetTarget counts for jobs that become active after it, future ones too", () => {
  const s = new ShareStage();
  const old = s.newBlock(1);
  const channel = s.channel(EASY);
  const future = s.book.addFuture("next");
  channel.setTarget(EASY / 4n, s.book);
  strictEqual(s.judge(channel, old, { hash: EASY }), "accepted");
  const newer = s.newJob();
  strictEqual(s.judge(channel, newer, { hash: EASY }), "difficulty-too-low");
  strictEqual(s.judge(channel, newer, { hash: EASY / 4n - 5n }), "accepted");
  strictEqual(s.judge(channel, old, { hash: EASY - 1n }), "accepted");
  s.book.activate(future, s.tip(2));
  const activated = s.book.jobIn(future, SHAPE);
  strictEqual(s.judge(channel, activated, { hash: EASY / 2n }), "difficulty-too-low");
  deepStrictEqual(
    s.judged.filter(({ refusal }) => !refusal).map(({ difficulty }) =>
      Math.round(difficulty * 2 ** 16)
    ),
    [1, 4, 1].map((times) => Math.round(times * channel.target.difficulty / 4 * 2 ** 16)),
  );
});

Deno.test("MIN-29 jobs that were sent before SetExtranoncePrefix keep the old prefix", () => {
  const s = new ShareStage();
  const old = s.newBlock(1);
  const future = s.book.addFuture("next");
  const channel = s.channel();
  channel.setExtranoncePrefix(new Uint8Array(4).fill(0xcc), s.book);
  const newer = s.newJob();
  s.judge(channel, old);
  s.judge(channel, newer);
  s.book.activate(future, s.tip(2));
  s.judge(channel, s.book.jobIn(future, SHAPE));
  deepStrictEqual(s.hasher.prefixes, ["aaaaaaaa", "cccccccc", "aaaaaaaa"]);
  strictEqual(channel.extranoncePrefix.toHex(), "cccccccc");
});

Deno.test("MIN-60 good and bad shares of a batch are judged in their order, hashed in one run", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  s.add(channel, job, { hash: EASY });
  s.add(channel, { id: 77 });
  s.add(channel, job, { hash: EASY + 1n });
  s.add(channel, job, { extranonce: 3 });
  s.add(channel, job, { hash: EASY - 1n });
  strictEqual(s.batch.length, 5);
  deepStrictEqual(s.settle(), [
    "accepted",
    "invalid-job-id",
    "difficulty-too-low",
    "bad-extranonce-size",
    "accepted",
  ]);
  deepStrictEqual(s.judged.map(({ sequenceNumber }) => sequenceNumber), [1, 2, 3, 4, 5]);
  strictEqual(s.hasher.runs, 1);
  strictEqual(s.batch.length, 0);
  strictEqual(channel.unacknowledged.count, 2);
  strictEqual(channel.unacknowledged.lastSequenceNumber, 5);
  deepStrictEqual(s.settle(), []);
});

Deno.test("MIN-57 sequence numbers are taken as they come: repeated, falling, at the end of 32 bits", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  const sequences = [7, 7, 3, 0xffff_ffff, 0];
  sequences.forEach((sequenceNumber, i) =>
    s.add(channel, job, { sequenceNumber, hash: BigInt(i) })
  );
  s.settle();
  deepStrictEqual(s.judged.map(({ sequenceNumber }) => sequenceNumber), sequences);
  strictEqual(channel.unacknowledged.lastSequenceNumber, 0);
});

Deno.test("a share counts for the worker that it named, too", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  const worker = new Workers(1).named(Uint8Array.of(1));
  s.judge(channel, job, { hash: EASY, worker });
  s.judge(channel, job, { hash: 5n, worker });
  s.judge(channel, { id: 4 }, { worker });
  deepStrictEqual(
    [worker.tally.accepted, worker.tally.blocks, worker.tally.rejected],
    [2, 1, 1],
  );
});

Deno.test("a target no hash can meet, and one every hash meets", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const hard = s.channel(targetOfDifficulty(2 ** 200));
  strictEqual(s.judge(hard, job, { hash: NETWORK + 1n }), "difficulty-too-low");
  const free = s.channel(MAX_TARGET);
  strictEqual(s.judge(free, job, { hash: MAX_TARGET }), "accepted");
});

Deno.test("a share that the hasher cannot take is not in the batch, and confuses no other", () => {
  const s = new ShareStage();
  const job = s.newBlock(1);
  const channel = s.channel();
  s.add(channel, job, { hash: EASY });
  const { addExtended } = s.hasher;
  s.hasher.addExtended = () => {
    throw new UsageError("full");
  };
  throws(() => s.add(channel, job), UsageError);
  s.hasher.addExtended = addExtended;
  s.add(channel, job, { hash: EASY + 1n });
  s.add(channel, job, { hash: EASY - 1n });
  deepStrictEqual(s.settle(), ["accepted", "difficulty-too-low", "accepted"]);
});
