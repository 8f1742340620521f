import { deepStrictEqual } from "node:assert";
import { Allowance } from "./allowance.ts";

Deno.test("Allowance.take() grants a burst, then a rate, and saves up no more than the burst", () => {
  const allowance = new Allowance(3, 2, 0);
  const take = (now: number, times: number): boolean[] =>
    Array.from({ length: times }, () => allowance.take(now));
  deepStrictEqual(take(0, 4), [true, true, true, false]);
  deepStrictEqual(take(499, 1), [false]);
  deepStrictEqual(take(500, 2), [true, false]);
  deepStrictEqual(take(3_600_000, 4), [true, true, true, false]);
});
