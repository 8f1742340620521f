import { ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { formatSi } from "./si.ts";

Deno.test("formatSi() rounds to three digits and never shows a thousand", () => {
  for (
    const [value, text] of [
      [0, "0"],
      [7, "7"],
      [999, "999"],
      [999.6, "1.00 k"],
      [1_000, "1.00 k"],
      [99_960, "100 k"],
      [3_421_000, "3.42 M"],
      [1e21, "1.00 Z"],
      [5e24, "5000 Z"],
      [0.002134, "0.0021"],
      [Infinity, "∞"],
    ] as const
  ) strictEqual(formatSi(value), text);
  fc.assert(fc.property(fc.double({ min: 1, max: 1e23, noNaN: true }), (value) => {
    ok(Number.parseFloat(formatSi(value)) < 1_000);
  }));
});
