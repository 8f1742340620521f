import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import type { Work } from "./driver.ts";
import { Search, type Stretch } from "./search.ts";

function work(options: Partial<Work>): Work {
  return {
    id: 1,
    header: new Uint8Array(80),
    versionMask: 0,
    nonces: [0, 0xffff_ffff],
    rollTime: false,
    target: 0n,
    ...options,
  };
}

function all(search: Search, limits: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let i = 0;; i++) {
    const stretch = search.take(limits[i % limits.length] ?? 1);
    if (stretch === undefined) return stretches;
    stretches.push(stretch);
  }
}

Deno.test("Search.take() gives the whole of 32 bits, the last nonce included", () => {
  const stretches = all(new Search(work({})), [2 ** 22]);
  strictEqual(stretches.reduce((sum, { count }) => sum + count, 0), 2 ** 32);
  deepStrictEqual(stretches.at(-1), { version: 0, firstNonce: 2 ** 32 - 2 ** 22, count: 2 ** 22 });
});

Deno.test("Search.take() ends at once for a range of one nonce", () => {
  const search = new Search(work({ nonces: [7, 7] }));
  deepStrictEqual(search.take(100), { version: 0, firstNonce: 7, count: 1 });
  strictEqual(search.take(100), undefined);
});

Deno.test("Search.take() rolls the version after a block of nonces", () => {
  const stretches = all(new Search(work({ versionMask: 0x60, nonces: [0, 2 ** 22] })), [2 ** 23]);
  deepStrictEqual(stretches.map(({ version, firstNonce }) => [version, firstNonce]), [
    [0x00, 0],
    [0x20, 0],
    [0x40, 0],
    [0x60, 0],
    [0x00, 2 ** 22],
    [0x20, 2 ** 22],
    [0x40, 2 ** 22],
    [0x60, 2 ** 22],
  ]);
});

Deno.test("Search.take() gives every header once, whatever the limits", () => {
  const nonces = fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(40)).map(([first, more]) =>
    [first, Math.min(first + more, 2 ** 32 - 1)] as const
  );
  const limits = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(nonces, limits, (nonces, limits) => {
    const seen = all(new Search(work({ nonces, versionMask: 0x2020 })), limits)
      .flatMap(({ version, firstNonce, count }) =>
        Array.from({ length: count }, (_, i) => `${version}/${firstNonce + i}`)
      );
    strictEqual(new Set(seen).size, seen.length);
    strictEqual(seen.length, (nonces[1] - nonces[0] + 1) * 4);
  }));
});
