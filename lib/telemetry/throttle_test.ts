import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Throttle } from "./throttle.ts";

const LIMITS = { burst: 5, perSecond: 2 };

Deno.test("Throttle lets a burst pass, then the steady pace", () => {
  const throttle = new Throttle(LIMITS);
  const passed = (now: number, times: number) =>
    Array.from({ length: times }, () => throttle.admit("peer.bad", now)).filter(Boolean).length;
  strictEqual(passed(0, 100), 5);
  strictEqual(passed(1000, 100), 2);
  strictEqual(passed(61_000, 100), 5);
});

Deno.test("Throttle counts what it held back and tells it once", () => {
  const throttle = new Throttle(LIMITS);
  for (let i = 0; i < 12; i++) throttle.admit("peer.bad", 0);
  deepStrictEqual(throttle.suppressed(0), [{ event: "peer.bad", count: 7 }]);
  deepStrictEqual(throttle.suppressed(20_000), []);
});

Deno.test("Throttle tells at most every ten seconds, and all at the end", () => {
  const throttle = new Throttle(LIMITS);
  for (let i = 0; i < 6; i++) throttle.admit("a", 0);
  strictEqual(throttle.suppressed(0).length, 1);
  throttle.admit("a", 1);
  deepStrictEqual(throttle.suppressed(9_999), []);
  deepStrictEqual(throttle.suppressed(9_999, true), [{ event: "a", count: 1 }]);
});

Deno.test("Throttle of one event leaves the others alone", () => {
  const throttle = new Throttle(LIMITS);
  for (let i = 0; i < 1000; i++) throttle.admit("noisy", 0);
  ok(throttle.admit("block.found", 0));
});

Deno.test("Throttle keeps its memory with endless event names", () => {
  const throttle = new Throttle(LIMITS);
  for (let i = 0; i < 10_000; i++) throttle.admit(`event.${i}`, 0);
  deepStrictEqual(throttle.suppressed(0), [{ event: "(others)", count: 10_000 - 1024 - 5 }]);
});

Deno.test("Throttle accounts for every line: passed + told = asked", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ event: fc.constantFrom("a", "b"), after: fc.nat(3000) }), {
      maxLength: 200,
    }),
    (lines) => {
      const throttle = new Throttle(LIMITS);
      let now = 0;
      let passed = 0;
      let told = 0;
      for (const { event, after } of lines) {
        now += after;
        if (throttle.admit(event, now)) passed++;
        for (const { count } of throttle.suppressed(now)) told += count;
      }
      for (const { count } of throttle.suppressed(now, true)) told += count;
      strictEqual(passed + told, lines.length);
    },
  ));
});
