import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { type Piece, Pieces } from "./pieces.ts";

function piece(at: number, ...bytes: number[]): Piece {
  return { at, end: at + bytes.length, bytes: Uint8Array.from(bytes) };
}

Deno.test("Pieces keep the first of what came twice", () => {
  const pieces = new Pieces();
  pieces.add(piece(10, 1, 1, 1));
  pieces.add(piece(20, 2, 2));
  pieces.add(piece(8, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3));
  deepStrictEqual(pieces.all, [
    piece(8, 3, 3),
    piece(10, 1, 1, 1),
    piece(13, 3, 3, 3, 3, 3, 3, 3),
    piece(20, 2, 2),
    piece(22, 3, 3),
  ]);
  strictEqual(pieces.first, pieces.all[0]);
});

Deno.test("Pieces copy what they keep, and keep what was cut off as such", () => {
  const pieces = new Pieces();
  const bytes = Uint8Array.of(1, 2, 3);
  pieces.add({ at: 5, end: 9, bytes });
  pieces.add({ at: 3, end: 12, bytes });
  bytes.fill(9);
  deepStrictEqual(pieces.all, [
    piece(3, 1, 2),
    { at: 5, end: 9, bytes: Uint8Array.of(1, 2, 3) },
    { at: 9, end: 12, bytes: new Uint8Array(0) },
  ]);
});

Deno.test("Pieces know what they cost, at least their bytes and something for each", () => {
  const pieces = new Pieces();
  for (let at = 0; at < 200; at += 2) pieces.add(piece(at, 1));
  ok(pieces.cost > 100 * 257);
  const before = pieces.cost;
  pieces.add(piece(0, ...new Uint8Array(199)));
  ok(pieces.cost > before + 99 * 257);
  while (pieces.first !== undefined) pieces.shift();
  pieces.shift();
  strictEqual(pieces.cost, 0);
});

Deno.test("Pieces are in order and without overlap, whatever is added", () => {
  const any = fc.record({ at: fc.nat(60), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) });
  fc.assert(fc.property(fc.array(any, { maxLength: 20 }), (added) => {
    const pieces = new Pieces();
    const expected = new Map<number, number>();
    for (const { at, bytes } of added) {
      pieces.add({ at, end: at + bytes.length, bytes });
      bytes.forEach((byte, i) => expected.has(at + i) || expected.set(at + i, byte));
    }
    const covered = pieces.all.flatMap(({ at, bytes }) =>
      [...bytes].map((byte, i) => [at + i, byte] as const)
    );
    deepStrictEqual(covered, [...expected].sort(([a], [b]) => a - b));
  }));
});
