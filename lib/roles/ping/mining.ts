import { targetFromCompact } from "../../bitcoin/compact.ts";
import { displayHash } from "../../bitcoin/header.ts";
import type { Frame } from "../../frame/frame.ts";
import {
  CloseChannel,
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
} from "../../messages/mining.ts";
import { difficultyOfTarget, MAX_TARGET } from "../../pow/target.ts";
import type { PingConfig } from "./config.ts";
import { PingError, type PingLine, read } from "./line.ts";
import type { Found } from "./report.ts";

const REQUEST_ID = 1;
/** A device of today; what is announced only sets the difficulty of shares that are never sent. */
const NOMINAL_HASH_RATE = 1e12;
const MIN_EXTRANONCE_SIZE = 2;

/** The channel as the server numbered it. */
export interface PingChannel {
  readonly channelId: number;
  readonly groupChannelId: number;
}

/** Opens a channel, as a miner does first of all. @throws {PingError} If it is refused. */
export async function openChannel(
  line: PingLine,
  { channel: kind, userIdentity }: Pick<PingConfig, "channel" | "userIdentity">,
): Promise<Found<PingChannel>> {
  const request = {
    requestId: REQUEST_ID,
    userIdentity,
    nominalHashRate: NOMINAL_HASH_RATE,
    maxTarget: MAX_TARGET,
  };
  if (kind === "standard") await line.send(OpenStandardMiningChannel, request);
  else {
    await line.send(OpenExtendedMiningChannel, {
      ...request,
      minExtranonceSize: MIN_EXTRANONCE_SIZE,
    });
  }
  const opened = await line.expect("an answer to the request for a channel", (frame) => {
    const refusal = read(OpenMiningChannelError, frame);
    if (refusal !== undefined) {
      throw new PingError(`the server refused to open the channel: ${refusal.errorCode}`);
    }
    const standard = read(OpenStandardMiningChannelSuccess, frame);
    if (standard !== undefined) return { ...standard, extranonceSize: 0 };
    return read(OpenExtendedMiningChannelSuccess, frame);
  });
  const { channelId, groupChannelId, extranoncePrefix, extranonceSize } = opened;
  const difficulty = difficultyOfTarget(opened.target);
  const prefix = extranoncePrefix.toHex();
  const rolled = kind === "standard" ? "" : ` and ${extranonceSize} bytes to roll`;
  return {
    found: { channelId, groupChannelId },
    detail: `${kind} channel ${channelId} at difficulty ${Number(difficulty.toPrecision(4))}, ` +
      `extranonce ${prefix}${rolled}`,
    data: {
      channelId,
      groupChannelId,
      difficulty,
      extranoncePrefix: prefix,
      extranonceSize,
    },
  };
}

/** Waits until there is something to mine on: a job, and the block it builds on. */
export async function receiveJob(line: PingLine, channel: PingChannel): Promise<Found<void>> {
  const isOurs = ({ channelId }: { channelId: number }): boolean =>
    channelId === channel.channelId || channelId === channel.groupChannelId;
  const jobs = new Set<number>();
  const { jobId, prevHash, nbits, minNtime } = await line.expect("a job to mine on", (frame) => {
    const job = jobOf(frame);
    if (job !== undefined && isOurs(job)) jobs.add(job.jobId);
    const tip = read(SetNewPrevHash, frame);
    return tip !== undefined && isOurs(tip) && jobs.has(tip.jobId) ? tip : undefined;
  });
  const difficulty = difficultyOfTarget(targetFromCompact(nbits));
  const previous = displayHash(prevHash);
  await line.send(CloseChannel, { channelId: channel.channelId, reasonCode: "ping is done" });
  return {
    found: undefined,
    detail: `job ${jobId} on block ${previous}, ` +
      `network difficulty ${Number(difficulty.toPrecision(4))}`,
    data: { jobId, prevHash: previous, networkDifficulty: difficulty, minNtime },
  };
}

function jobOf(frame: Frame): { readonly channelId: number; readonly jobId: number } | undefined {
  return read(NewExtendedMiningJob, frame) ?? read(NewMiningJob, frame);
}
