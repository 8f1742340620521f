import { escapeText } from "../../telemetry/escape.ts";
import type { Entry } from "../entry.ts";
import { nameOf } from "../naming.ts";
import { formatLine, type LineOptions } from "../show/line.ts";
import { paintIn } from "../show/paint.ts";
import type { Compared, Difference } from "./diff.ts";

/** What differs, for a person: entries that only one list has, and fields of those that both have. */
export function formatDiff(
  { a, b, differences }: Compared,
  { colors = false }: LineOptions = {},
): string {
  const paint = paintIn(colors);
  if (a === undefined || b === undefined) {
    const only = a ?? b;
    if (only === undefined) return "";
    const sign = a === undefined ? "+" : "-";
    return `${paint(a === undefined ? "cyan" : "red", sign)} ${formatLine(only, { colors })}`;
  }
  const head = `  #${a.number} → #${b.number} ${paint("bold", titleOf(a))}`;
  return [head, ...differences.map((each) => formatDifference(each))].join("\n");
}

/** `    maximum_target: 1 → 2`. Texts of paths may be a peer's: Stratum V1 has any keys. */
export function formatDifference({ path, a, b }: Difference): string {
  return `    ${escapeText(path, 80)}: ${a ?? "none"} → ${b ?? "none"}`;
}

function titleOf(entry: Entry): string {
  return escapeText(nameOf(entry) ?? "unknown message", 80);
}
