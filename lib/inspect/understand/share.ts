import { targetFromCompact } from "../../bitcoin/compact.ts";
import { encodeHeader } from "../../bitcoin/header.ts";
import { concatBytes } from "../../bitcoin/bytes.ts";
import { difficultyOfHash } from "../../channel/target.ts";
import { sha256d } from "../../kernel/sha.ts";
import { difficultyOfTarget, hashMeetsTarget } from "../../pow/target.ts";
import type { Channel } from "./channel.ts";
import { type Job, merkleRootOf } from "./job.ts";
import { type Standing, targetOfJob } from "./standing.ts";
import type { Moment } from "./timeline.ts";

/** A share that was submitted, and what became of it. */
export interface Share extends Moment {
  readonly channel: Channel;
  readonly sequence: number;
  readonly jobId: number;
  readonly nonce: number;
  readonly ntime: number;
  readonly version: number;
  /** What was rolled; empty in a standard channel. */
  readonly extranonce: Uint8Array;
  /** Who found it, where extension 0x0002 tells; any text. */
  readonly worker: string | undefined;
  /** Undefined if it is for no job that is known. */
  readonly job: Job | undefined;
  readonly standing: Standing | undefined;
  /** What it has to meet. */
  readonly target: bigint | undefined;
  /** The first share that had the same header. */
  readonly twin: Share | undefined;
  outcome: "waiting" | "accepted" | "rejected";
  /** Once it was worked out; null if that cannot be done. */
  work: ShareWork | null | undefined;
}

/** What a share comes to when it is hashed. */
export interface ShareWork {
  /** Whole: prefix and rolled part. */
  readonly extranonce: Uint8Array;
  readonly merkleRoot: Uint8Array;
  /** Of the header, as in headers. */
  readonly hash: Uint8Array;
  /** Difficulty that the hash would just have met. */
  readonly reached: number;
  /** Undefined if the share's target is not known. */
  readonly meetsTarget: boolean | undefined;
  /** It is a block. */
  readonly meetsNetwork: boolean;
  readonly nBits: number;
}

/** What a share is credited: the difficulty of its target. */
export function creditOf({ target }: Share): number | undefined {
  return target === undefined ? undefined : difficultyOfTarget(target);
}

/** The target that a share has to meet: that of its job. Undefined if the job is not known. */
export function shareTarget(channel: Channel, standing: Standing | undefined): bigint | undefined {
  return standing === undefined ? undefined : targetOfJob(standing, channel);
}

/** Works a share out, as its server has to. Undefined if something of its header is not known. */
export function workOf(share: Share): ShareWork | undefined {
  if (share.work === undefined) share.work = workedOut(share) ?? null;
  return share.work ?? undefined;
}

function workedOut(share: Share): ShareWork | undefined {
  const { job, standing, channel, target } = share;
  if (job === undefined || standing === undefined || standing.state === "future") return undefined;
  const { tip } = standing;
  const extranonce = extranonceOf(share);
  if (tip === undefined || extranonce === undefined) return undefined;
  if (channel.kind === "standard" && job.work.kind === "custom") return undefined;
  const merkleRoot = merkleRootOf(job.work, extranonce);
  if (merkleRoot === undefined) return undefined;
  const { version, ntime: time, nonce } = share;
  const { prevHash, nBits } = tip;
  const hash = sha256d(encodeHeader({ version, prevHash, merkleRoot, time, nBits, nonce }));
  return {
    extranonce,
    merkleRoot,
    hash,
    reached: difficultyOfHash(hash),
    meetsTarget: target === undefined ? undefined : hashMeetsTarget(hash, target),
    meetsNetwork: hashMeetsTarget(hash, targetFromCompact(nBits)),
    nBits,
  };
}

/** The whole extranonce; undefined where the channel's prefix is not known and matters. */
function extranonceOf({ channel, job, extranonce }: Share): Uint8Array | undefined {
  if (job === undefined) return undefined;
  if (job.work.kind === "standard") return new Uint8Array();
  const prefix = channel.prefixOf(job);
  return prefix === undefined ? undefined : concatBytes(prefix, extranonce);
}
