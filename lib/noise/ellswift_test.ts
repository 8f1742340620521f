import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { seededRandom } from "../../tests/support/fake_host.ts";
import vectors from "../../tests/vectors/curve.json" with { type: "json" };
import { concatBytes } from "../bitcoin/bytes.ts";
import { generateSecretKey, isPublicKey, publicKeyOf } from "./crypto.ts";
import { decodeX, encodeX, ENCODING_SIZE, inverseSwift } from "./ellswift.ts";
import { bytesFromNumber, mod, numberFromBytes } from "./field.ts";

Deno.test("NOISE-6 decodeX() reads BIP 324's vectors, u = 0, t = 0 and u >= p among them", () => {
  for (const { ellswift, x } of vectors.ellswift_decode.vectors) {
    strictEqual(decodeX(Uint8Array.fromHex(ellswift)).toHex(), x);
  }
  strictEqual(vectors.ellswift_decode.vectors.length, 76);
});

Deno.test("NOISE-6 decodeX() finds a point for every 64 bytes", () => {
  const encodings = fc.uint8Array({ minLength: ENCODING_SIZE, maxLength: ENCODING_SIZE });
  fc.assert(fc.property(encodings, (encoding) => isPublicKey(decodeX(encoding))));
  for (const byte of [0x00, 0xff]) ok(isPublicKey(decodeX(new Uint8Array(64).fill(byte))));
});

Deno.test("inverseSwift() gives BIP 324's t, or none, in each of the eight branches", () => {
  for (const vector of vectors.ellswift_inverse.vectors) {
    const [x, u] = [vector.x, vector.u].map((hex) => numberFromBytes(Uint8Array.fromHex(hex)));
    vector.t_by_case.forEach((t, branch) => {
      const found = inverseSwift(mod(x ?? 0n), mod(u ?? 0n), branch);
      strictEqual(found === undefined ? null : bytesFromNumber(found).toHex(), t);
    });
  }
});

Deno.test("NOISE-5 decodeX() gets back the x that encodeX() wrote into 64 bytes", () => {
  const random = seededRandom(1);
  for (let i = 0; i < 100; i++) {
    const x = publicKeyOf(generateSecretKey(random));
    const encoding = encodeX(x, random.bytes(32));
    strictEqual(encoding.length, 64);
    deepStrictEqual(decodeX(encoding), x);
  }
});

Deno.test("inverseSwift() takes a root of x - u, either one, for the second form", () => {
  const random = seededRandom(3);
  let found = 0;
  for (let i = 0; i < 40; i++) {
    const x = publicKeyOf(generateSecretKey(random));
    const root = mod(numberFromBytes(random.bytes(32)));
    const u = mod(numberFromBytes(x) - root * root);
    for (const branch of [2, 3, 6, 7]) {
      const [one, two] = [root, mod(-root)].map((w) =>
        inverseSwift(numberFromBytes(x), u, branch, w)
      );
      const own = inverseSwift(numberFromBytes(x), u, branch);
      ok(own === one || own === two);
      for (const t of [one, two]) {
        if (t === undefined) continue;
        deepStrictEqual(decodeX(concatBytes(bytesFromNumber(u), bytesFromNumber(t))), x);
        found++;
      }
    }
  }
  ok(found > 100);
});

Deno.test("encodeX() uses all eight branches alike", () => {
  const random = seededRandom(4);
  const counts = new Map<number, number>();
  for (let i = 0; i < 400; i++) {
    const x = publicKeyOf(generateSecretKey(random));
    const encoding = encodeX(x, random.bytes(32));
    const [u, t] = [encoding.subarray(0, 32), encoding.subarray(32)].map(numberFromBytes);
    const branch = [0, 1, 2, 3, 4, 5, 6, 7].find((each) =>
      inverseSwift(numberFromBytes(x), u ?? 0n, each) === t
    );
    ok(branch !== undefined);
    counts.set(branch, (counts.get(branch) ?? 0) + 1);
  }
  // 50 each, within four standard deviations.
  for (let branch = 0; branch < 8; branch++) {
    ok(Math.abs((counts.get(branch) ?? 0) - 50) < 4 * Math.sqrt(50), `${[...counts]}`);
  }
  // Both forms 200, within four standard deviations.
  const firstForm = [0, 1, 4, 5].reduce((sum, branch) => sum + (counts.get(branch) ?? 0), 0);
  ok(Math.abs(firstForm - 200) < 4 * Math.sqrt(100), `${firstForm}`);
});

Deno.test("encodeX() is decided by the seed, and different with another", () => {
  const x = publicKeyOf(new Uint8Array(32).fill(1));
  const [one, two] = [new Uint8Array(32), new Uint8Array(32).fill(2)];
  deepStrictEqual(encodeX(x, one), encodeX(x, one));
  notDeepStrictEqual(encodeX(x, one), encodeX(x, two));
});

Deno.test("encodeX() leaves no byte that tells it from random ones", () => {
  const random = seededRandom(2);
  const x = publicKeyOf(new Uint8Array(32).fill(1));
  const ones = new Array<number>(512).fill(0);
  const rounds = 200;
  for (let i = 0; i < rounds; i++) {
    encodeX(x, random.bytes(32)).forEach((byte, at) => {
      for (let bit = 0; bit < 8; bit++) {
        ones[at * 8 + bit] = (ones[at * 8 + bit] ?? 0) + (byte >> bit & 1);
      }
    });
  }
  // Six standard deviations; with a fixed seed this is not a matter of luck.
  const most = rounds / 2 + 6 * Math.sqrt(rounds / 4);
  ok(ones.every((count) => count > rounds - most && count < most));
});
