/**
 * SV2 §5.3.11 to §5.3.14: shares and what is said to them.
 *
 * @module
 */

import { equalBytes } from "../../bitcoin/bytes.ts";
import { textFromBytes } from "../../codec/text.ts";
import { UserIdentity } from "../../messages/extensions.ts";
import {
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../../messages/mining.ts";
import type { Micros } from "../../capture/capture.ts";
import type { FrameEntry } from "../entry.ts";
import type { Channel } from "./channel.ts";
import type { Job } from "./job.ts";
import { kept } from "./read.ts";
import { addressed, on, type Scene } from "./scene.ts";
import { type Share, shareTarget } from "./share.ts";
import type { ShareAbout } from "./sight.ts";
import { standingOf } from "./standing.ts";
import { twinsOfShare } from "./twins.ts";
import { nonceKey, type World } from "./world.ts";

/** Shares that may wait for one answer, where no larger batch was seen; and for how long, in microseconds. */
const MOST_WAITING = 100;
const LONGEST_WAIT = 60_000_000;
/** Channels that are looked at for a job whose group is not known. */
const MOST_SEARCHED = 64;

/** What the tracker learns from shares and their answers. */
export const SHARE_SIGHTS = [
  on(SubmitSharesStandard, (value, scene) => submitted("standard", value, scene)),
  on(SubmitSharesExtended, (value, scene) => submitted("extended", value, scene)),
  on(SubmitSharesSuccess, (value, { world, on }) => {
    const to = on.channels.get(value.channelId);
    if (to === undefined) return { kind: "accepted", to, value, shares: [], last: "unknown" };
    to.addressed++;
    to.largestBatch = Math.max(to.largestBatch, value.newSubmitsAcceptedCount);
    to.silenceTold = false;
    const { shares, last } = acknowledgedBy(value, to);
    for (const share of shares) world.settle(share, "accepted");
    return { kind: "accepted", to, value, shares, last };
  }),
  on(SubmitSharesError, (value, { world, on }) => {
    const to = on.channels.get(value.channelId);
    const { sequenceNumber: sequence } = value;
    let share: Share | undefined;
    if (to !== undefined) {
      to.addressed++;
      for (const waiting of to.waiting.values()) {
        if (waiting.sequence !== sequence) continue;
        share = waiting;
        break;
      }
    }
    if (to !== undefined && share !== undefined) {
      world.settle(share, "rejected");
      to.lastRejected = { sequence, order: share.order };
    }
    return { kind: "rejected", to, value, share };
  }),
];

function submitted(
  as: "standard" | "extended",
  value: SubmitSharesStandard & { readonly extranonce?: Uint8Array },
  scene: Scene,
): ShareAbout {
  const { world, entry, at } = scene;
  const { channelId } = value;
  const channel = addressed(channelId, scene, as);
  if (channel === undefined) {
    const none = { share: undefined, previous: undefined, overdueTarget: undefined };
    return { kind: "share", channelId, as, twins: [], silent: [], ...none };
  }
  const job = channel.job(value.jobId) ?? elsewhere(channel, value.jobId);
  const standing = job === undefined ? undefined : standingOf(job, channel);
  const { sequenceNumber: sequence, jobId, nonce, ntime, version } = value;
  const share: Share = {
    ...at,
    channel,
    sequence,
    jobId,
    nonce,
    ntime,
    version,
    extranonce: kept(value.extranonce ?? new Uint8Array()),
    worker: workerIn(entry),
    job,
    standing,
    target: shareTarget(channel, standing),
    twin: sameBefore(channel, value, world),
    outcome: "waiting",
    work: undefined,
  };
  const previous = channel.lastSequence;
  channel.lastSequence = sequence;
  if (job !== undefined) job.firstShare ??= at;
  const twins = twinsOfShare(share, world);
  world.addShare(share);
  const silent = silentOn(channel, at.time);
  const overdueTarget = overdueOn(channel, at.time);
  return { kind: "share", share, channelId, as, previous, twins, silent, overdueTarget };
}

function silentOn(channel: Channel, time: Micros): Share[] {
  const { waiting, largestBatch, silenceTold } = channel;
  if (silenceTold || waiting.size <= Math.max(MOST_WAITING, 2 * largestBatch)) return [];
  const [oldest] = waiting.values();
  if (oldest === undefined || time - oldest.time <= LONGEST_WAIT) return [];
  channel.silenceTold = true;
  return [...waiting.values()];
}

function overdueOn(channel: Channel, time: Micros): Channel["wantsTarget"] {
  const { wantsTarget } = channel;
  if (wantsTarget === undefined || time - wantsTarget.time <= LONGEST_WAIT) return undefined;
  channel.wantsTarget = undefined;
  return wantsTarget;
}

/** All shares that waited up to the one that is named last. SV2 §5.3.13 */
function acknowledgedBy(
  { lastSequenceNumber, newSubmitsAcceptedCount }: SubmitSharesSuccess,
  { waiting, lastRejected }: Channel,
): { readonly shares: Share[]; readonly last: "waited" | "refused" | "unknown" } {
  const shares: Share[] = [];
  for (const share of waiting.values()) {
    shares.push(share);
    if (share.sequence === lastSequenceNumber) return { shares, last: "waited" };
  }
  // A server may name the last share that it looked at, though it refused that one.
  if (lastRejected?.sequence === lastSequenceNumber) {
    const { order } = lastRejected;
    return { shares: shares.filter((share) => share.order < order), last: "refused" };
  }
  return { shares: shares.slice(0, newSubmitsAcceptedCount), last: "unknown" };
}

/** The first share of the channel with the same header. */
function sameBefore(
  channel: Channel,
  value: SubmitSharesStandard & { readonly extranonce?: Uint8Array },
  world: World,
): Share | undefined {
  const same = world.sharesByNonce.find(nonceKey(value)).find((share) =>
    share.channel === channel && share.jobId === value.jobId && share.version === value.version &&
    equalBytes(share.extranonce, value.extranonce ?? new Uint8Array())
  );
  return same?.twin ?? same;
}

/** Where the opening of a channel is missing, its group is found by a job that only the group has. */
function elsewhere(channel: Channel, jobId: number): Job | undefined {
  if (channel.isWhole || channel.group !== undefined) return undefined;
  let left = MOST_SEARCHED;
  for (const other of channel.on.channels.values()) {
    if (left-- === 0) return undefined;
    const job = other.kind === undefined || other.kind === "group"
      ? other.jobs.get(jobId)
      : undefined;
    if (job === undefined) continue;
    other.kind = "group";
    other.members.add(channel);
    channel.group = other;
    channel.joined = 0;
    return job;
  }
  return undefined;
}

function workerIn({ tlvs }: FrameEntry): string | undefined {
  const tlv = tlvs.find(({ extensionType, fieldType }) =>
    extensionType === UserIdentity.extensionType && fieldType === UserIdentity.fieldType
  );
  return tlv === undefined ? undefined : textFromBytes(tlv.value.subarray(0, UserIdentity.max));
}
