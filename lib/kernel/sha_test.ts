import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import * as reference from "../bitcoin/hash.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { UsageError } from "../errors.ts";
import { merkleFold, sha256, sha256d } from "./sha.ts";

Deno.test("sha256() and sha256d() give what @noble gives, at every length around their blocks", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(400));
  for (let length = 0; length <= bytes.length; length++) {
    const message = bytes.subarray(0, length);
    deepStrictEqual(sha256(message), reference.sha256(message));
    deepStrictEqual(sha256d(message), reference.sha256d(message));
  }
});

Deno.test("sha256d() gives what @noble gives for messages longer than the kernel's buffer", () => {
  const bytes = new Uint8Array(200_000).map((_, i) => i * 31);
  for (const length of [65535, 65536, 65537, 65536 * 2, 65536 * 3, 199_999]) {
    const message = bytes.subarray(0, length);
    deepStrictEqual(sha256d(message), reference.sha256d(message));
  }
});

Deno.test("sha256() gives what FIPS 180-4 has for abc", () => {
  deepStrictEqual(
    sha256(new TextEncoder().encode("abc")).toHex(),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("merkleFold() gives what folding with @noble gives", () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(hash, fc.array(hash, { maxLength: 32 }), (txid, path) => {
    deepStrictEqual(merkleFold(txid, path), foldMerklePath(txid, path));
  }));
});

Deno.test("merkleFold() refuses paths that are too long and hashes that are none", () => {
  const hash = new Uint8Array(32);
  throws(() => merkleFold(new Uint8Array(31), []), UsageError);
  throws(() => merkleFold(hash, [new Uint8Array(33)]), UsageError);
  throws(() => merkleFold(hash, Array(33).fill(hash)), UsageError);
});
