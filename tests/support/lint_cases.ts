/**
 * What breaks a rule of lint, and what comes close and does not.
 *
 * @module
 */

import { deepStrictEqual, ok } from "node:assert";
import type { Entry } from "../../lib/inspect/entry.ts";
import type { Finding, Rule, Side } from "../../lib/inspect/lint/rule.ts";
import { Understanding } from "../../lib/inspect/understanding.ts";
import type { Tape } from "./tape.ts";

export interface LintCase {
  /** Id of the rule. */
  readonly rule: string;
  readonly by: Side;
  /** What is done wrong. */
  readonly name: string;
  /** Nothing is found in it. */
  readonly clean: () => Tape;
  /** Broken by its last entry. */
  readonly broken: () => Tape;
  /** Rules that are broken with it. */
  readonly also?: readonly string[];
}

/** What lint finds. */
export function findingsIn(entries: readonly Entry[]): Finding[] {
  const understanding = new Understanding({ lint: true });
  return entries.flatMap((entry) => [...understanding.see(entry).findings]);
}

/** Tests each case, and that there is one for each of `rules`. */
export function testCases(rules: readonly Rule[], cases: readonly LintCase[]): void {
  for (const { rule, by, name, clean, broken, also = [] } of cases) {
    Deno.test(`lint finds what breaks ${rule}: ${name}`, () => {
      deepStrictEqual(findingsIn(clean().entries).map(({ id, text }) => `${id}: ${text}`), []);
      const { entries } = broken();
      const findings = findingsIn(entries);
      const last = entries.at(-1)?.number;
      const fault = findings.find((finding) => finding.id === rule && finding.entry === last);
      ok(fault, JSON.stringify(findings.map(({ id, text, entry }) => `#${entry} ${id}: ${text}`)));
      deepStrictEqual([fault.by, fault.entries.every((entry) => entry < entries.length)], [
        by,
        true,
      ]);
      const others = findings.map(({ id }) => id).filter((id) => id !== rule && !also.includes(id));
      deepStrictEqual(others, []);
    });
  }
  Deno.test("every rule here has a case", () => {
    const found = new Set(
      cases.flatMap(({ broken }) => findingsIn(broken().entries)).map(({ id, title }) =>
        `${id} ${title}`
      ),
    );
    deepStrictEqual(
      rules.map(({ id, title }) => `${id} ${title}`).filter((key) => !found.has(key)),
      [],
    );
  });
}
