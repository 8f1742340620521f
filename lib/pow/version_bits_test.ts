import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import vectors from "../../tests/vectors/bitcoin_version_rolling.json" with { type: "json" };
import { countUnder, GENERAL_PURPOSE_BITS, spreadBits } from "./version_bits.ts";

Deno.test("spreadBits() counts through a mask with holes", () => {
  deepStrictEqual([0, 1, 2, 3, 4].map((i) => spreadBits(i, 0b1010)), [0, 2, 8, 10, 0]);
});

Deno.test("spreadBits() reaches both ends of the general purpose bits", () => {
  strictEqual(countUnder(GENERAL_PURPOSE_BITS), 2 ** 24);
  strictEqual(spreadBits(1, GENERAL_PURPOSE_BITS), 1 << 5);
  strictEqual(spreadBits(2 ** 24 - 1, GENERAL_PURPOSE_BITS), GENERAL_PURPOSE_BITS);
});

Deno.test("spreadBits() stays under its mask and ascends", () => {
  fc.assert(fc.property(fc.nat(0xffff_ffff), fc.nat(), fc.nat(), (mask, a, b) => {
    const count = countUnder(mask);
    const [low, high] = [Math.min(a % count, b % count), Math.max(a % count, b % count)];
    strictEqual((spreadBits(low, mask) & ~mask) >>> 0, 0);
    strictEqual(spreadBits(low, mask) < spreadBits(high, mask), low < high);
  }));
});

Deno.test("GENERAL_PURPOSE_BITS are the bits that the vectors let a miner change", () => {
  strictEqual(GENERAL_PURPOSE_BITS, parseInt(vectors.mask_bip323, 16));
  for (const { bit, accepted_if_rolling } of vectors.vectors) {
    strictEqual((GENERAL_PURPOSE_BITS >>> bit & 1) === 1, accepted_if_rolling, `bit ${bit}`);
  }
});
