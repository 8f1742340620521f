import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { PeerError, UsageError } from "../errors.ts";
import { difficultyOfTarget, MAX_TARGET, targetForPace, targetOfDifficulty } from "./target.ts";
import { Vardiff } from "./vardiff.ts";

const RATE = 1e14;
const PACE = { sharesPerMinute: 6 };
const CLAIM = { nominalHashRate: RATE, maxTarget: MAX_TARGET };

Deno.test("Vardiff opens at a share a second of what was claimed", () => {
  strictEqual(new Vardiff(PACE, CLAIM, 0).target, targetForPace(RATE, 1));
  const fast = { sharesPerMinute: 120 };
  strictEqual(new Vardiff(fast, CLAIM, 0).target, targetForPace(RATE, 0.5));
});

Deno.test("Vardiff settles at the operator's pace once shares told the rate", () => {
  const { vardiff } = settled(RATE);
  ok(within(1.05, vardiff.hashRate, RATE));
  ok(within(1.05, Number(vardiff.target), Number(targetForPace(RATE, 10))));
});

Deno.test("MIN-17 no target is easier than max_target, whatever happens", () => {
  fc.assert(fc.property(histories(), ({ settings, claim, events }) => {
    const vardiff = new Vardiff(settings, claim, 0);
    let now = 0;
    let { maxTarget } = claim;
    for (const event of events) {
      now += event.after;
      if (event.kind === "share") vardiff.accepted(event.difficulty, now);
      if (event.kind === "tick") vardiff.tick(now);
      if (event.kind === "update") {
        vardiff.update(event.claim, now);
        maxTarget = event.claim.maxTarget;
      }
      const limit = min(maxTarget, settings.easiest);
      ok(vardiff.target > 0n && vardiff.target <= limit);
      ok(vardiff.target >= min(settings.hardest, limit));
      ok(Number.isFinite(vardiff.hashRate) && vardiff.hashRate >= 0);
    }
  }));
});

Deno.test("Vardiff returns a target exactly when it changes", () => {
  fc.assert(fc.property(histories(), ({ settings, claim, events }) => {
    const vardiff = new Vardiff(settings, claim, 0);
    let now = 0;
    for (const event of events) {
      now += event.after;
      const before = vardiff.target;
      const told = event.kind === "share"
        ? vardiff.accepted(event.difficulty, now)
        : event.kind === "tick"
        ? vardiff.tick(now)
        : vardiff.update(event.claim, now);
      if (told === undefined) strictEqual(vardiff.target, before);
      else strictEqual(vardiff.target, told);
      if (event.kind !== "update") ok(told !== before);
    }
  }));
});

Deno.test("shares of jobs from before a change count by their work, and move nothing again", () => {
  const vardiff = new Vardiff(PACE, { ...CLAIM, nominalHashRate: RATE / 1e6 }, 0);
  const easy = difficultyOfTarget(vardiff.target);
  let now = 0;
  let changes = 0;
  while (!vardiff.settled) changes += vardiff.accepted(easy, now += 0.001) === undefined ? 0 : 1;
  strictEqual(changes, 1);
  const { target } = vardiff;
  for (let i = 0; i < 1000; i++) strictEqual(vardiff.accepted(easy, now += 0.001), undefined);
  strictEqual(vardiff.target, target);
});

Deno.test("a share of a job with a harder target counts as one", () => {
  const { vardiff, ...start } = settled(RATE);
  const hard = 1e9 * difficultyOfTarget(vardiff.target);
  let { now } = start;
  for (let i = 0; i < 7; i++) {
    strictEqual(vardiff.accepted(hard, now += 10_000), undefined);
    strictEqual(vardiff.tick(now), undefined);
  }
  ok(within(1.05, vardiff.hashRate, RATE));
});

Deno.test("what two dozen shares set is looked at again after 60 shares, then after 240", () => {
  const { vardiff, ...start } = settled(RATE);
  let { now } = start;
  for (const [rate, review] of [[1.25 * RATE, 60], [RATE, 240]] as const) {
    const { target } = vardiff;
    let shares = 0;
    while (vardiff.target === target) {
      now += 1000 * 2 ** 256 / Number(target) / rate;
      shares += 1;
      if (vardiff.accepted(difficultyOfTarget(target), now) === undefined) vardiff.tick(now);
    }
    strictEqual(shares, review);
    ok(within(1.05, vardiff.hashRate, rate));
  }
});

