import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { targetOfDifficulty } from "../pow/target.ts";
import { Tally, Unacknowledged } from "./tally.ts";
import { difficultyOfHash, targetOf } from "./target.ts";

Deno.test("MIN-59 the sums of batches never differ from the whole by a unit, whatever the difficulty", () => {
  const batches = fc.array(
    fc.array(fc.double({ min: 2 ** -32, max: 2 ** 20, noNaN: true }), { minLength: 1 }),
  );
  fc.assert(fc.property(batches, (list) => {
    const pending = new Unacknowledged();
    let told = 0;
    let work = 0;
    let sequence = 0;
    for (const batch of list) {
      for (const difficulty of batch) {
        pending.add(++sequence, difficulty);
        work += difficulty;
      }
      strictEqual(pending.count, batch.length);
      strictEqual(pending.lastSequenceNumber, sequence);
      ok(Number.isInteger(pending.sum));
      told += pending.sum;
      pending.clear();
      strictEqual(pending.count, 0);
      ok(work - told > -1e-6 && work - told < 1 + 1e-6, `${work} ${told}`);
    }
  }));
});

Deno.test("MIN-59 a batch over a change of target sums each share's own difficulty", () => {
  const pending = new Unacknowledged();
  for (let i = 0; i < 6; i++) pending.add(i, 8);
  for (let i = 6; i < 10; i++) pending.add(i, 16);
  strictEqual(pending.sum, 6 * 8 + 4 * 16);
  strictEqual(pending.count, 10);
});

Deno.test("Tally counts work, the best share and reasons", () => {
  const tally = new Tally();
  deepStrictEqual([...tally.reasons], []);
  tally.accept(2, targetOf(targetOfDifficulty(40)).bytes);
  tally.accept(2, targetOf(targetOfDifficulty(3)).bytes);
  tally.reject("stale-share");
  tally.reject("stale-share");
  tally.reject("invalid-share");
  strictEqual(tally.accepted, 2);
  strictEqual(tally.work, 4);
  strictEqual(Math.round(tally.best), 40);
  strictEqual(tally.rejected, 3);
  deepStrictEqual([...tally.reasons], [["stale-share", 2], ["invalid-share", 1]]);
});

Deno.test("difficultyOfHash() is what difficultyOfTarget() says of the same number", () => {
  for (const difficulty of [1, 0.001, 5e4, 1e14]) {
    const { bytes, difficulty: asked } = targetOf(targetOfDifficulty(difficulty));
    ok(Math.abs(difficultyOfHash(bytes) / asked - 1) < 1e-9);
  }
  strictEqual(difficultyOfHash(new Uint8Array(32)), Infinity);
});
