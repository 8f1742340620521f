import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Quantiles } from "./quantiles.ts";

Deno.test("at() is within 1 % of the number at that place, and exact at the ends", () => {
  const numbers = fc.array(fc.double({ min: 1, max: 1e11, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (numbers, q) => {
    const quantiles = new Quantiles();
    for (const number of numbers) quantiles.add(number);
    const sorted = numbers.toSorted((a, b) => a - b);
    const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
    const about = quantiles.at(q);
    ok(Math.abs(about - exact) <= exact * 0.0101, `${about} for ${exact}`);
    strictEqual(quantiles.summary()?.max, sorted.at(-1));
    strictEqual(quantiles.copy().at(q), about);
  }));
});

Deno.test("what is no time, or too long for anything, does no harm", () => {
  const quantiles = new Quantiles();
  strictEqual(quantiles.summary(), undefined);
  for (const number of [-5, NaN, 0, 0.5, 1e300, Infinity]) quantiles.add(number);
  deepStrictEqual([quantiles.count, quantiles.at(0.5), quantiles.at(1)], [6, 0, Infinity]);
});

Deno.test("copy() goes on by itself", () => {
  const quantiles = new Quantiles();
  quantiles.add(10);
  const copy = quantiles.copy();
  copy.add(1_000);
  deepStrictEqual([quantiles.count, copy.count, quantiles.summary(10)?.max], [1, 2, 1]);
});