Deno.test("one look after a long silence is not worth more than a 256th", () => {
  const { vardiff, now } = settled(RATE);
  vardiff.tick(now + 36_000_000);
  ok(within(1.05, Number(vardiff.target), Number(targetForPace(RATE / 256, 1))));
});

Deno.test("a network that stalls for a minute changes nothing", () => {
  const { vardiff, ...start } = settled(RATE);
  const { target } = vardiff;
  const difficulty = difficultyOfTarget(target);
  let { now } = start;
  for (let i = 0; i < 50; i++) vardiff.accepted(difficulty, now += 10_000);
  for (let i = 0; i < 60; i++) strictEqual(vardiff.tick(now += 1000), undefined);
  for (let i = 0; i < 6; i++) strictEqual(vardiff.accepted(difficulty, now += 1), undefined);
  strictEqual(vardiff.tick(now + 1000), undefined);
  strictEqual(vardiff.target, target);
});

Deno.test("silence makes a fresh channel easier by a thousand at a time, to a bound", () => {
  const vardiff = new Vardiff(PACE, CLAIM, 0);
  const changes = silence(vardiff, 0, 120);
  deepStrictEqual(changes.map(({ at }) => at), [6000, 12_000, 18_000]);
  ok(within(1.01, Number(vardiff.target), Number(targetForPace(RATE / 2 ** 30, 1))));
});

Deno.test("silence makes a channel that was seen easier step by step, to a 256th", () => {
  const { vardiff, now } = settled(RATE);
  const changes = silence(vardiff, now, 3600);
  strictEqual(changes.length, 2);
  ok((changes[0]?.at ?? 0) - now > 100_000);
  ok(within(1.05, Number(vardiff.target), Number(targetForPace(RATE / 256, 1))));
});

Deno.test("silence at the easiest target is not worth a message", () => {
  const maxTarget = targetForPace(RATE, 10);
  const vardiff = new Vardiff(PACE, { nominalHashRate: RATE, maxTarget }, 0);
  strictEqual(silence(vardiff, 0, 3600).length, 0);
  strictEqual(vardiff.target, maxTarget);
});

Deno.test("Vardiff keeps to the operator's bounds, and max_target over them", () => {
  const [easiest, hardest] = [targetOfDifficulty(10), targetOfDifficulty(100)];
  const bounds = { ...PACE, easiest, hardest };
  strictEqual(new Vardiff(bounds, { ...CLAIM, nominalHashRate: 1 }, 0).target, easiest);
  strictEqual(new Vardiff(bounds, CLAIM, 0).target, hardest);
  const maxTarget = targetOfDifficulty(1000);
  strictEqual(new Vardiff(bounds, { nominalHashRate: 1, maxTarget }, 0).target, maxTarget);
});

Deno.test("update() scales what is known by the change of an honest claim", () => {
  const { vardiff, now } = settled(RATE * 1.2);
  const target = vardiff.update({ ...CLAIM, nominalHashRate: RATE * 2 }, now);
  ok(within(1.05, Number(target), Number(targetForPace(RATE * 2.4, 10))));
  strictEqual(vardiff.target, target);
  ok(vardiff.settled);
});

Deno.test("update() believes shares over a claim that was wrong and is now corrected", () => {
  const { vardiff, now } = settled(RATE * 1000);
  vardiff.update({ ...CLAIM, nominalHashRate: RATE * 900 }, now);
  ok(within(1.05, vardiff.hashRate, RATE * 1000));
  ok(vardiff.settled);
});

Deno.test("update() with a claim that nothing supports starts over", () => {
  const { vardiff, now } = settled(RATE * 1000);
  const target = vardiff.update({ ...CLAIM, nominalHashRate: RATE / 1000 }, now);
  strictEqual(target, targetForPace(RATE / 1000, 1));
  strictEqual(vardiff.settled, false);
  strictEqual(vardiff.hashRate, RATE / 1000);
});

