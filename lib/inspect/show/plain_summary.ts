import type { PlainCounts } from "../plain_capture.ts";
import { count } from "./summary.ts";

const WHY: Readonly<Record<string, string>> = {
  "began-before": "without their beginning",
  "no-keys": "without keys",
  "wrong-keys": "with other keys",
  "undecryptable": "not to be decrypted",
  "other-protocol": "of another protocol",
};
const NO_REASON = "without a message";

/** What became of the connections of a capture that was written anew, in a line for the end. */
export function plainText(path: string, { written, leftOut }: PlainCounts): string {
  const reasons = new Map<string, number>();
  for (const [code, connections] of Object.entries(leftOut)) {
    const why = WHY[code] ?? NO_REASON;
    reasons.set(why, (reasons.get(why) ?? 0) + connections);
  }
  const all = [...reasons.values()].reduce((sum, each) => sum + each, 0);
  const kinds = [...reasons].sort(([, a], [, b]) => b - a).map(([why, some]) => `${some} ${why}`);
  const rest = all === 0 ? "" : `; ${all} left out: ${kinds.join(", ")}`;
  return `${count(written, "connection")} written to ${path}${rest}`;
}
