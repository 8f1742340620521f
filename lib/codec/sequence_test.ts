import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { codecOf } from "../../tests/support/field_codec.ts";
import { DecodeError, UsageError } from "../errors.ts";
import { u16, u32, u8 } from "./field.ts";
import { b016m, b0255, b032, b064k, option, seq255, seq64k, str255 } from "./sequence.ts";
import { MAX_PAYLOAD_SIZE } from "./writer.ts";

Deno.test("TYPE-6 str255() is a length byte and up to 255 bytes, no terminator", () => {
  const codec = codecOf(str255(""));
  strictEqual(codec.encode("Bitmain"), "074269746d61696e");
  strictEqual(codec.encode(""), "00");
  strictEqual(codec.encode("a\0"), "026100");
  strictEqual(codec.encode("é"), "02c3a9");
  strictEqual(codec.encode("x".repeat(255)), `ff${"78".repeat(255)}`);
  throws(() => codec.encode("x".repeat(256)), UsageError);
  throws(() => codec.encode("é".repeat(128)), UsageError);
});

Deno.test("TYPE-6 str255() loses no byte, UTF-8 or not", () => {
  const codec = codecOf(str255(""));
  const hostile = `ff${"ff".repeat(255)}`;
  strictEqual(codec.encode(codec.decode(hostile)), hostile);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 255, size: "max" }), (bytes) => {
    const hex = Uint8Array.of(bytes.length, ...bytes).toHex();
    strictEqual(codec.encode(codec.decode(hex)), hex);
  }));
});

Deno.test("TYPE-7 b032() holds 0 to 32 bytes and refuses 33 though they are there", () => {
  const codec = codecOf(b032(""));
  for (const length of [0, 1, 31, 32]) {
    const hex = Uint8Array.of(length).toHex() + "ab".repeat(length);
    strictEqual(codec.encode(codec.decode(hex)), hex);
  }
  throws(() => codec.decode(`21${"ab".repeat(33)}`), { code: "too-long", path: "One.it" });
  throws(() => codec.decode(`ff${"ab".repeat(255)}`), { code: "too-long" });
  throws(() => codec.encode(new Uint8Array(33)), UsageError);
});

Deno.test("TYPE-8 b0255(), b064k(), b016m() hold up to their limit behind 1, 2, 3 bytes", () => {
  for (const [field, prefix] of [[b0255, 1], [b064k, 2], [b016m, 3]] as const) {
    const codec = codecOf(field(""));
    const max = 256 ** prefix - 1;
    const whole = `${"ff".repeat(prefix)}${"07".repeat(max)}`;
    deepStrictEqual(codec.decode(whole), new Uint8Array(max).fill(7));
    throws(() => codec.decode(whole.slice(0, -2)), { code: "truncated" });
    // No frame has room for the longest B0_16M and its prefix.
    const longest = Math.min(max, MAX_PAYLOAD_SIZE - prefix);
    for (const length of [0, 1, 255, longest]) {
      const value = new Uint8Array(length).fill(7);
      const hex = codec.encode(value);
      strictEqual(hex.length / 2, prefix + length);
      deepStrictEqual(codec.decode(hex), value);
    }
    strictEqual(codec.encode(new Uint8Array(1)), `${"01".padEnd(prefix * 2, "0")}00`);
    throws(() => codec.encode(new Uint8Array(longest + 1)), UsageError);
  }
});

Deno.test("TYPE-9 option() is absent or one value; any other count is malformed", () => {
  const codec = codecOf(option(u32("")));
  strictEqual(codec.decode("00"), null);
  strictEqual(codec.decode("0105000000"), 5);
  strictEqual(codec.encode(null), "00");
  strictEqual(codec.encode(5), "0105000000");
  for (let count = 2; count < 256; count++) {
    const hex = Uint8Array.of(count).toHex() + "05000000".repeat(count);
    throws(() => codec.decode(hex), { code: "too-long" });
  }
});

Deno.test("TYPE-10 seq255() and seq64k() count elements, not bytes", () => {
  strictEqual(codecOf(seq64k(u16(""))).encode([1, 2]), "020001000200");
  strictEqual(codecOf(seq255(u16(""))).encode([1, 2]), "0201000200");
  const lists = codecOf(seq64k(b016m("")));
  deepStrictEqual(lists.decode("0200000000030000aabbcc"), [
    new Uint8Array(),
    Uint8Array.of(0xaa, 0xbb, 0xcc),
  ]);
  strictEqual(lists.encode(lists.decode("0200000000030000aabbcc")), "0200000000030000aabbcc");
});

Deno.test("TYPE-10 seq255() and seq64k() hold 255 and 65535 elements, and no more", () => {
  for (const [field, max] of [[seq255(u8("")), 255], [seq64k(u8("")), 65535]] as const) {
    const codec = codecOf(field);
    const full = new Array<number>(max).fill(9);
    deepStrictEqual(codec.decode(codec.encode(full)), full);
    throws(() => codec.encode([...full, 9]), UsageError);
  }
});

Deno.test("TYPE-10, TYPE-12 seq64k() of 65535 elements that are not there fails at once", () => {
  for (const  of of[u16(""), b016m("")]) {
    throws(() => codecOf(seq64k<unknown>(of)).decode("ffff"), {
      code: "truncated",
      path: "One.it",
      offset: 2,
    });
  }
});

Deno.test("a DecodeError names the element that failed", () => {
  throws(() => codecOf(seq64k(b016m(""))).decode("0300000000050000aa000000"), (error) => {
    strictEqual(error instanceof DecodeError && error.path, "One.it[1]");
    return true;
  });
});
