import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../errors.ts";
import { Arena } from "./arena.ts";

Deno.test("Arena deals stretches that do not overlap, and is whole again when all are back", () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 5000 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const arena = new Arena(4096, 65536);
    const held: { at: number; size: number }[] = [];
    for (const [take, size] of steps) {
      if (take) {
        try {
          held.push({ at: arena.take(size), size });
        } catch (error) {
          ok(error instanceof UsageError);
        }
      } else {
        const [gone] = held.splice(size % Math.max(1, held.length), 1);
        if (gone !== undefined) arena.give(gone.at);
      }
    }
    const sorted = held.toSorted((a, b) => a.at - b.at);
    let free = 4096;
    for (const { at, size } of sorted) {
      ok(at >= free);
      free = at + size;
    }
    ok(free <= 4096 + 65536);
    for (const { at } of held) arena.give(at);
    strictEqual(arena.take(65536), 4096);
  }));
});

Deno.test("Arena refuses what it does not have and what it did not give", () => {
  const arena = new Arena(0, 1024);
  throws(() => arena.take(1025), UsageError);
  const at = arena.take(512);
  ok(arena.has(at));
  throws(() => arena.give(at + 1), UsageError);
  arena.give(at);
  ok(!arena.has(at));
  throws(() => arena.give(at), UsageError);
});
