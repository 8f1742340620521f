import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { BlockCursor } from "./block_cursor.ts";

Deno.test("has() gives a view of the chunk when the block is whole in it", () => {
  const cursor = new BlockCursor();
  const chunk = Uint8Array.of(1, 2, 3, 4);
  cursor.feed(chunk);
  strictEqual(cursor.has(2), true);
  cursor.skip(2);
  strictEqual(cursor.has(2), true);
  strictEqual(cursor.bytes, chunk);
  strictEqual(cursor.at, 2);
  strictEqual(cursor.offset, 2);
});

Deno.test("has() holds what there is of a block that is not complete, and no more", () => {
  const cursor = new BlockCursor();
  cursor.feed(Uint8Array.of(1, 2, 3));
  strictEqual(cursor.has(2), true);
  cursor.skip(2);
  strictEqual(cursor.has(1_000_000), false);
  strictEqual(cursor.pending, 1);
  strictEqual(cursor.bytes.length, 1);
  strictEqual(cursor.offset, 2);
});

/** Blocks whose first byte is their length. */
function blocksOf(
  bytes: Uint8Array,
  cuts: readonly number[],
): { blocks: number[][]; rest: number } {
  const cursor = new BlockCursor();
  const blocks: number[][] = [];
  let at = 0;
  for (const length of [...cuts, bytes.length]) {
    // A copy that is wiped afterwards: nothing may rest on the caller's bytes.
    const chunk = bytes.slice(at, at + length);
    at += length;
    cursor.feed(chunk);
    while (cursor.has(1)) {
      const size = cursor.bytes[cursor.at] ?? 0;
      if (!cursor.has(size)) break;
      strictEqual(cursor.offset, blocks.flat().length);
      blocks.push([...cursor.bytes.subarray(cursor.at, cursor.at + size)]);
      cursor.skip(size);
    }
    chunk.fill(0xee);
  }
  return { blocks, rest: cursor.pending };
}

Deno.test("BlockCursor finds the same blocks, however the bytes are cut", () => {
  const block = fc.uint8Array({ maxLength: 20 }).map((body) => [body.length + 1, ...body]);
  const tail = fc.nat(9);
  fc.assert(fc.property(fc.array(block), tail, fc.array(fc.nat(30)), (blocks, more, cuts) => {
    const rest = more === 0 ? [] : [more + 1, ...new Uint8Array(more - 1)];
    const bytes = Uint8Array.from([...blocks.flat(), ...rest]);
    deepStrictEqual(blocksOf(bytes, cuts), { blocks, rest: more });
  }));
});
