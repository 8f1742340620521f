import { deepStrictEqual, ok } from "node:assert";
import type { Entry } from "../entry.ts";
import { derivedJson, findingJson } from "./sense_json.ts";

const ENTRY = { number: 3, connection: { id: 2 } } as unknown as Entry;

Deno.test("derivedJson() names the entry, and gives values for programs", () => {
  const line = derivedJson(ENTRY, [
    { name: "difficulty", value: 2, text: "two" },
    { name: "pace", value: 1.5, unit: "s", text: "1.5 s" },
  ]);
  deepStrictEqual(JSON.parse(line), {
    v: 1,
    n: 3,
    conn: 2,
    kind: "derived",
    values: [{ name: "difficulty", value: 2 }, { name: "pace", value: 1.5, unit: "s" }],
  });
});

Deno.test("findingJson() has all of a finding, and nothing that moves a cursor", () => {
  const line = findingJson({
    id: "MIN-17",
    level: "MUST",
    title: "A target",
    entry: 7,
    connection: 1,
    by: "server",
    text: "\x1b[2J",
    expected: "less",
    entries: [5],
  });
  ok(/^[\x20-\x7e]+$/.test(line), line);
  const { id, n, text, entries } = JSON.parse(line);
  deepStrictEqual([id, n, text, entries], ["MIN-17", 7, "\x1b[2J", [5]]);
});
