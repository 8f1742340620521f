import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { sha256d } from "../bitcoin/hash.ts";
import { UsageError } from "../errors.ts";
import type { Lanes } from "./lane_choice.ts";
import { Scanner } from "./scan.ts";

const GENESIS = Uint8Array.fromHex(
  "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2" +
    "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
);
const GENESIS_NONCE = 2083236893;

/** The plain way: hash each header with @noble, compare all of it as a number. */
function search(header: Uint8Array, target: Uint8Array, first: number, count: number): number[] {
  const found: number[] = [];
  const trial = header.slice();
  for (let nonce = first; nonce < first + count; nonce++) {
    new DataView(trial.buffer).setUint32(76, nonce, true);
    if (number(sha256d(trial)) <= number(target)) found.push(nonce);
  }
  return found;
}

function number(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${littleEndian.toReversed().toHex()}`);
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

Deno.test("Scanner finds what a search with @noble finds, in any header and range", () => {
  const target = fc.tuple(bytes(31), fc.integer({ min: 0, max: 40 })).map(([rest, top]) =>
    Uint8Array.of(...rest, top)
  );
  const range = fc.tuple(fc.nat({ max: 2 ** 32 - 70 }), fc.nat({ max: 70 }));
  const scanners = [new Scanner({ lanes: 4 }), new Scanner({ lanes: 8 })];
  fc.assert(fc.property(bytes(80), target, range, (header, target, [first, count]) => {
    const expected = search(header, target, first, count);
    for (const scanner of scanners) {
      scanner.prepare(header, target);
      const { nonces, tried } = scanner.scan(first, count);
      strictEqual(tried, count);
      deepStrictEqual(nonces, expected);
    }
  }));
});

for (const lanes of [4, 8] as const) testLanes(lanes);

function testLanes(lanes: Lanes): void {
  Deno.test(`Scanner of ${lanes} lanes finds the nonce of the first block, at its target and hash`, () => {
    const scanner = new Scanner({ lanes });
    const target = new Uint8Array(32);
    target.set([0xff, 0xff], 26);
    scanner.prepare(GENESIS, target);
    deepStrictEqual(scanner.scan(GENESIS_NONCE - 5001, 6000).nonces, [GENESIS_NONCE]);

    const hash = sha256d(GENESIS);
    scanner.prepare(GENESIS, hash);
    deepStrictEqual(scanner.scan(GENESIS_NONCE, 1).nonces, [GENESIS_NONCE], "equal is enough");

    hash[0] = (hash[0] ?? 0) - 1;
    scanner.prepare(GENESIS, hash);
    deepStrictEqual(scanner.scan(GENESIS_NONCE, 1).nonces, [], "one above is too much");
  });

  Deno.test(`Scanner of ${lanes} lanes stops before its list is full and says how far it came`, () => {
    const scanner = new Scanner({ lanes });
    scanner.prepare(GENESIS, new Uint8Array(32).fill(255));
    const all: number[] = [];
    let rounds = 0;
    for (let next = 7; next < 1007; rounds++) {
      const { nonces, tried } = scanner.scan(next, 1007 - next);
      ok(tried > 0);
      all.push(...nonces);
      next += tried;
    }
    deepStrictEqual(all, Array.from({ length: 1000 }, (_, i) => i + 7));
    ok(rounds > 1);
  });

  Deno.test(`Scanner of ${lanes} lanes goes up to the last nonce and not beyond`, () => {
    const scanner = new Scanner({ lanes });
    scanner.prepare(GENESIS, new Uint8Array(32).fill(255));
    deepStrictEqual(scanner.scan(2 ** 32 - 3, 3).nonces, [2 ** 32 - 3, 2 ** 32 - 2, 2 ** 32 - 1]);
    deepStrictEqual(scanner.scan(5, 0), { nonces: [], tried: 0 });
    throws(() => scanner.scan(2 ** 32 - 3, 4), UsageError);
    throws(() => scanner.scan(-1, 4), UsageError);
    throws(() => scanner.scan(0.5, 4), UsageError);
  });
}

Deno.test("Scanner with a clock tries both ways and goes on with the faster", () => {
  // Every look at this clock is a millisecond: the way that does more hashes between two is faster.
  let ms = 0;
  const scanner = new Scanner({ now: () => ms++ });
  scanner.prepare(GENESIS, new Uint8Array(32));
  strictEqual(scanner.lanes, 4);
  for (let i = 0; i < 200; i++) scanner.scan(0, i % 2 === 0 ? 600 : 1200);
  strictEqual(scanner.lanes, 8);
});

Deno.test("Scanners of one worker do not mix up their work", () => {
  const easy = new Scanner();
  const hard = new Scanner();
  easy.prepare(GENESIS, new Uint8Array(32).fill(255));
  hard.prepare(GENESIS, new Uint8Array(32));
  deepStrictEqual(easy.scan(0, 2).nonces, [0, 1]);
  deepStrictEqual(hard.scan(0, 2).nonces, []);
  deepStrictEqual(easy.scan(0, 2).nonces, [0, 1]);
});

Deno.test("Scanner refuses a header or target of another length", () => {
  throws(() => new Scanner().prepare(new Uint8Array(76), new Uint8Array(32)), UsageError);
  throws(() => new Scanner().prepare(new Uint8Array(80), new Uint8Array(31)), UsageError);
});
