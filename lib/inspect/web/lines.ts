/**
 * What is known of an entry, as lines for the page.
 *
 * @module
 */

import type { Derived } from "../derive/derived.ts";
import type { Finding } from "../lint/rule.ts";
import type { DerivedLine, FindingLine } from "./api.ts";

/** Names of derived values that are the number of an entry. */
const ENTRY = /(?:_entry|^twin)$/;

/** A derived value as the page shows it. */
export function derivedLine({ name, text, value }: Derived): DerivedLine {
  const number = ENTRY.test(name) ? Number(value) : 0;
  return { name, text, ...number > 0 && { entry: number } };
}

/** A broken rule as the page shows it. */
export function findingLine(finding: Finding): FindingLine {
  const { id, level, title, by, text, expected, entry, entries } = finding;
  return { id, severity: level, title, by, text, expected, entry, entries };
}
