import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import vectors from "../../tests/vectors/tlv.json" with { type: "json" };
import { DecodeError, UsageError } from "../errors.ts";
import { encodeTlv, findTlv, parseTlvs, type Tlv, type TlvSpec, writeTlvs } from "./tlv.ts";
import { Writer } from "./writer.ts";

const NAME: TlvSpec = {
  name: "user_identity",
  extensionType: 2,
  fieldType: 1,
  extends: "SubmitSharesExtended",
  max: 32,
  spec: "E2.1.1",
  doc: "Name of the worker",
};

const tlvs = fc.record({
  extensionType: fc.integer({ min: 0, max: 0x7fff }),
  fieldType: fc.integer({ min: 0, max: 0xff }),
  value: fc.uint8Array({ maxLength: 40 }),
}, { noNullPrototype: true });

function written(list: readonly Tlv[]): Uint8Array {
  const w = new Writer();
  writeTlvs(w, list);
  return w.finish();
}

function name(text: string): Tlv {
  return { extensionType: 2, fieldType: 1, value: new TextEncoder().encode(text) };
}

for (const { bytes, extension_type, field_type, value, source } of vectors.reference) {
  Deno.test(`EXT-21 encodeTlv() and parseTlvs() agree with ${source}`, () => {
    const tlv = {
      extensionType: extension_type,
      fieldType: field_type,
      value: new TextEncoder().encode(value),
    };
    strictEqual(encodeTlv(tlv).toHex(), bytes);
    deepStrictEqual(parseTlvs(Uint8Array.fromHex(bytes)), [tlv]);
  });
}

Deno.test("parseTlvs() stops after so many", () => {
  const bytes = new Uint8Array(50);
  strictEqual(parseTlvs(bytes).length, 10);
  strictEqual(parseTlvs(bytes, 3).length, 3);
});

Deno.test("EXT-21 a TLV of length 0 has no value: five bytes", () => {
  strictEqual(encodeTlv(name("")).toHex(), "0200010000");
  deepStrictEqual(parseTlvs(Uint8Array.fromHex("0200010000")), [name("")]);
});

Deno.test("EXT-21 the big-endian example of SV2 §3.4.3 is no TLV of extension 2", () => {
  const printed = Uint8Array.fromHex(vectors.spec_example.bytes);
  strictEqual(findTlv(printed, 0, NAME), undefined);
  deepStrictEqual(parseTlvs(printed), []);
});

Deno.test("EXT-22 writeTlvs() orders by extension and keeps the order within one", () => {
  const given = [[9, 1], [2, 2], [2, 1], [0x7fff, 0], [1, 5]].map(([extensionType, fieldType]) => ({
    extensionType: extensionType ?? 0,
    fieldType: fieldType ?? 0,
    value: new Uint8Array(),
  }));
  deepStrictEqual(
    parseTlvs(written(given)).map((tlv) => [tlv.extensionType, tlv.fieldType]),
    [[1, 5], [2, 2], [2, 1], [9, 1], [0x7fff, 0]],
  );
});

Deno.test("EXT-22, EXT-23 findTlv() finds a TLV wherever it is, in any order", () => {
  fc.assert(fc.property(fc.array(tlvs), fc.array(tlvs), (before, after) => {
    const others = before.filter((tlv) => tlv.extensionType !== 2);
    const bytes = Uint8Array.fromHex(
      [...others, name("w1"), ...after].map((tlv) => encodeTlv(tlv).toHex()).join(""),
    );
    deepStrictEqual(findTlv(bytes, 0, NAME), name("w1").value);
  }));
});

Deno.test("EXT-23 findTlv() takes the first of two, and only behind the message's own fields", () => {
  const bytes = written([name("first"), name("second")]);
  deepStrictEqual(findTlv(bytes, 0, NAME), name("first").value);
  deepStrictEqual(findTlv(bytes, 10, NAME), name("second").value);
});

for (const { bytes, source } of vectors.malformed) {
  Deno.test(`EXT-23 a TLV that is cut ends the list: ${source}`, () => {
    const whole = { extensionType: 3, fieldType: 1, value: Uint8Array.of(1) };
    const cut = Uint8Array.fromHex(encodeTlv(whole).toHex() + bytes);
    deepStrictEqual(parseTlvs(cut), [whole]);
    strictEqual(findTlv(cut, 0, NAME), undefined);
  });
}

Deno.test("EXT-23 parseTlvs() reads a thousand, and any garbage without an error", () => {
  const many = new Array<Tlv>(1000).fill({
    extensionType: 7,
    fieldType: 7,
    value: new Uint8Array(),
  });
  strictEqual(parseTlvs(written(many)).length, 1000);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400, size: "max" }), (garbage) => {
    const bytes = parseTlvs(garbage).map((tlv) =>
      encodeTlv({
        ...tlv,
        extensionType: tlv.extensionType & 0x7fff,
      })
    );
    strictEqual(bytes.reduce((sum, { length }) => sum + length, 0) <= garbage.length, true);
  }));
});

Deno.test("EXT-24 findTlv() rejects the message for a value above its maximum", () => {
  deepStrictEqual(findTlv(written([name("x".repeat(32))]), 0, NAME)?.length, 32);
  throws(() => findTlv(written([name("x".repeat(33))]), 0, NAME), (error) => {
    strictEqual(error instanceof DecodeError && error.code, "too-long");
    strictEqual(error instanceof DecodeError && error.path, "SubmitSharesExtended.user_identity");
    return true;
  });
});

Deno.test("encodeTlv() refuses numbers and values that do not fit", () => {
  for (
    const bad of [{ extensionType: 0x8000 }, { fieldType: 256 }, { value: new Uint8Array(65536) }]
  ) {
    throws(() => encodeTlv({ ...name("w"), ...bad }), UsageError);
  }
  strictEqual(encodeTlv({ ...name("w"), value: new Uint8Array(65535) }).length, 65540);
});
