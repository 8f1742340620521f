import { strictEqual } from "node:assert/strict";
import { TipTimes } from "./tip_times.ts";

const tip = (number: number): Uint8Array => new Uint8Array(32).fill(number);

Deno.test("TipTimes has the least time of each tip, of the last sixteen", () => {
  const times = new TipTimes();
  strictEqual(times.of(tip(1)), undefined);
  strictEqual(times.add(tip(1), 1_000), 1_000);
  strictEqual(times.add(tip(1), 1_030), 1_000);
  strictEqual(times.add(tip(1), 999), 999);
  strictEqual(times.add(tip(2), 1_500), 1_500);
  strictEqual(times.of(tip(1)), 999);
  for (let number = 3; number < 18; number++) times.add(tip(number), 2_000);
  strictEqual(times.of(tip(1)), undefined);
  strictEqual(times.of(tip(2)), 1_500);
});
