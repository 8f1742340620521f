import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { byteRows, letterOf, rowOfByte } from "./byte_rows.ts";

Deno.test("byteRows() puts the header on a line of its own", () => {
  const hex = Array.from({ length: 25 }, (_, i) => i.toString(16).padStart(2, "0")).join("");
  const rows = byteRows(hex, 16);
  deepStrictEqual(rows.map(({ label, start, bytes }) => [label, start, bytes.length]), [
    ["header", 0, 6],
    ["0000", 6, 16],
    ["0010", 22, 3],
  ]);
  for (const [i, { start, bytes }] of rows.entries()) {
    for (const [j, byte] of bytes.entries()) {
      strictEqual(byte, start + j);
      strictEqual(rowOfByte(start + j, 16), i);
    }
  }
});

Deno.test("letterOf() shows letters and nothing that could do something", () => {
  strictEqual([0x41, 0x20, 0x1b, 0x0a, 0x7f, 0x3c, 0xff].map(letterOf).join(""), "A ···<·");
});
