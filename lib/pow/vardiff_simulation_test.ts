import { ok } from "node:assert";
import { difficultyOfTarget, MAX_TARGET, workOfTarget } from "./target.ts";
import { Vardiff } from "./vardiff.ts";

// Devices that find shares by chance, on virtual time, behind a network that takes its time.
// Seeded: a failure is the same failure tomorrow.

const RATE = 1e14;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

for (
  const [claim, factor, seconds] of [
    ["right", 1, 35],
    ["3 times too high", 3, 100],
    ["3 times too low", 1 / 3, 15],
    ["1,000 times too high", 1e3, 50],
    ["1,000 times too low", 1e-3, 5],
    ["1,000,000 times too high", 1e6, 60],
    ["1,000,000 times too low", 1e-6, 50],
  ] as const
) {
  Deno.test(`a claim that is ${claim} is corrected within ${seconds} s, in few steps`, () => {
    const runs = SEEDS.map((seed) =>
      simulate({ seed, claimed: RATE * factor, rate: () => RATE, ms: 2 * MINUTE })
    );
    const settledAt = runs.map(({ changes }) => changes.find(nearPace(RATE))?.at ?? Infinity);
    ok(quantile(settledAt, 0.9) <= seconds * 1000, `${quantile(settledAt, 0.9)} ms`);
    const steps = runs.map(({ changes }) => changes.filter(({ at }) => at <= MINUTE).length);
    ok(quantile(steps, 0.5) <= 3 && quantile(steps, 1) <= 5, `${steps}`);
    const shares = runs.map(({ shares }) => shares.filter((at) => at <= MINUTE).length);
    ok(quantile(shares, 1) <= 2500, `${quantile(shares, 1)} shares`);
  });
}

Deno.test("at six shares a minute, a steady device sees one change a day at most", () => {
  const days = SEEDS.slice(0, 8).map((seed) =>
    simulate({ seed, claimed: RATE, rate: () => RATE, ms: 25 * HOUR })
  );
  const changes = days.map(({ changes }) => changes.filter(({ at }) => at > HOUR).length);
  ok(changes.reduce((sum, count) => sum + count, 0) <= days.length, `${changes}`);
  for (const { shares, ms } of days) {
    const perMinute = shares.filter((at) => at > HOUR).length / ((ms - HOUR) / MINUTE);
    ok(perMinute > 4.5 && perMinute < 8, `${perMinute} a minute`);
  }
});

for (
  const [change, factor, seconds] of [
    ["falls to a tenth", 0.1, 450],
    ["halves", 0.5, 1800],
    ["doubles", 2, 900],
    ["grows by ten", 10, 60],
    ["grows by a thousand", 1000, 30],
  ] as const
) {
  Deno.test(`a rate that ${change} is followed within ${seconds} s`, () => {
    const rate = (at: number): number => at < HOUR ? RATE : RATE * factor;
    const followed = SEEDS.map((seed) => {
      const { changes } = simulate({ seed, claimed: RATE, rate, ms: HOUR + 3 * 30 * MINUTE });
      const after = changes.filter(({ at }) => at > HOUR);
      ok(after.length <= 8, `${after.length} changes`);
      return (after.find(nearPace(RATE * factor))?.at ?? Infinity) - HOUR;
    });
    ok(quantile(followed, 0.8) <= seconds * 1000, `${quantile(followed, 0.8)} ms`);
  });
}

Deno.test("a device that comes back after an hour does not flood", () => {
  const rate = (at: number): number => at > HOUR && at < 2 * HOUR ? 0 : RATE;
  for (const seed of SEEDS) {
    const { changes, shares } = simulate({ seed, claimed: RATE, rate, ms: 3 * HOUR });
    const back = shares.filter((at) => at > 2 * HOUR && at < 2 * HOUR + MINUTE).length;
    ok(back <= 200, `${back} shares in the first minute`);
    const resettled = changes.filter(({ at }) => at > 2 * HOUR).find(nearPace(RATE));
    ok((resettled?.at ?? Infinity) < 2 * HOUR + MINUTE);
  }
});

Deno.test("targets that wait for the next job are followed none the worse", () => {
  for (const seed of SEEDS) {
    const run = {
      seed,
      claimed: RATE / 1e3,
      rate: () => RATE,
      ms: 10 * MINUTE,
      jobEveryMs: 30_000,
    };
    const { changes } = simulate({ ...run, deviceSharesPerSecond: 50 });
    ok(changes.length <= 5, `${changes.length} changes`);
    ok(changes.some(nearPace(RATE)));
  }
});

interface Run {
  readonly seed: number;
  readonly claimed: number;
  /** The device's rate at a moment, in h/s. */
  readonly rate: (at: number) => number;
  readonly ms: number;
  /** Absent: a new target comes with a job of its own. */
  readonly jobEveryMs?: number;
  /** No device or line carries any number. */
  readonly deviceSharesPerSecond?: number;
}

interface Change {
  readonly at: number;
  readonly target: bigint;
  readonly settled: boolean;
}

interface Record {
  readonly changes: readonly Change[];
  /** When each came in. */
  readonly shares: readonly number[];
  readonly ms: number;
}

const LATENCY_MS = 150;

function simulate(run: Run): Record {
  const random = generator(run.seed);
  const claim = { nominalHashRate: run.claimed, maxTarget: MAX_TARGET };
  const vardiff = new Vardiff({ sharesPerMinute: 6 }, claim, 0);
  const changes: Change[] = [];
  const shares: number[] = [];
  const uplink: { at: number; difficulty: number }[] = [];
  const downlink: { at: number; target: bigint }[] = [];
  let mined = vardiff.target;
  let now = LATENCY_MS;
  let tick = 1000;

  const send = (target: bigint | undefined, at: number): void => {
    if (target === undefined) return;
    changes.push({ at, target, settled: vardiff.settled });
    const every = run.jobEveryMs ?? 1;
    downlink.push({ at: Math.ceil(at / every) * every + LATENCY_MS, target });
  };
  while (now < run.ms) {
    const hashes = -Math.log(1 - random()) * workOfTarget(mined);
    const wait = Math.max(
      1000 * hashes / run.rate(now),
      1000 / (run.deviceSharesPerSecond ?? 5000),
    );
    // Finding a share has no memory: when something else comes first, the dice are cast again.
    const next = Math.min(
      tick,
      now + 250,
      uplink[0]?.at ?? Infinity,
      downlink[0]?.at ?? Infinity,
    );
    if (now + wait <= next) {
      now += wait;
      uplink.push({ at: now + LATENCY_MS, difficulty: difficultyOfTarget(mined) });
      continue;
    }
    now = Math.max(now, next);
    for (let share = uplink[0]; share !== undefined && share.at <= now; share = uplink[0]) {
      uplink.shift();
      shares.push(share.at);
      send(vardiff.accepted(share.difficulty, Math.floor(share.at)), share.at);
    }
    if (downlink[0] !== undefined && downlink[0].at <= now) {
      mined = downlink.shift()?.target ?? mined;
    }
    if (tick <= now) {
      send(vardiff.tick(tick), tick);
      tick += 1000;
    }
  }
  return { changes, shares, ms: run.ms };
}

/** Whether a change is to the operator's pace for `rate`, within what two dozen shares tell. */
function nearPace(rate: number): (change: Change) => boolean {
  return ({ target, settled }) => {
    const perMinute = 60 * rate / workOfTarget(target);
    return settled && perMinute > 6 / 1.75 && perMinute < 6 * 1.75;
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

/** Numbers in [0, 1), the same for the same seed: a linear congruence, its upper bits. */
function generator(seed: number): () => number {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n;
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
}
