import type { Sight } from "../understand/sight.ts";
import type { Finding, Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** Findings of a rule that are kept as examples. */
const MOST_EXAMPLES = 3;

/** How often a rule was broken. */
export interface Broken {
  readonly id: string;
  readonly level: Finding["level"];
  readonly title: string;
  readonly count: number;
  /** The first few. */
  readonly examples: readonly Finding[];
}

/** Holds what is seen against the rules, and counts. Memory does not grow with what is found. */
export class Linter {
  readonly #byKind = new Map<Rule["on"], Rule[]>();
  readonly #broken = new Map<string, { rule: Rule; count: number; examples: Finding[] }>();

  constructor(rules: readonly Rule[] = RULES) {
    for (const rule of rules) {
      const alike = this.#byKind.get(rule.on);
      if (alike === undefined) this.#byKind.set(rule.on, [rule]);
      else alike.push(rule);
    }
  }

  /** A rule of level `MUST` was broken. */
  get isBroken(): boolean {
    return this.#broken.values().some(({ rule }) => rule.level === "MUST");
  }

  /** The rules that were broken, `MUST` first, then by how often. */
  get broken(): Broken[] {
    return [...this.#broken.values()]
      .map(({ rule: { id, level, title }, count, examples }) => ({
        id,
        level,
        title,
        count,
        examples,
      }))
      .sort((a, b) => a.level === b.level ? b.count - a.count : a.level === "MUST" ? -1 : 1);
  }

  /** What is wrong with an entry. */
  check(sight: Sight): Finding[] {
    const findings: Finding[] = [];
    const { entry, about } = sight;
    if (entry.kind === "frame") this.#apply(this.#byKind.get("frame"), sight, findings);
    this.#apply(this.#byKind.get(about.kind), sight, findings);
    return findings;
  }

  #apply(rules: readonly Rule[] | undefined, sight: Sight, findings: Finding[]): void {
    if (rules === undefined) return;
    const { entry: { number: entry, connection } } = sight;
    for (const rule of rules) {
      for (const fault of rule.check(sight)) {
        const { id, level, title } = rule;
        const finding = { ...fault, id, level, title, entry, connection: connection.id };
        findings.push(finding);
        this.#count(rule, finding);
      }
    }
  }

  #count(rule: Rule, finding: Finding): void {
    const key = `${rule.id} ${rule.title}`;
    const broken = this.#broken.get(key) ?? { rule, count: 0, examples: [] };
    broken.count++;
    if (broken.examples.length < MOST_EXAMPLES) broken.examples.push(finding);
    this.#broken.set(key, broken);
  }
}

/** A finding in two lines. */
export function findingText(finding: Finding): string {
  const { id, level, title, entry, connection, by, text, expected, entries } = finding;
  const seen = entries.length === 0 ? "" : ` (see ${entries.map((n) => `#${n}`).join(", ")})`;
  return `#${entry} connection ${connection}: ${level} ${id} broken by the ${by}: ${text}${seen}\n` +
    `    ${title}. Expected: ${expected}\n`;
}

/** What a capture is worth, in a few lines. */
export function brokenText(broken: readonly Broken[]): string {
  if (broken.length === 0) return "No rule was broken.\n";
  const width = Math.max(...broken.map(({ count }) => `${count}`.length));
  return broken.map(({ id, level, title, count, examples }) => {
    const first = examples.map(({ entry }) => `#${entry}`).join(", ");
    const more = count > examples.length ? ", …" : "";
    return `${`${count}`.padStart(width)} × ${level.padEnd(6)} ${id.padEnd(8)} ${title} ` +
      `(${first}${more})\n`;
  }).join("");
}
