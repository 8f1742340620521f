import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FieldLine } from "../../../lib/inspect/web/api.ts";
import { fieldAt, foldedAtFirst, hasElements, visibleFields } from "./fields.ts";

function line(path: string, start: number, end: number): FieldLine {
  const depth = path.split("[").length - 1;
  return { path, depth, start, end, wire: "", value: "", doc: "" };
}

const FIELDS = [
  line("id", 0, 4),
  line("list", 4, 9),
  line("list[0]", 5, 7),
  line("list[1]", 7, 9),
  line("last", 9, 10),
];

Deno.test("fieldAt() finds the innermost field of a byte", () => {
  const paths = [0, 3, 4, 5, 8, 9, 10].map((offset) => fieldAt(FIELDS, offset)?.path);
  deepStrictEqual(paths, ["id", "id", "list", "list[0]", "list[1]", "last", undefined]);
});

Deno.test("visibleFields() leaves out the elements of folded sequences", () => {
  const visible = visibleFields(FIELDS, new Set(["list"]));
  deepStrictEqual(visible.map(({ path }) => path), ["id", "list", "last"]);
  strictEqual(fieldAt(visible, 7)?.path, "list");
});

Deno.test("hasElements() tells sequences with something in them from the rest", () => {
  deepStrictEqual(FIELDS.map((_, i) => hasElements(FIELDS, i)), [false, true, false, false, false]);
});

Deno.test("foldedAtFirst() folds long sequences, and not short ones", () => {
  strictEqual(foldedAtFirst(FIELDS).size, 0);
  const elements = Array.from({ length: 9 }, (_, i) => line(`many[${i}]`, i, i + 1));
  deepStrictEqual([...foldedAtFirst([line("many", 0, 9), ...elements])], ["many"]);
});
