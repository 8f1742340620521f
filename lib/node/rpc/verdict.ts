import type { Verdict } from "../node.ts";

/** What an answer to submitblock means; `"taken"` if it takes another question to know. */
export type SubmitAnswer = Verdict | "taken";

/**
 * Reads what submitblock gives. Bitcoin Core says null to a block that it made its tip, `inconclusive`
 * to one on a side branch; btcd says null to both.
 *
 * @param result The node's, so anything at all.
 * @returns `undefined` if it is no such answer.
 */
export function submitAnswerOf(result: unknown): SubmitAnswer | undefined {
  if (result === null) return "taken";
  if (typeof result !== "string") return undefined;
  const reason = result.slice(0, MAX_REASON).replace(/^rejected: /, "");
  if (KNOWN.some((known) => reason === known) || reason.startsWith("already have block")) {
    return { outcome: "known" };
  }
  if (reason === "inconclusive") return { outcome: "side" };
  return { outcome: "refused", reason: reason || "rejected" };
}

const MAX_REASON = 300;
const KNOWN: readonly string[] = ["duplicate", "duplicate-inconclusive"];
