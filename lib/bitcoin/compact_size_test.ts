import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { DecodeError, UsageError } from "../errors.ts";
import { hexFromBytes } from "./bytes.ts";
import { compactSizeLength, decodeCompactSize, encodeCompactSize } from "./compact_size.ts";

const CASES: readonly (readonly [number, string])[] = [
  [0, "00"],
  [252, "fc"],
  [253, "fdfd00"],
  [0xffff, "fdffff"],
  [0x1_0000, "fe00000100"],
  [0xffff_ffff, "feffffffff"],
  [0x1_0000_0000, "ff0000000001000000"],
  [Number.MAX_SAFE_INTEGER, "ffffffffffffff1f00"],
];

for (const [value, hex] of CASES) {
  Deno.test(`encodeCompactSize() writes ${value} as ${hex}`, () => {
    strictEqual(hexFromBytes(encodeCompactSize(value)), hex);
    strictEqual(compactSizeLength(value), hex.length / 2);
  });
}

Deno.test("CompactSize survives a round trip at any place", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat({ max: 5 }), (value, at) => {
      const bytes = new Uint8Array([...new Uint8Array(at), ...encodeCompactSize(value), 9]);
      deepStrictEqual(decodeCompactSize(bytes, at), { value, end: bytes.length - 1 });
    }),
  );
});

for (
  const [name, hex, code] of [
    ["252 in three bytes", "fdfc00", "malformed"],
    ["65535 in five bytes", "feffff0000", "malformed"],
    ["2^32 - 1 in nine bytes", "ffffffffff00000000", "malformed"],
    ["2^53", "ff00000000000020", "truncated"],
    ["2^53, whole", "ff0000000000002000", "too-large"],
    ["2^64 - 1", "ffffffffffffffffff", "too-large"],
    ["nothing", "", "truncated"],
    ["one byte of two", "fdfd", "truncated"],
  ] as const
) {
  Deno.test(`decodeCompactSize() refuses ${name} as ${code}`, () => {
    throws(
      () => decodeCompactSize(Uint8Array.fromHex(hex), 0),
      (error) => error instanceof DecodeError && error.code === code,
    );
  });
}

Deno.test("encodeCompactSize() refuses what is no count", () => {
  for (const value of [-1, 0.5, NaN, 2 ** 53]) throws(() => encodeCompactSize(value), UsageError);
});
