import { deepStrictEqual, strictEqual } from "node:assert";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import {
  bytesFromNumber,
  inverse,
  isOnCurve,
  mod,
  N,
  numberFromBytes,
  P,
  rootOfRatio,
  squareRoot,
} from "./field.ts";

const elements = fc.bigInt({ min: 0n, max: P - 1n });
const nonzero = fc.bigInt({ min: 1n, max: P - 1n });

Deno.test("P and N are the curve's", () => {
  strictEqual(P, secp256k1.Point.Fp.ORDER);
  strictEqual(N, secp256k1.Point.Fn.ORDER);
});

Deno.test("inverse() times the number is one, and of 0 is 0", () => {
  fc.assert(fc.property(nonzero, (value) => inverse(value) * value % P === 1n));
  strictEqual(inverse(0n), 0n);
});

Deno.test("squareRoot() finds a root that is a square, of squares only", () => {
  fc.assert(fc.property(nonzero, (value) => {
    const square = value * value % P;
    const root = squareRoot(square);
    strictEqual(root === value || root === P - value, true);
    strictEqual(root !== undefined && squareRoot(root) !== undefined, true);
    // As p = 3 mod 4, of a number and its negative one is a square.
    strictEqual(squareRoot(P - square), undefined);
  }));
  strictEqual(squareRoot(0n), 0n);
});

Deno.test("rootOfRatio() is squareRoot() of the quotient", () => {
  fc.assert(fc.property(elements, nonzero, (top, bottom) => {
    strictEqual(rootOfRatio(top, bottom), squareRoot(top * inverse(bottom) % P));
  }));
});

Deno.test("isOnCurve() agrees with @noble/curves", () => {
  fc.assert(fc.property(elements, (x) => {
    let lifts = true;
    try {
      secp256k1.Point.fromBytes(Uint8Array.of(2, ...bytesFromNumber(x)));
    } catch {
      lifts = false;
    }
    strictEqual(isOnCurve(x), lifts);
  }));
});

Deno.test("mod() is in 0..p-1", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(P ** 3n), max: P ** 3n }), (value) => {
    const rest = mod(value);
    return rest >= 0n && rest < P && (value - rest) % P === 0n;
  }));
});

Deno.test("bytesFromNumber() is 32 bytes, big-endian, and numberFromBytes() reads it", () => {
  deepStrictEqual(bytesFromNumber(258n).subarray(30), Uint8Array.of(1, 2));
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
    deepStrictEqual(bytesFromNumber(numberFromBytes(bytes)), bytes);
  }));
});
