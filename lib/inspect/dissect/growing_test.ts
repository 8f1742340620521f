import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Growing } from "./growing.ts";
import { Room } from "./room.ts";

Deno.test("Growing puts pieces together, and gives its room back", () => {
  const room = new Room(10);
  for (let i = 0; i < 5; i++) {
    const growing = new Growing(room);
    growing.next(2, 6)?.set([1, 2]);
    growing.next(3, 6)?.set([3, 4, 5]);
    deepStrictEqual(growing.finish(), Uint8Array.of(1, 2, 3, 4, 5));
    strictEqual(growing.length, 0);
  }
});

Deno.test("Growing takes no more than there is room for, shared with others", () => {
  const room = new Room(10);
  const [a, b] = [new Growing(room), new Growing(room)];
  strictEqual(a.next(6, 100)?.length, 6);
  strictEqual(b.next(6, 100), undefined);
  strictEqual(b.length, 0);
  a.drop();
  strictEqual(b.next(6, 100)?.length, 6);
});
