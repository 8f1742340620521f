import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { rollHeaders } from "./roll.ts";

Deno.test("rollHeaders() gives every version, then every second, each once and the given one first", () => {
  const rolled = [
    ...rollHeaders({ version: 0x2000_0040, versionMask: 0x60, time: 1000, maxTime: 1001 }),
  ];
  deepStrictEqual(rolled.map(({ version, time }) => [version, time]), [
    [0x2000_0040, 1000],
    [0x2000_0060, 1000],
    [0x2000_0000, 1000],
    [0x2000_0020, 1000],
    [0x2000_0040, 1001],
    [0x2000_0060, 1001],
    [0x2000_0000, 1001],
    [0x2000_0020, 1001],
  ]);
});

Deno.test("rollHeaders() leaves alone what is not general purpose, and the top bit unsigned", () => {
  const given = { version: 0xe000_001f, versionMask: 0xffff_ffff, time: 5, maxTime: 6 };
  let count = 0;
  for (const { version } of rollHeaders(given)) {
    strictEqual((version & ~0x1fff_ffe0) >>> 0, 0xe000_001f);
    if (++count === 5000) break;
  }
  strictEqual(count, 5000);
});

Deno.test("rollHeaders() without a mask rolls time alone", () => {
  const given = { version: 0x2000_0000, versionMask: 0, time: 5, maxTime: 7 };
  deepStrictEqual([...rollHeaders(given)].map(({ time }) => time), [5, 6, 7]);
});
