import { ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { textFromBytes } from "../codec/text.ts";
import { escapeJson, escapeText, quoteText } from "./escape.ts";

// deno-lint-ignore no-control-regex -- what must never reach a terminal
const DANGEROUS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

Deno.test("escapeText() leaves what people write alone", () => {
  strictEqual(escapeText("Émile's rig №7 — 日本語 🙂"), "Émile's rig №7 — 日本語 🙂");
});

Deno.test("ERR-3 escapeText() disarms line breaks, colours, cursor moves and direction changes", () => {
  strictEqual(
    escapeText("a\n2026 ERROR forged"),
    "a\\n2026 ERROR forged",
  );
  strictEqual(escapeText("\x1b[2J\x1b[31mred"), "\\x1b[2J\\x1b[31mred");
  strictEqual(escapeText("\u009b2J"), "\\u{9b}2J");
  strictEqual(escapeText("pay \u202e‬1cb"), "pay \\u{202e}\\u{202c}1cb");
  strictEqual(escapeText("nul\0"), "nul\\x00");
});

Deno.test("TYPE-6 escapeText() shows bytes that are not UTF-8 by their value", () => {
  strictEqual(escapeText(textFromBytes(Uint8Array.of(0x61, 0xff, 0x80))), "a\\xff\\x80");
  strictEqual(
    escapeText(textFromBytes(new Uint8Array(255).fill(0xff))),
    "\\xff".repeat(255),
  );
});

Deno.test("escapeText() cuts long text and tells how much is missing", () => {
  strictEqual(escapeText("x".repeat(300), 10), "xxxxxxxxxx…(290 more)");
  ok(escapeText("x".repeat(1e6)).length < 300);
});

Deno.test("escapeText() stops marks from climbing", () => {
  ok(!escapeText("a" + "\u0301".repeat(100)).includes("\u0301".repeat(5)));
  strictEqual(escapeText("e\u0301"), "e\u0301");
});

Deno.test("escapeText() yields nothing a terminal acts on, from any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
    const shown = escapeText(text);
    ok(!DANGEROUS.test(shown), JSON.stringify(shown));
    ok(shown.isWellFormed());
  }));
});

Deno.test("quoteText() tells the peer's quotes from ours", () => {
  strictEqual(quoteText('a" level="error'), '"a\\" level=\\"error"');
  strictEqual(quoteText("a\\n"), '"a\\\\n"');
});

Deno.test("escapeJson() changes the text but never the value", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
    const json = escapeJson(JSON.stringify({ text }));
    ok(!DANGEROUS.test(json));
    strictEqual(JSON.parse(json).text, text);
  }));
});
