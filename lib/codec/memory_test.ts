import { Buffer } from "node:buffer";
import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { allocate, copyOf, withRoom } from "./memory.ts";

Deno.test("allocate() gives zeroed memory that no other array has", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 }), (lengths) => {
      const arrays = lengths.map((length, i) => {
        const array = allocate(length);
        deepStrictEqual(array, new Uint8Array(length));
        return array.fill(i + 1);
      });
      arrays.forEach((array, i) =>
        deepStrictEqual(array, new Uint8Array(lengths[i] ?? 0).fill(i + 1))
      );
    }),
  );
});

Deno.test("allocate() shares memory between small arrays only", () => {
  strictEqual(allocate(1024).buffer.byteLength, 8192);
  strictEqual(allocate(1025).buffer.byteLength, 1025);
});

Deno.test("copyOf() does not follow its original, not even a Buffer", () => {
  const original = Buffer.from([1, 2, 3]);
  const copy = copyOf(original);
  original[0] = 9;
  deepStrictEqual(copy, Uint8Array.of(1, 2, 3));
  notStrictEqual(copy.buffer, original.buffer);
});

Deno.test("withRoom() keeps what is used, doubles, and stops at the limit", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  strictEqual(withRoom(bytes, 2, 2, 100), bytes);
  deepStrictEqual(withRoom(bytes, 4, 1, 100), Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0));
  strictEqual(withRoom(bytes, 4, 1, 6).length, 6);
  strictEqual(withRoom(bytes, 4, 9, 100).length, 13);
});
