import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { encodeTlv } from "../../codec/tlv.ts";
import { workerTlv } from "./worker_name.ts";

Deno.test("EXT-26 workerTlv() is the name as it is, not padded", () => {
  strictEqual(encodeTlv(workerTlv("Worker_001")).toHex(), "0200010a00576f726b65725f303031");
});

Deno.test("EXT-26 workerTlv() cuts at 32 bytes, never inside a character", () => {
  strictEqual(workerTlv("w".repeat(40)).value.length, 32);
  deepStrictEqual(workerTlv(`${"w".repeat(31)}é`).value, new TextEncoder().encode("w".repeat(31)));
  const unit = fc.constantFrom("w", "é", "€", "😀", "\ud83d");
  fc.assert(fc.property(fc.string({ unit, maxLength: 40 }), (name) => {
    const { value } = workerTlv(name);
    strictEqual(value.length <= 32, true);
    const read = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    strictEqual(name.toWellFormed().startsWith(read), true);
  }));
});
