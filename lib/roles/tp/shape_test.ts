import { deepStrictEqual, strictEqual } from "node:assert";
import * as fc from "fast-check";
import { MAX_OUTPUTS_SIZE, shapeOf } from "./shape.ts";

function ask(size: number, sigops = 0) {
  return shapeOf({
    coinbaseOutputMaxAdditionalSize: size,
    coinbaseOutputMaxAdditionalSigops: sigops,
  });
}

Deno.test("TDP-6 shapeOf() reserves 1168 and four times the size, but not less than 2000", () => {
  deepStrictEqual(
    [0, 208, 209, 1_000, 25_000].map((size) => ask(size)?.reservedWeight),
    [2_000, 2_000, 2_004, 5_168, 101_168],
  );
});

Deno.test("TDP-8 shapeOf() has no shape for more than a block holds, up to the last U32", () => {
  strictEqual(ask(MAX_OUTPUTS_SIZE)?.reservedWeight, 4_000_000);
  fc.assert(fc.property(fc.integer({ min: MAX_OUTPUTS_SIZE + 1, max: 0xffff_ffff }), (size) => {
    strictEqual(ask(size), undefined);
  }));
});

Deno.test("TDP-7 shapeOf() passes signature operations on", () => {
  deepStrictEqual([0, 400, 65_535].map((n) => ask(100, n)?.reservedSigops), [0, 400, 65_535]);
  strictEqual(ask(0, 4)?.key === ask(100, 4)?.key, true);
  strictEqual(ask(0, 4)?.key === ask(0, 8)?.key, false);
});
