import { strictEqual } from "node:assert/strict";
import { KnownBlocks } from "./known_blocks.ts";

Deno.test("KnownBlocks remembers the last thousand", () => {
  const known = new KnownBlocks();
  const hash = (number: number): Uint8Array => Uint8Array.of(number >> 8, number);
  for (let number = 0; number <= 1_000; number++) known.add(hash(number));
  strictEqual(known.has(hash(0)), false);
  strictEqual(known.has(hash(1)), true);
  strictEqual(known.has(hash(1_000)), true);
});
