import { deepStrictEqual, strictEqual } from "node:assert";
import { createHash, createHmac } from "node:crypto";
import * as fc from "fast-check";
import { bytesFromHex, concatBytes, equalBytes, hexFromBytes } from "./bytes.ts";
import { hmacSha256, sha256, sha256d, taggedHash } from "./hash.ts";

Deno.test("sha256() agrees with node:crypto", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    strictEqual(hexFromBytes(sha256(bytes)), createHash("sha256").update(bytes).digest("hex"));
  }));
});

Deno.test("sha256d() hashes the hash", () => {
  const bytes = bytesFromHex("68656c6c6f");
  strictEqual(
    hexFromBytes(sha256d(bytes)),
    "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50",
  );
});

Deno.test("hmacSha256() agrees with node:crypto", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array(), (key, message) => {
      const expected = createHmac("sha256", key).update(message).digest("hex");
      strictEqual(hexFromBytes(hmacSha256(key, message)), expected);
    }),
  );
});

Deno.test("taggedHash() prefixes the tag's hash twice", () => {
  const tag = sha256(new TextEncoder().encode("BIP0340/challenge"));
  const parts = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  deepStrictEqual(
    taggedHash("BIP0340/challenge", ...parts),
    sha256(concatBytes(tag, tag, ...parts)),
  );
});

Deno.test("equalBytes() compares length and content", () => {
  strictEqual(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  strictEqual(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  strictEqual(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
});
