import type { Verdict } from "../node.ts";

/** What an answer to submitblock means. */
export type SubmitAnswer =
  | Verdict
  /** It is not refused; where it stands takes another question to know. */
  | "taken"
  /** The node lacks the block before it, and so has no opinion. */
  | "unjudged";

/**
 * Reads what submitblock gives. Bitcoin Core says null to a block that it made its tip, `inconclusive`
 * to one on a side branch; btcd says null to both, and to one that it cannot judge yet.
 *
 * @param result The node's, so anything at all.
 * @returns `undefined` if it is no such answer.
 */
export function submitAnswerOf(result: unknown): SubmitAnswer | undefined {
  if (result === null) return "taken";
  if (typeof result !== "string") return undefined;
  const reason = result.slice(0, MAX_REASON).replace(/^rejected: /, "");
  if (reason === "inconclusive") return { outcome: "side" };
  if (reason === "prev-blk-not-found" || reason.startsWith("already have block (orphan)")) {
    return "unjudged";
  }
  if (reason === "duplicate" || reason.startsWith("already have block")) {
    return { outcome: "known" };
  }
  return { outcome: "refused", reason: reason || "rejected" };
}

const MAX_REASON = 300;
