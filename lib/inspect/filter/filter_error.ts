import { OperatorError } from "../../errors.ts";

/** Characters before and behind the place that are shown of the expression. */
const SHOWN = 60;

/** What is wrong with a filter, with the place below which it stands. @param at From 0. */
export function filterError(source: string, at: number, what: string): OperatorError {
  const from = Math.max(0, at - SHOWN);
  const shown = source.slice(from, at + SHOWN).replace(/\s/g, " ");
  return new OperatorError(
    "usage",
    `Cannot read filter at column ${at + 1}: ${what}\n  ${shown}\n  ${" ".repeat(at - from)}^`,
  );
}
