import { deepStrictEqual, strictEqual } from "node:assert";
import { Gathering, withRoom } from "./gathering.ts";

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

Deno.test("withRoom() keeps what is used, doubles, and stops at the limit", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  strictEqual(withRoom(bytes, 2, 2, 100), bytes);
  deepStrictEqual(withRoom(bytes, 4, 1, 100), Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0));
  strictEqual(withRoom(bytes, 4, 1, 6).length, 6);
  strictEqual(withRoom(bytes, 4, 9, 100).length, 13);
});
