import { deepStrictEqual, strictEqual } from "node:assert";
import { file16, file32, net16, net32, setNet16, setNet32 } from "./byte_order.ts";

const bytes = Uint8Array.of(0, 0xfe, 0xdc, 0xba, 0x98);

Deno.test("net16() and net32() read the high byte first", () => {
  strictEqual(net16(bytes, 1), 0xfedc);
  strictEqual(net32(bytes, 1), 0xfedcba98);
});

Deno.test("file16() and file32() read in either order", () => {
  strictEqual(file16(bytes, 1, true), 0xdcfe);
  strictEqual(file16(bytes, 1, false), 0xfedc);
  strictEqual(file32(bytes, 1, true), 0x98badcfe);
  strictEqual(file32(bytes, 1, false), 0xfedcba98);
});

Deno.test("what lies beyond the end reads as 0 and is not written", () => {
  strictEqual(net32(bytes, 3), 0xba980000);
  const short = new Uint8Array(3);
  setNet32(short, 0, 0x01020304);
  deepStrictEqual(short, Uint8Array.of(1, 2, 3));
});

Deno.test("setNet16() and setNet32() write what net16() and net32() read", () => {
  const written = new Uint8Array(6);
  setNet16(written, 0, 0xfedc);
  setNet32(written, 2, 0xfedcba98);
  strictEqual(net16(written, 0), 0xfedc);
  strictEqual(net32(written, 2), 0xfedcba98);
});
