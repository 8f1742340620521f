import { ok, strictEqual } from "node:assert";
import * as fc from "fast-check";
import { Evidence, surprise } from "./evidence.ts";

Deno.test("surprise() is 0 where all is as expected, and grows to both sides", () => {
  strictEqual(surprise(7, 7), 0);
  strictEqual(surprise(0, 12), 12);
  strictEqual(surprise(1, 0), Infinity);
  strictEqual(surprise(0, 0), 0);
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), (expected) => {
      ok(surprise(expected * 3, expected) > surprise(expected * 2, expected));
      ok(surprise(expected * 2, expected) > 0 && surprise(expected / 2, expected) > 0);
    }),
  );
});

Deno.test("worstExplained() finds silence", () => {
  const evidence = new Evidence(0, 0);
  for (let at = 1000; at <= 20_000; at += 1000) evidence.add(1, at);
  strictEqual(evidence.worstExplained(20_500, 1000, 8).shares, 0);
  const { shares, ms, surprise } = evidence.worstExplained(32_000, 1000, 8);
  strictEqual(shares, 0);
  strictEqual(ms, 12_000);
  strictEqual(surprise, 12);
});

Deno.test("worstExplained() finds the moment at which a rate rose", () => {
  const evidence = new Evidence(0, 0);
  let now = 0;
  for (let i = 0; i < 300; i++) evidence.add(1, now += 1000);
  for (let i = 0; i < 30; i++) evidence.add(1, now += 100);
  const { shares, ms } = evidence.worstExplained(now, 1000, 8);
  ok(shares >= 27 && shares <= 35, `${shares} shares`);
  ok(Math.abs(shares / ms - 1 / 100) < 0.003);
});

Deno.test("worstExplained() does not take a few shares for a rise", () => {
  const evidence = new Evidence(0, 0);
  for (let i = 0; i < 7; i++) evidence.add(1, i);
  strictEqual(evidence.worstExplained(7, 1000, 8).shares, 0);
  evidence.add(1, 8);
  ok(evidence.worstExplained(8, 1000, 8).shares >= 8);
});

Deno.test("shares that a stalled network delivers at once explain the wait before them", () => {
  const evidence = new Evidence(0, 2000);
  for (let at = 1000; at <= 60_000; at += 1000) evidence.add(1, at);
  for (let i = 0; i < 60; i++) evidence.add(1, 120_000 + i);
  ok(evidence.worstExplained(120_100, 1000, 8).surprise < 1);
});

Deno.test("worstExplained() misses little of what all the stretches hold", () => {
  const waits = fc.array(fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 5000 })), { maxLength: 300 });
  fc.assert(fc.property(waits, (waits) => {
    const evidence = new Evidence(0, 0);
    let now = 0;
    const times = waits.map((wait) => now += wait);
    for (const at of times) evidence.add(1, at);
    now += 500;
    let best = 500 / 1000;
    for (let i = 0; i < times.length; i++) {
      const shares = times.length - i;
      const expected = (now - (times[i - 1] ?? 0)) / 1000;
      if (shares < expected || shares >= 8) best = Math.max(best, surprise(shares, expected));
    }
    const { surprise: found } = evidence.worstExplained(now, 1000, 8);
    ok(found <= best + 1e-9 && found >= best * 0.7 - 3, `${found} of ${best}`);
  }));
});

Deno.test("total() forgets what is too long ago, and counts worth", () => {
  const evidence = new Evidence(0, 0);
  for (let i = 1; i <= 4; i++) evidence.add(0.25, i);
  strictEqual(evidence.total(4).shares, 1);
  for (let i = 5; i <= 50_000; i++) evidence.add(1, i);
  const { shares, ms } = evidence.total(50_000);
  ok(shares >= 1000 && shares < 3000, `${shares} shares`);
  ok(Math.abs(shares - ms) < 2, `${shares} shares in ${ms} ms`);
});
