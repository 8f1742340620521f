import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Memory } from "./memory.ts";

Deno.test("remember() forgets the oldest of more than there is room for, and counts it", () => {
  const gone: string[] = [];
  const memory = new Memory<string>({ count: 2 }, (item) => gone.push(item));
  for (const item of ["a", "b", "c", "d"]) memory.remember(item);
  deepStrictEqual(gone, ["a", "b"]);
  deepStrictEqual([memory.size, memory.forgotten], [2, 2]);
});

Deno.test("release() makes room, and is not counted", () => {
  const memory = new Memory<string>({ count: 2, weight: 10 }, () => {});
  memory.remember("a", 6);
  memory.release("a");
  memory.release("a");
  memory.remember("b", 6);
  memory.remember("c", 4);
  deepStrictEqual([memory.size, memory.forgotten], [2, 0]);
});

Deno.test("an item that is too heavy by itself is forgotten at once", () => {
  const gone: string[] = [];
  const memory = new Memory<string>({ count: 9, weight: 10 }, (item) => gone.push(item));
  memory.remember("a", 5);
  memory.remember("b", 11);
  deepStrictEqual([gone, memory.size], [["a", "b"], 0]);
});

Deno.test("neither count nor weight is ever above its limit", () => {
  const step = fc.record({ weight: fc.nat(20), release: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(5),
      fc.nat(50),
      (steps, count, weight) => {
        const kept = new Map<object, number>();
        const memory = new Memory<object>({ count, weight }, (item) => void kept.delete(item));
        for (const step of steps) {
          const [oldest] = kept.keys();
          if (step.release && oldest !== undefined) {
            kept.delete(oldest);
            memory.release(oldest);
          } else {
            const item = {};
            kept.set(item, step.weight);
            memory.remember(item, step.weight);
          }
          strictEqual(memory.size, kept.size);
          ok(kept.size <= count && [...kept.values()].reduce((a, b) => a + b, 0) <= weight);
        }
      },
    ),
  );
});
