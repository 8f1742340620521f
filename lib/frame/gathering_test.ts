import { deepStrictEqual, strictEqual } from "node:assert";
import { Gathering } from "./gathering.ts";

Deno.test("take() gives a view of the chunk when the block is whole in it", () => {
  const chunk = Uint8Array.of(1, 2, 3, 4);
  strictEqual(new Gathering().take(chunk, 1, 2)?.buffer, chunk.buffer);
});

Deno.test("take() joins pieces, and takes nothing beyond the block", () => {
  const gathering = new Gathering();
  strictEqual(gathering.take(Uint8Array.of(1), 0, 3), undefined);
  strictEqual(gathering.take(Uint8Array.of(), 0, 3), undefined);
  strictEqual(gathering.length, 1);
  deepStrictEqual(gathering.take(Uint8Array.of(2, 3, 4), 0, 3), Uint8Array.of(1, 2, 3));
  strictEqual(gathering.length, 0);
});
