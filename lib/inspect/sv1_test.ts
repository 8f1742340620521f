import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { lineOf } from "../../tests/support/entries.ts";
import { formatJson } from "./show/json.ts";
import { parseSv1, sv1Name } from "./sv1.ts";

Deno.test("parseSv1() takes objects, and nothing else", () => {
  deepStrictEqual(parseSv1('{"id":1}'), { id: 1 });
  for (const text of ["", "[]", "1", "null", '"x"', "{", '{"id":1}}', "{'id':1}"]) {
    strictEqual(parseSv1(text), undefined, text);
  }
});

Deno.test("parseSv1() takes nothing that is too deep to be written again", () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  ok(parseSv1(nested(63)) !== undefined);
  strictEqual(parseSv1(nested(64)), undefined);
  strictEqual(parseSv1(nested(300_000)), undefined);
  ok(parseSv1(`{"a":"${"[".repeat(500)}\\"{"}`) !== undefined);
  ok(formatJson(lineOf(nested(300_000))).endsWith('"json":null}'));
});

Deno.test("parseSv1() reads what JSON.stringify() wrote", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (json) => {
    strictEqual(JSON.stringify(parseSv1(JSON.stringify(json))), JSON.stringify(json));
  }));
});

Deno.test("sv1Name() is the method, or what an answer is", () => {
  strictEqual(sv1Name({ method: "mining.submit" }), "mining.submit");
  strictEqual(sv1Name({ result: true, error: null }), "result");
  strictEqual(sv1Name({ error: [20, "x"] }), "error");
  strictEqual(sv1Name(undefined), "no-json");
});
