import { ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import shares from "../../tests/vectors/bitcoin_shares.json" with { type: "json" };
import vectors from "../../tests/vectors/bitcoin_targets.json" with { type: "json" };
import { blockHash } from "../bitcoin/header.ts";
import { PeerError, UsageError } from "../errors.ts";
import {
  bytesFromTarget,
  DIFFICULTY_ONE,
  difficultyOfTarget,
  hashAtMost,
  hashMeetsTarget,
  hashRateOfTarget,
  MAX_TARGET,
  targetForPace,
  targetFromBytes,
  targetOfDifficulty,
  workOfTarget,
} from "./target.ts";

for (const { hashrate, shares_per_minute, target } of vectors.hashrate_to_target.vectors) {
  Deno.test(`targetForPace() of ${hashrate} h/s at ${shares_per_minute} a minute`, () => {
    // Rates are F32 on the wire.
    const actual = targetForPace(Math.fround(hashrate), 60 / shares_per_minute);
    strictEqual(hex(actual), target);
    if (actual === MAX_TARGET) return;
    const inverse = hashRateOfTarget(actual, shares_per_minute);
    ok(Math.abs(inverse - hashrate) <= hashrate * 1e-7 + shares_per_minute / 60);
  });
}

for (const { nbits, target, difficulty } of vectors.nbits) {
  Deno.test(`difficultyOfTarget() of ${nbits} is ${difficulty}`, () => {
    strictEqual(difficultyOfTarget(BigInt(`0x${target}`)), difficulty);
  });
}

Deno.test("the target of difficulty 1 is that of the first block", () => {
  strictEqual(hex(DIFFICULTY_ONE), vectors.difficulty_one_target);
  strictEqual(targetOfDifficulty(1), DIFFICULTY_ONE);
  strictEqual(difficultyOfTarget(DIFFICULTY_ONE), 1);
});

Deno.test("targetForPace() never exceeds the easiest target allowed", () => {
  const targets = fc.bigInt({ min: 0n, max: MAX_TARGET });
  const rates = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).filter((rate) =>
    !Object.is(rate, -0)
  );
  fc.assert(fc.property(rates, targets, (rate, maxTarget) => {
    const target = targetForPace(rate, 10, maxTarget);
    ok(target >= 0n && target <= maxTarget);
  }));
  strictEqual(targetForPace(0, 10, 5n), 5n);
});

Deno.test("targetForPace() falls as the rate rises", () => {
  const rates = fc.double({ min: 1, max: 1e20, noNaN: true });
  fc.assert(fc.property(rates, rates, (a, b) => {
    const [slow, fast] = a < b ? [a, b] : [b, a];
    ok(targetForPace(fast, 10) <= targetForPace(slow, 10));
  }));
});

Deno.test("targetForPace() refuses a rate that is none: NaN, infinite, negative", () => {
  for (const rate of [NaN, Infinity, -Infinity, -1, -0, -Number.MIN_VALUE]) {
    throws(
      () => targetForPace(rate, 10),
      (error) => error instanceof PeerError && error.code === "invalid-nominal-hashrate",
    );
  }
});

Deno.test("targetForPace() refuses a pace that is none", () => {
  for (const pace of [0, -1, NaN, Infinity]) throws(() => targetForPace(1, pace), UsageError);
});

Deno.test("targetForPace() of the largest rate does not overflow", () => {
  const least = (MAX_TARGET - ((1n << 128n) - 1n)) / (1n << 128n);
  strictEqual(targetForPace(Number.MAX_VALUE, 10), least);
  strictEqual(targetForPace(Number.MAX_VALUE, 1e300), least);
});

Deno.test("hashRateOfTarget() refuses a target that no device meets", () => {
  throws(() => hashRateOfTarget(0n, 6), PeerError);
  throws(() => hashRateOfTarget(MAX_TARGET + 1n, 6), PeerError);
  strictEqual(hashRateOfTarget(MAX_TARGET, 6), 0);
});