Deno.test("update() forgets the shares until then", () => {
  const { vardiff, ...start } = settled(RATE);
  const difficulty = difficultyOfTarget(vardiff.target);
  let { now } = start;
  for (let i = 0; i < 7; i++) vardiff.accepted(difficulty, now += 1);
  vardiff.update(CLAIM, now);
  strictEqual(vardiff.accepted(difficulty, now += 10_000), undefined);
  strictEqual(vardiff.tick(now), undefined);
});

Deno.test("MIN-23 update() makes the target harder at once when max_target says so", () => {
  const { vardiff, now } = settled(RATE);
  const maxTarget = vardiff.target - 1n;
  strictEqual(vardiff.update({ nominalHashRate: RATE, maxTarget }, now), maxTarget);
});

Deno.test("a claim of nothing gets the easiest target until shares tell more", () => {
  const vardiff = new Vardiff(PACE, { nominalHashRate: 0, maxTarget: targetOfDifficulty(1) }, 0);
  strictEqual(vardiff.target, targetOfDifficulty(1));
  strictEqual(silence(vardiff, 0, 600).length, 0);
  let now = 600_000;
  while (!vardiff.settled) vardiff.accepted(1, now += 1000);
  ok(within(1.05, vardiff.hashRate, 2 ** 32));
});

Deno.test("Vardiff refuses impossible claims, and an update of one changes nothing", () => {
  for (const nominalHashRate of [NaN, Infinity, -1, -0]) {
    throws(
      () => new Vardiff(PACE, { ...CLAIM, nominalHashRate }, 0),
      (error) => error instanceof PeerError && error.code === "invalid-nominal-hashrate",
    );
  }
  throws(
    () => new Vardiff(PACE, { ...CLAIM, maxTarget: 0n }, 0),
    (error) => error instanceof PeerError && error.code === "max-target-out-of-range",
  );
  const { vardiff, now } = settled(RATE);
  const { target, hashRate } = vardiff;
  throws(() => vardiff.update({ ...CLAIM, maxTarget: 0n }, now), PeerError);
  throws(() => vardiff.update({ maxTarget: 1n, nominalHashRate: NaN }, now), PeerError);
  strictEqual(vardiff.target, target);
  strictEqual(vardiff.hashRate, hashRate);
  ok(vardiff.settled);
});

Deno.test("Vardiff refuses a pace that is none", () => {
  for (const sharesPerMinute of [0, -6, NaN, Infinity]) {
    throws(() => new Vardiff({ sharesPerMinute }, CLAIM, 0), UsageError);
  }
});

/** A channel that claimed {@link RATE}, and the moment at which shares had told `rate`. */
function settled(rate: number): { vardiff: Vardiff; now: number } {
  const vardiff = new Vardiff(PACE, CLAIM, 0);
  let now = 0;
  while (!vardiff.settled) {
    const { target } = vardiff;
    now += 1000 * 2 ** 256 / Number(target) / rate;
    if (vardiff.accepted(difficultyOfTarget(target), now) === undefined) vardiff.tick(now);
  }
  return { vardiff, now };
}

function silence(vardiff: Vardiff, from: number, seconds: number): { at: number }[] {
  const changes: { at: number }[] = [];
  for (let i = 1; i <= seconds; i++) {
    const at = from + 1000 * i;
    if (vardiff.tick(at) !== undefined) changes.push({ at });
  }
  return changes;
}

function within(factor: number, a: number, b: number): boolean {
  return a <= b * factor && b <= a * factor;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function histories() {
  const target = fc.bigInt({ min: 0n, max: 255n }).map((bits) => (1n << bits) + bits);
  const claim = fc.record({
    nominalHashRate: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e30, noNaN: true })),
    maxTarget: target,
  });
  const after = fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 100_000 }));
  const difficulty = fc.double({ min: 1e-9, max: 1e15, noNaN: true });
  const share = fc.record({ kind: fc.constant("share" as const), after, difficulty });
  const event = fc.oneof(
    { weight: 6, arbitrary: share },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("tick" as const), after }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("update" as const), after, claim }) },
  );
  return fc.record({
    settings: fc.record({
      sharesPerMinute: fc.double({ min: 0.1, max: 600, noNaN: true }),
      hardest: target,
      easiest: target,
    }),
    claim,
    events: fc.array(event, { maxLength: 200 }),
  });
}
