import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { codecOf } from "../../tests/support/field_codec.ts";
import { fieldFromVector } from "../../tests/support/vector_values.ts";
import vectors from "../../tests/vectors/data_types.json" with { type: "json" };
import { DecodeError, UsageError } from "../errors.ts";
import { bool, f32, type Field, hash, u16, u24, u256, u32, u64, u8 } from "./field.ts";
import { b016m, b0255, b032, b064k, option, seq255, seq64k, str255 } from "./sequence.ts";

/** Every type that the vectors are about; a U256 there is a hash, and any order of bytes shows. */
const TYPES: Readonly<Record<string, Field<unknown>>> = Object.fromEntries(
  [
    ...[bool, u8, u16, u24, u32, u64, f32, hash, str255, b032, b0255, b064k, b016m].map((of) =>
      of("")
    ),
    seq255(u16("")),
    seq255(u32("")),
    seq255(hash("")),
    seq64k(u16("")),
    seq64k(u32("")),
    seq64k(b016m("")),
    option(u32("")),
    option(hash("")),
  ].map((field) => [field.wire, field]),
);

function typeOf(name: string): Field<unknown> {
  const field = TYPES[name];
  if (field === undefined) throw new Error(`Cannot test ${name}: no such type`);
  return field;
}

for (const { type, value, bytes, source } of vectors.valid) {
  Deno.test(`TYPE-1 ${type} ${bytes.slice(0, 12)} is what ${source} has`, () => {
    const field = typeOf(type);
    const codec = codecOf(field);
    const wanted = fieldFromVector(field, value);
    deepStrictEqual(codec.decode(bytes), wanted);
    strictEqual(codec.encode(wanted), bytes);
  });
}

for (const { type, bytes, why } of vectors.invalid) {
  Deno.test(`TYPE-12, TYPE-14 ${type} from ${bytes.slice(0, 12) || "nothing"} is refused: ${why}`, () => {
    throws(() => codecOf(typeOf(type)).decode(bytes), DecodeError);
  });
}

Deno.test("TYPE-2 bool() reads the least significant bit only", () => {
  const codec = codecOf(bool(""));
  for (const { bytes, value } of vectors.bool.vectors) {
    strictEqual(codec.decode(bytes), value, bytes);
  }
  for (let byte = 0; byte < 256; byte++) {
    strictEqual(codec.decode(Uint8Array.of(byte).toHex()), byte % 2 === 1);
  }
});

Deno.test("TYPE-3 bool() relays what a sender meant, whatever the other seven bits were", () => {
  const codec = codecOf(bool(""));
  strictEqual(codec.encode(codec.decode("fe")), "00");
  strictEqual(codec.encode(codec.decode("ff")), "01");
});

Deno.test("TYPE-1 integers are little-endian: the other order is another value", () => {
  strictEqual(codecOf(u16("")).decode("0102"), 0x0201);
  strictEqual(codecOf(u24("")).decode("010203"), 0x030201);
  strictEqual(codecOf(u32("")).decode("01020304"), 0x04030201);
  strictEqual(codecOf(u32("")).decode("000000ff"), 0xff000000);
  strictEqual(codecOf(u64("")).decode("0102030405060708"), 0x0807060504030201n);
});

Deno.test("TYPE-4 u24() holds 0 to 16777215 in three bytes", () => {
  const codec = codecOf(u24(""));
  strictEqual(codec.encode(16777215), "ffffff");
  strictEqual(codec.decode("ffffff"), 16777215);
  strictEqual(codec.encode(0), "000000");
  throws(() => codec.encode(16777216), UsageError);
});

Deno.test("integers refuse what is not in their range, rather than wrap", () => {
  for (const [field, bits] of [[u8, 8], [u16, 16], [u24, 24], [u32, 32]] as const) {
    const codec = codecOf(field(""));
    strictEqual(codec.decode(codec.encode(2 ** bits - 1)), 2 ** bits - 1);
    for (const bad of [2 ** bits, -1, 0.5, NaN, Infinity]) {
      throws(() => codec.encode(bad), UsageError, `${bad}`);
    }
  }
  for (const [field, bits] of [[u64, 64n], [u256, 256n]] as const) {
    const codec = codecOf(field(""));
    strictEqual(codec.decode(codec.encode((1n << bits) - 1n)), (1n << bits) - 1n);
    for (const bad of [1n << bits, -1n]) throws(() => codec.encode(bad), UsageError, `${bad}`);
  }
});

Deno.test("TYPE-5 u256() is a little-endian integer: ff and 31 zeros is 255", () => {
  const codec = codecOf(u256(""));
  strictEqual(codec.decode("ff".padEnd(64, "0")), 255n);
  strictEqual(codec.decode("ff".padStart(64, "0")), 0xffn << 248n);
  fc.assert(fc.property(fc.bigInt(0n, (1n << 256n) - 1n), (value) => {
    strictEqual(
      codec.encode(value),
      Uint8Array.fromHex(
        value.toString(16).padStart(64, "0"),
      ).reverse().toHex(),
    );
    strictEqual(codec.decode(codec.encode(value)), value);
  }));
});

Deno.test("u256() that is cut tells where it begins, not where it ends", () => {
  throws(() => codecOf(u256("")).decode("00".repeat(31)), { code: "truncated", offset: 0 });
});

Deno.test("TYPE-5 hash() keeps header byte order: block 1 names block 0 by these bytes", () => {
  const block1 = "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000";
  const prevHash = codecOf(hash("")).decode(block1.slice(8));
  strictEqual(prevHash.toHex(), block1.slice(8));
  strictEqual(
    prevHash.toReversed().toHex(),
    "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
  );
  throws(() => codecOf(hash("")).encode(new Uint8Array(31)), UsageError);
});

Deno.test("TYPE-11 f32() is IEEE 754 binary32, little-endian, whatever it holds", () => {
  const codec = codecOf(f32(""));
  const values = {
    "0000803f": 1,
    "000080bf": -1,
    "00000080": -0,
    "0000807f": Infinity,
    "000080ff": -Infinity,
    "01000000": 2 ** -149,
    "ffff7f7f": 3.4028234663852886e38,
    "0000c07f": NaN,
  };
  for (const [bytes, value] of Object.entries(values)) {
    deepStrictEqual(codec.decode(bytes), value);
    strictEqual(codec.encode(value), bytes);
  }
  strictEqual(codec.decode("0100a07f"), NaN);
});