Deno.test("hashRateOfTarget() inverts targetForPace()", () => {
  fc.assert(fc.property(fc.double({ min: 1e3, max: 1e20, noNaN: true }), (rate) => {
    const inverse = hashRateOfTarget(targetForPace(rate, 10), 6);
    ok(Math.abs(inverse / rate - 1) < 1e-3);
  }));
});

Deno.test("targetOfDifficulty() is the exact quotient, and difficultyOfTarget() its inverse", () => {
  strictEqual(targetOfDifficulty(3), DIFFICULTY_ONE / 3n);
  strictEqual(targetOfDifficulty(0.75), DIFFICULTY_ONE * 4n / 3n);
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e20, noNaN: true }), (difficulty) => {
    const inverse = difficultyOfTarget(targetOfDifficulty(difficulty));
    ok(Math.abs(inverse / difficulty - 1) < 1e-12);
  }));
});

Deno.test("targetOfDifficulty() clamps to targets that there are, and refuses what is no number", () => {
  strictEqual(targetOfDifficulty(Number.MIN_VALUE), MAX_TARGET);
  strictEqual(targetOfDifficulty(Number.MAX_VALUE), 1n);
  for (const difficulty of [0, -1, NaN, Infinity]) {
    throws(() => targetOfDifficulty(difficulty), UsageError);
  }
});

Deno.test("workOfTarget() is the mean number of hashes a share", () => {
  strictEqual(workOfTarget(MAX_TARGET), 1);
  strictEqual(workOfTarget((1n << 224n) - 1n), 2 ** 32);
  strictEqual(workOfTarget(0n), 2 ** 256);
});

Deno.test("a target is 32 bytes, least first, and survives", () => {
  strictEqual(bytesFromTarget(1n)[0], 1);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: MAX_TARGET }), (target) => {
    const bytes = bytesFromTarget(target);
    strictEqual(bytes.length, 32);
    strictEqual(targetFromBytes(bytes), target);
  }));
  throws(() => bytesFromTarget(MAX_TARGET + 1n), UsageError);
  throws(() => bytesFromTarget(-1n), UsageError);
  throws(() => targetFromBytes(new Uint8Array(31)), UsageError);
});

for (const { hash, target, share_accepted } of vectors.comparison) {
  Deno.test(`a hash of ${parseInt(hash, 16)} for ${parseInt(target, 16)} is ${share_accepted}`, () => {
    const bytes = bytesFromTarget(BigInt(`0x${hash}`));
    strictEqual(hashMeetsTarget(bytes, BigInt(`0x${target}`)), share_accepted);
    strictEqual(hashAtMost(bytes, 0, bytesFromTarget(BigInt(`0x${target}`))), share_accepted);
  });
}

for (const share of shares.shares) {
  Deno.test(`share of ${share.source} compares as stated`, () => {
    const hash = blockHash(Uint8Array.fromHex(share.header));
    for (const kind of ["channel", "network"] as const) {
      const target = BigInt(`0x${share[`${kind}_target`]}`);
      strictEqual(hashMeetsTarget(hash, target), share[`hash_le_${kind}_target`]);
    }
  });
}

Deno.test("hashAtMost() agrees with integers, anywhere in a buffer", () => {
  // Few different bytes, so that the first difference is not always in the last byte.
  const bytes = fc.array(fc.constantFrom(0, 1, 255), { minLength: 32, maxLength: 32 });
  fc.assert(fc.property(bytes, bytes, fc.nat({ max: 9 }), (hash, target, at) => {
    const buffer = Uint8Array.from([...new Uint8Array(at).fill(255), ...hash, 255]);
    strictEqual(
      hashAtMost(buffer, at, Uint8Array.from(target)),
      targetFromBytes(Uint8Array.from(hash)) <= targetFromBytes(Uint8Array.from(target)),
    );
  }));
});

function hex(target: bigint): string {
  return target.toString(16).padStart(64, "0");
}
