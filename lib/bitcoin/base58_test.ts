import { deepStrictEqual, strictEqual } from "node:assert";
import * as fc from "fast-check";
import { decodeBase58Check, encodeBase58Check } from "./base58.ts";

Deno.test("base58check survives a round trip", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 78 }), (payload) => {
    deepStrictEqual(decodeBase58Check(encodeBase58Check(payload)), payload);
  }));
});

Deno.test("decodeBase58Check() refuses every change of one character", () => {
  const text = encodeBase58Check(new Uint8Array(34).fill(7));
  for (let at = 0; at < text.length; at++) {
    const changed = text.slice(0, at) + (text[at] === "2" ? "3" : "2") + text.slice(at + 1);
    strictEqual(decodeBase58Check(changed), undefined);
  }
});

Deno.test("decodeBase58Check() is total", () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
    const payload = decodeBase58Check(text);
    if (payload !== undefined) strictEqual(encodeBase58Check(payload), text);
  }));
  strictEqual(decodeBase58Check("1".repeat(1_000_000)), undefined);
});
