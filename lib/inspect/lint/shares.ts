/**
 * Rules about shares: what the client submits, SV2 §5.3.11, §5.3.12.
 *
 * @module
 */

import { MAX_FUTURE_TIME } from "../../bitcoin/header.ts";
import { MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import { GENERAL_PURPOSE_BITS } from "../../pow/version_bits.ts";
import type { ConnectionState } from "../understand/connection.ts";
import type { Job } from "../understand/job.ts";
import type { Share } from "../understand/share.ts";
import { fault, type Rule, ruleOn } from "./rule.ts";

/** Microseconds in which a share may cross the SetNewPrevHash that ends its job. */
const CROSSING = 10_000_000;

/** Shares, and what they are answered with. */
export const SHARE_RULES: readonly Rule[] = [
  ruleOn("share", {
    id: "MIN-56",
    title: "Shares are of the kind of their channel",
    check({ share, as }) {
      const kind = share?.channel.kind;
      if (!share?.channel.isWhole || kind === undefined || kind === as) return undefined;
      const name = as === "standard" ? "SubmitSharesStandard" : "SubmitSharesExtended";
      const place = kind === "group" ? "a group" : `a channel that is ${kind}`;
      return fault("client", `${name} on ${place}`, "the other message", [
        share.channel.opened.entry,
      ]);
    },
  }),
  ruleOn("share", {
    id: "MIN-57",
    title: "Sequence numbers of a channel rise",
    check({ share, previous }) {
      if (share === undefined || previous === undefined || rises(previous, share.sequence)) {
        return undefined;
      }
      const how = share.sequence === previous ? "again" : `after ${previous}`;
      return fault("client", `sequence_number ${share.sequence} ${how}`, `above ${previous}`);
    },
  }),
  ruleOn("share", {
    id: "MIN-55",
    title: "The extranonce of a share is as long as was granted",
    check({ share, as }) {
      const granted = share?.channel.extranonceSize;
      if (!share?.channel.isWhole || as !== "extended" || share.channel.kind !== "extended") {
        return undefined;
      }
      if (granted === undefined || share.extranonce.length === granted) return undefined;
      return fault("client", `${share.extranonce.length} bytes`, `${granted} bytes`, [
        share.channel.opened.entry,
      ]);
    },
  }),
  ruleOn("share", {
    id: "MIN-63",
    title: "Shares are for jobs that were sent",
    check: ({ share }) =>
      share !== undefined && share.job === undefined &&
        share.channel.everSent(share.jobId) === "no"
        ? fault("client", `job ${share.jobId}, which was never sent`, "a job of the channel")
        : undefined,
  }),
  ruleOn("share", {
    id: "MIN-35",
    title: "A future job is not worked on before its SetNewPrevHash",
    check({ share }) {
      const standing = share?.standing;
      if (share === undefined || standing === undefined || !share.channel.isWhole) return undefined;
      const never = standing.state === "retired" && standing.since === undefined;
      if (standing.state !== "future" && !never) return undefined;
      return fault("client", `job ${share.jobId}, which was not begun`, "an active job", [
        share.job?.entry,
      ]);
    },
  }),
  ruleOn("share", {
    id: "MIN-36",
    title: "After SetNewPrevHash no other job is worked on",
    check({ share }) {
      if (share === undefined || !share.channel.isWhole) return undefined;
      const { standing, channel, jobId } = share;
      if (standing === undefined) {
        return share.job === undefined && channel.everSent(jobId) === "yes"
          ? fault("client", `job ${jobId}, which ended long ago`, "an active job")
          : undefined;
      }
      if (standing.state !== "retired" || standing.since === undefined) return undefined;
      if (share.time - standing.by.time <= CROSSING) return undefined;
      const seconds = Math.round((share.time - standing.by.time) / 1e6);
      return fault("client", `job ${jobId}, ${seconds} s after it ended`, "an active job", [
        share.job?.entry,
        standing.by.entry,
      ]);
    },
  }),
  ruleOn("share", {
    id: "MIN-44",
    title: "Only bits of BIP 323 are rolled in the version",
    check({ share }) {
      const job = share?.job;
      if (share === undefined || job === undefined) return undefined;
      const rolled = ((share.version ^ job.version) & ~GENERAL_PURPOSE_BITS) >>> 0;
      if (rolled === 0) return undefined;
      return fault(
        "client",
        `version 0x${hex(share.version)} of job version 0x${hex(job.version)}: bits 0x${
          hex(rolled)
        }`,
        `other bits only in 0x${hex(GENERAL_PURPOSE_BITS)}`,
        [job.entry],
      );
    },
  }),
  ruleOn("share", {
    id: "MIN-45",
    title: "Where version rolling is not allowed, the version is the job's",
    check({ share }, { on }) {
      const job = share?.job;
      if (share === undefined || job === undefined || share.version === job.version) {
        return undefined;
      }
      if (!isFixed(job, on)) return undefined;
      return fault("client", `version 0x${hex(share.version)}`, `0x${hex(job.version)}`, [
        job.entry,
      ]);
    },
  }),
  ruleOn("share", {
    id: "MIN-51",
    title: "ntime is at least min_ntime, and not far above the time that has passed",
    check({ share }) {
      const job = share?.job;
      const from = share && leastNtime(share);
      if (share === undefined || job === undefined || from === undefined) return undefined;
      if (share.ntime < from) {
        return fault("client", `ntime ${share.ntime}`, `${from} or later`, [job.entry]);
      }
      // More than the specification allows is taken by servers, SV2 §10.2.
      const most = from + Math.max(0, share.time - job.time) / 1e6 + MAX_FUTURE_TIME;
      return share.ntime <= most
        ? undefined
        : fault("client", `ntime ${share.ntime}`, `about ${Math.floor(most)} at most`, [job.entry]);
    },
  }),
];

/** A number may go round at 2^32. */
function rises(from: number, to: number): boolean {
  const step = (to - from) >>> 0;
  return step > 0 && step < 2 ** 31;
}

function isFixed({ rolling, work }: Job, on: ConnectionState): boolean {
  return rolling === false ||
    (work.kind === "standard" && on.serverFlag(MINING_SERVER_FLAGS.requiresFixedVersion));
}

/** First usable header time of the share's job. */
function leastNtime({ job, standing }: Share): number | undefined {
  if (job?.minNtime !== undefined) return job.minNtime;
  return standing?.state === "future" ? undefined : standing?.tip?.minNtime;
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, "0");
}
