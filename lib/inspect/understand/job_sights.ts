/**
 * SV2 §5.3.15 to §5.3.20: jobs that are sent, begun and ended.
 *
 * @module
 */

import {
  NewExtendedMiningJob,
  NewMiningJob,
  SetCustomMiningJob,
  SetCustomMiningJobError,
  SetCustomMiningJobSuccess,
  SetNewPrevHash,
} from "../../messages/mining.ts";
import type { Channel } from "./channel.ts";
import { customJob, extendedJob, type Job, standardJob } from "./job.ts";
import { kept } from "./read.ts";
import type { CustomRequest } from "./request.ts";
import { addressed, on, type Scene } from "./scene.ts";
import type { MiningAbout } from "./sight.ts";
import { standingOf } from "./standing.ts";
import { pathKey, type Template } from "./template.ts";
import type { World } from "./world.ts";

/** Tips after which no share for a job is expected any more. */
const TIPS_TO_LIVE = 2;
/** Members of a group that are looked at for a job. */
const MOST_SEARCHED = 16;

/** What the tracker learns from messages about jobs. */
export const JOB_SIGHTS = [
  on(NewMiningJob, (value, scene) => {
    const to = addressed(value.channelId, scene, "standard");
    return sent(to, to && standardJob(value, { to, at: scene.at }), scene, value.channelId);
  }),
  on(NewExtendedMiningJob, (value, scene) => {
    const to = addressed(value.channelId, scene);
    const job = to && extendedJob(value, { to, at: scene.at });
    if (job !== undefined) {
      job.template = templateOf(job, scene.world);
      if (job.template !== undefined) job.template.firstJob ??= scene.at;
    }
    return sent(to, job, scene, value.channelId);
  }),
  on(SetNewPrevHash, (value, scene) => {
    const { at, world } = scene;
    const to = addressed(value.channelId, scene);
    world.nBits = value.nbits;
    const job = to && namedBy(to, value.jobId);
    const first = to?.addressed === 0;
    if (to !== undefined) {
      to.addressed++;
      const { jobId, prevHash, minNtime, nbits: nBits } = value;
      to.tips.set({ jobId, prevHash: kept(prevHash), minNtime, nBits }, at);
    }
    return { kind: "activation", to, value, job, first };
  }),
  on(SetCustomMiningJob, (value, { world, on, at }) => {
    const token = world.tokens.get(value.miningJobToken.toHex());
    const { requestId, channelId } = value;
    const channel = on.channels.get(channelId);
    const request: CustomRequest = {
      ...at,
      on,
      kind: "custom",
      requestId,
      channelId,
      channel,
      value: {
        ...value,
        coinbaseTxOutputs: kept(value.coinbaseTxOutputs),
        coinbasePrefix: kept(value.coinbasePrefix),
      },
      token,
    };
    const clash = on.request("custom", requestId);
    world.nBits = value.nbits;
    world.ask(request);
    return { kind: "custom", request, clash };
  }),
  on(SetCustomMiningJobSuccess, ({ channelId, requestId, jobId }, { world, on, at }) => {
    const request = on.request("custom", requestId);
    if (request !== undefined) world.answered(request);
    const to = on.channels.get(channelId);
    const extranonceSize = to?.fullExtranonceSize;
    let job: Job | undefined;
    if (request !== undefined && to !== undefined && extranonceSize !== undefined) {
      job = customJob(request.value, { jobId, extranonceSize }, { to, at });
      world.addJob(job);
    } else if (to !== undefined) to.forgotJobs = true;
    return { kind: "custom-accepted", request, channelId, jobId, job };
  }),
  on(SetCustomMiningJobError, (value, { world, on }) => {
    const request = on.request("custom", value.requestId);
    if (request !== undefined) world.answered(request);
    return { kind: "custom-refused", request, value };
  }),
];

function sent(
  to: Channel | undefined,
  job: Job | undefined,
  { world }: Scene,
  channelId: number,
): MiningAbout {
  if (to === undefined || job === undefined) {
    return {
      kind: "job",
      to: undefined,
      job: undefined,
      clash: undefined,
      first: false,
      channelId,
    };
  }
  const first = to.addressed === 0;
  to.addressed++;
  const clash = validOf(to, job.id);
  world.addJob(job);
  for (const old of [...to.jobs.values()]) {
    if (tipsSince(old) < TIPS_TO_LIVE) break;
    world.releaseJob(old);
    to.end(old.id);
  }
  return { kind: "job", to, job, clash, first, channelId };
}

/** A job that could be meant by this id on the channel, and has not ended. SV2 §5.3.15 */
function validOf(to: Channel, id: number): Job | undefined {
  const own = to.jobs.get(id);
  if (own !== undefined && standingOf(own, to).state !== "retired") return own;
  const shared = to.group?.jobs.get(id);
  if (shared !== undefined && to.wasSent(shared)) {
    if (standingOf(shared, to).state !== "retired") return shared;
  }
  for (const member of someOf(to)) {
    const theirs = member.jobs.get(id);
    if (theirs !== undefined && standingOf(theirs, member).state !== "retired") return theirs;
  }
  return undefined;
}

/** Members of a group, enough to find what all of them have. */
function someOf({ members }: Channel): Channel[] {
  return members.values().take(MOST_SEARCHED).toArray();
}

/** The job that a SetNewPrevHash to a channel or group names. */
function namedBy(to: Channel, jobId: number): Job | undefined {
  const job = to.job(jobId);
  if (job !== undefined || to.kind === "standard" || to.kind === "extended") return job;
  // A job that was sent to the members one by one may be begun for the group.
  return someOf(to).map((member) => member.jobs.get(jobId)).find((found) => found !== undefined);
}

function tipsSince(job: Job): number {
  const { to, order } = job;
  return to.group === undefined ? to.tips.after(order).length : to.tipsAfter(order).length;
}

/** The template that has the job's merkle path, and whose outputs end its coinbase. */
function templateOf(job: Job, world: World): Template | undefined {
  const { work } = job;
  if (work.kind !== "extended") return undefined;
  const ending = work.suffix.toHex();
  return world.templatesByPath.find(pathKey(work.merklePath)).find(({ value }) => {
    if (value === undefined) return false;
    const locktime = new Uint8Array(4);
    new DataView(locktime.buffer).setUint32(0, value.coinbaseTxLocktime, true);
    return ending.endsWith(value.coinbaseTxOutputs.toHex() + locktime.toHex()) &&
      value.version === job.version;
  });
}
