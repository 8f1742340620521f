import { escapeJson } from "../../telemetry/escape.ts";
import type { Derived } from "../derive/derived.ts";
import type { Entry } from "../entry.ts";
import type { Finding } from "../lint/rule.ts";
import { SCHEMA_VERSION } from "./json.ts";

/** What follows from an entry, as a line of NDJSON behind the entry's own; `n` is the entry's. */
export function derivedJson({ number, connection }: Entry, values: readonly Derived[]): string {
  return lineOf({
    n: number,
    conn: connection.id,
    kind: "derived",
    values: values.map(({ name, value, unit }) => ({
      name,
      value,
      ...unit === undefined ? {} : { unit },
    })),
  });
}

/** A rule that was broken, as a line of NDJSON behind the entry that showed it. */
export function findingJson(finding: Finding): string {
  const { id, level, title, entry, connection, by, text, expected, entries } = finding;
  return lineOf({
    n: entry,
    conn: connection,
    kind: "finding",
    id,
    level,
    by,
    title,
    text,
    expected,
    entries,
  });
}

function lineOf(value: Readonly<Record<string, unknown>>): string {
  return escapeJson(JSON.stringify({ v: SCHEMA_VERSION, ...value }));
}
