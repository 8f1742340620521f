/**
 * Rules about what the server says to shares, SV2 §5.3.13, §5.3.14. Where it can, inspect works each
 * share out again.
 *
 * @module
 */

import { creditOf, type Share, workOf } from "../understand/share.ts";
import { fault, type Rule, ruleOn } from "./rule.ts";

const TOO_LOW = "difficulty-too-low";
/** What definitions of difficulty differ by, and more. */
const TOLERANCE = 0.001;

/** Requests have one answer each, of their kind. */
export const ANSWER_RULES: readonly Rule[] = [
  ruleOn("share", {
    id: "MIN-60",
    title: "Every share gets an answer",
    check({ silent }) {
      const [oldest] = silent;
      if (oldest === undefined) return undefined;
      const text = `${silent.length} shares without an answer, since entry ${oldest.entry}`;
      return fault("server", text, "SubmitShares.Success or .Error", [oldest.entry]);
    },
  }),
  ruleOn("accepted", {
    id: "MIN-60",
    title: "Every share gets an answer",
    check({ to, value, shares, last }) {
      const { newSubmitsAcceptedCount: count } = value;
      const passed = shares.length - count;
      if (to === undefined || !to.isWhole || last === "unknown" || passed <= 0) return undefined;
      // A pool may hold back shares for a block that it has not heard of yet, SV2 §5.3.14.
      if (shares.some(({ job }) => job === undefined || job.work.kind === "custom")) {
        return undefined;
      }
      return fault(
        "server",
        `${count} shares acknowledged of ${shares.length} up to number ${value.lastSequenceNumber}`,
        "an answer to each",
        ends(shares),
      );
    },
  }),
  ruleOn("accepted", {
    id: "MIN-58",
    title: "last_sequence_number is that of a share which waits for its answer",
    check: ({ to, value, last }) =>
      last === "unknown" && to?.isWhole
        ? fault(
          "server",
          `last_sequence_number ${value.lastSequenceNumber}`,
          to.waiting.size === 0 ? "no answer: none waits" : "that of a share which waits",
        )
        : undefined,
  }),
  ruleOn("accepted", {
    id: "MIN-59",
    title: "new_submits_accepted_count counts the shares of the batch",
    check({ to, value, shares, last }) {
      const { newSubmitsAcceptedCount: count } = value;
      if (!to?.isWhole || last === "unknown" || count <= shares.length) return undefined;
      return fault("server", `${count} shares`, `${shares.length}`, ends(shares));
    },
  }),
  ruleOn("accepted", {
    id: "MIN-59",
    title: "new_shares_sum is the sum of the difficulties of the batch",
    check({ to, value, shares, last }) {
      const { newSubmitsAcceptedCount: count, newSharesSum } = value;
      if (!to?.isWhole || last === "unknown" || count !== shares.length) return undefined;
      const credits = shares.map(creditOf).filter((credit) => credit !== undefined);
      if (credits.length < shares.length || shares.some(isBlockOnly)) return undefined;
      const expected = total(credits);
      const reached = total(shares.map((share) => workOf(share)?.reached ?? 0));
      const said = Number(newSharesSum);
      if (isAbout(said, expected, count) || isAbout(said, reached, count)) return undefined;
      return fault("server", `new_shares_sum ${said}`, `about ${round(expected)}`, ends(shares));
    },
  }),
  ruleOn("accepted", {
    id: "MIN-48",
    title: "Shares above their target are refused",
    check: ({ to, value, shares }) =>
      // Which of them it means is not known.
      !to?.isWhole || value.newSubmitsAcceptedCount !== shares.length ? undefined : shares
        .filter(isTooLow).map((share) =>
          fault(
            "server",
            `share ${share.sequence} accepted: it reached difficulty ` +
              round(workOf(share)?.reached ?? 0),
            `SubmitShares.Error: its target is difficulty ${round(creditOf(share) ?? 0)}`,
            [share.entry, share.job?.entry],
          )
        ),
  }),
  ruleOn("accepted", {
    id: "MIN-62",
    title: "The same share is not accepted twice",
    check: ({ to, value, shares }) =>
      !to?.isWhole || value.newSubmitsAcceptedCount !== shares.length ? undefined : shares
        .filter(({ twin }) => twin?.outcome === "accepted").map((share) =>
          fault("server", `share ${share.sequence} accepted`, "SubmitShares.Error: a duplicate", [
            share.twin?.entry,
            share.entry,
          ])
        ),
  }),
  ruleOn("rejected", {
    id: "MIN-60",
    title: "SubmitShares.Error names a share which waits for its answer",
    check: ({ to, value, share }) =>
      share === undefined && to?.isWhole
        ? fault("server", `sequence_number ${value.sequenceNumber}`, "that of a share which waits")
        : undefined,
  }),
  ruleOn("rejected", {
    id: "MIN-48",
    title: "Shares that meet their target are not refused for it",
    check({ to, value, share }) {
      if (share === undefined || !to?.isWhole || value.errorCode !== TOO_LOW) return undefined;
      const work = workOf(share);
      if (work?.meetsTarget !== true) return undefined;
      return fault(
        "server",
        `${TOO_LOW}, but it reached difficulty ${round(work.reached)}`,
        `acceptance: its target is difficulty ${round(creditOf(share) ?? 0)}`,
        [share.entry, share.job?.entry],
      );
    },
  }),
];

function isTooLow(share: Share): boolean {
  const work = workOf(share);
  return work?.meetsTarget === false && !work.meetsNetwork;
}

/** It is credited for being a block, not for its target. */
function isBlockOnly(share: Share): boolean {
  const work = workOf(share);
  return work?.meetsTarget === false && work.meetsNetwork;
}

/** @param count Shares, each of which may have been rounded. */
function isAbout(said: number, expected: number, count: number): boolean {
  return Math.abs(said - expected) <= count + 1 + expected * TOLERANCE;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function ends(shares: readonly Share[]): (number | undefined)[] {
  return shares.length > 1 ? [shares[0]?.entry, shares.at(-1)?.entry] : [shares[0]?.entry];
}

function round(difficulty: number): string {
  return Number(difficulty.toPrecision(6)).toString();
}
