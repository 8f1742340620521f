import { strictEqual } from "node:assert";
import * as fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_targets.json" with { type: "json" };
import { compactFromTarget, targetFromCompact } from "./compact.ts";

for (const { nbits, target } of vectors.nbits) {
  Deno.test(`targetFromCompact() of ${nbits}, and back`, () => {
    strictEqual(targetFromCompact(parseInt(nbits, 16)), BigInt(`0x${target}`));
    strictEqual(compactFromTarget(BigInt(`0x${target}`)), parseInt(nbits, 16));
  });
}

Deno.test("targetFromCompact() gives 0 for what no block can meet", () => {
  for (const nBits of [0, 0x1d80ffff, 0x04800001, 0x22010000, 0xff123456, 0x23000100, 0x01003456]) {
    strictEqual(targetFromCompact(nBits), 0n);
  }
  strictEqual(targetFromCompact(0x22000001), 1n << 248n);
  strictEqual(targetFromCompact(0x02123456), 0x1234n);
});

Deno.test("compactFromTarget() rounds down, to 15 significant bits at least", () => {
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: (1n << 256n) - 1n }), (target) => {
    const nBits = compactFromTarget(target);
    const rounded = targetFromCompact(nBits);
    strictEqual(rounded <= target && target - rounded <= target >> 15n, true);
    strictEqual(compactFromTarget(rounded), nBits);
  }));
});
