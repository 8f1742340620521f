import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { sha256d } from "../bitcoin/hash.ts";
import { u32Bytes } from "../bitcoin/bytes.ts";
import { Duplicates } from "./duplicates.ts";

function hashOf(n: number): Uint8Array {
  return sha256d(u32Bytes(n));
}

Deno.test("MIN-62 Duplicates says of every share whether it was there before", () => {
  const shares = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(200)), {
    maxLength: 500,
    size: "max",
  });
  fc.assert(
    fc.property(shares, (list) => {
      const duplicates = new Duplicates(10_000);
      const plain = new Set<string>();
      for (const [tip, n] of list) {
        const key = `${tip} ${n}`;
        strictEqual(duplicates.claim(tip, hashOf(n)), plain.has(key) ? "seen" : "new");
        plain.add(key);
      }
      strictEqual(duplicates.size, plain.size);
    }),
    { numRuns: 30 },
  );
});

Deno.test("MIN-62 shares of a tip are known when the chain comes back to it", () => {
  const duplicates = new Duplicates(100);
  strictEqual(duplicates.claim(1, hashOf(1)), "new");
  strictEqual(duplicates.claim(2, hashOf(2)), "new");
  strictEqual(duplicates.claim(1, hashOf(1)), "seen");
});

Deno.test("MIN-62 flooding makes a channel full and nothing forgotten", () => {
  const duplicates = new Duplicates(50);
  const claims = Array.from({ length: 60 }, (_, n) => duplicates.claim(1, hashOf(n)));
  deepStrictEqual(claims.slice(0, 50), new Array(50).fill("new"));
  deepStrictEqual(claims.slice(50), new Array(10).fill("full"));
  strictEqual(duplicates.claim(1, hashOf(0)), "seen");
  strictEqual(duplicates.size, 50);
});

Deno.test("Duplicates forgets a tip eight tips later, and has room again", () => {
  const duplicates = new Duplicates(9);
  for (let n = 0; n < 2; n++) duplicates.claim(1, hashOf(n));
  for (let tip = 2; tip <= 8; tip++) strictEqual(duplicates.claim(tip, hashOf(0)), "new");
  strictEqual(duplicates.size, 9);
  strictEqual(duplicates.claim(9, hashOf(0)), "new");
  strictEqual(duplicates.size, 8);
});

Deno.test("Duplicates tells hashes apart whose words are zero", () => {
  const duplicates = new Duplicates(9);
  const low = new Uint8Array(32);
  low[0] = 1;
  strictEqual(duplicates.claim(1, new Uint8Array(32)), "new");
  strictEqual(duplicates.claim(1, low), "new");
  strictEqual(duplicates.claim(1, new Uint8Array(32)), "seen");
  strictEqual(duplicates.claim(1, low), "seen");
});

Deno.test("Duplicates reads a hash inside a larger buffer", () => {
  const duplicates = new Duplicates(9);
  const buffer = new Uint8Array(40);
  buffer.set(hashOf(5), 8);
  strictEqual(duplicates.claim(1, buffer, 8), "new");
  strictEqual(duplicates.claim(1, hashOf(5)), "seen");
  ok(duplicates.size === 1);
});
