import { ok } from "node:assert";
import { measureHashRate } from "./hash_rate.ts";

Deno.test("measureHashRate() counts hashes against the clock", () => {
  let now = 0;
  const rate = measureHashRate({ now: () => now += 10 }, 100);
  // Ten batches of 50,000, one each 10 ms, give or take the first and the last look at the clock.
  ok(rate > 4e6 && rate < 6e6, `${rate}`);
});
