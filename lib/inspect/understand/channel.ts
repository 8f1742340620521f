import type { ConnectionState } from "./connection.ts";
import type { Job } from "./job.ts";
import type { OpenRequest } from "./request.ts";
import type { Share } from "./share.ts";
import { type Moment, type Since, Timeline } from "./timeline.ts";

/** Undefined for one whose opening was not seen, as long as nothing tells. */
export type ChannelKind = "standard" | "extended" | "group" | undefined;

/** What a SetNewPrevHash says. */
export interface Tip {
  readonly jobId: number;
  readonly prevHash: Uint8Array;
  readonly minNtime: number;
  readonly nBits: number;
}

/** Ended jobs of a channel that are told from such as never were. */
const MOST_ENDED = 256;

/** A channel or a group as it is known from what went by. SV2 §5.2 */
export class Channel {
  readonly jobs = new Map<number, Job>();
  readonly tips = new Timeline<Tip>();
  readonly targets = new Timeline<bigint>();
  /** Not of a group. */
  readonly prefixes = new Timeline<Uint8Array>();
  /** Easiest targets that the client asked for. */
  readonly maxTargets = new Timeline<bigint>();
  /** Shares that no answer has come for, in the order they were sent. */
  readonly waiting = new Map<number, Share>();
  /** Channels of a group. */
  readonly members = new Set<Channel>();
  kind: ChannelKind;
  request: OpenRequest | undefined;
  /** h/s, as the client said last. */
  nominalHashRate: number | undefined;
  /** Bytes that the client rolls in each share. */
  extranonceSize: number | undefined;
  group: Channel | undefined;
  /** When it got into its group. */
  joined = 0;
  /** All that was sent to it and to its group is known. */
  isWhole: boolean;
  /** A job of it was forgotten, or is not known. */
  forgotJobs = false;
  /** Ids of jobs that ended long ago. */
  readonly #ended = new Set<number>();
  #endedCut = false;
  /** Largest id of a job that was sent. */
  largestJobId = -1;
  /** Messages that the server addressed to it. */
  addressed = 0;
  lastSequence: number | undefined;
  /** Most shares that one SubmitShares.Success has acknowledged. */
  largestBatch = 0;
  lastRejected: { readonly sequence: number; readonly order: number } | undefined;
  /** A smaller maximum target was asked for, and no SetTarget has followed. */
  wantsTarget: (Moment & { readonly maximum: bigint }) | undefined;
  silenceTold = false;

  constructor(
    readonly on: ConnectionState,
    readonly id: number,
    init: { readonly kind: ChannelKind; readonly isWhole: boolean; readonly opened: Moment },
  ) {
    this.kind = init.kind;
    this.isWhole = init.isWhole;
    this.opened = init.opened;
    this.joined = init.opened.order;
  }

  readonly opened: Moment;

  /** Who gets paid, as the client said; any text. */
  get user(): string | undefined {
    return this.request?.userIdentity;
  }

  /** The target of jobs to come. */
  get target(): bigint | undefined {
    return this.targetAt(Infinity)?.value;
  }

  get prefix(): Uint8Array | undefined {
    return this.prefixes.latest?.value;
  }

  /** Bytes of the whole extranonce. */
  get fullExtranonceSize(): number | undefined {
    const { prefix, extranonceSize } = this;
    if (prefix === undefined) return undefined;
    return this.kind === "standard" ? prefix.length : addition(prefix.length, extranonceSize);
  }

  /** The target that held at `order`, whether it was set for the channel or for its group. */
  targetAt(order: number): Since<bigint> | undefined {
    return later(this.targets.at(order), this.#inGroup(this.group?.targets.at(order)));
  }

  tipAt(order: number): Since<Tip> | undefined {
    return later(this.tips.at(order), this.#inGroup(this.group?.tips.at(order)));
  }

  /** Tips later than `order`, of the channel and of its group, oldest first. */
  tipsAfter(order: number): Since<Tip>[] {
    const since = Math.max(order, this.joined);
    const news = Math.max(this.tips.latest?.order ?? 0, this.group?.tips.latest?.order ?? 0);
    if (news <= order) return [];
    const shared = this.group?.tips.after(since) ?? [];
    return [...this.tips.after(order), ...shared].sort((a, b) => a.order - b.order);
  }

  /** The prefix in the job's coinbase: what held when it was sent. SV2 §5.3.10 */
  prefixOf(job: Job): Uint8Array | undefined {
    // A job of the group may be older than the channel.
    return (this.prefixes.at(job.order) ?? this.prefixes.changes[0])?.value;
  }

  /** The job of this id, of the channel or else of its group. */
  job(id: number): Job | undefined {
    return this.jobs.get(id) ?? this.group?.jobs.get(id);
  }

  /** The job was sent on the channel, or to its group while it was in it. */
  wasSent(job: Job): boolean {
    return job.to === this || (job.to === this.group && job.order > this.joined);
  }

  /** Something that was said is missing. What may be right still is kept, for people to see. */
  breakOff(): void {
    this.isWhole = false;
    this.forgotJobs = true;
    this.wantsTarget = undefined;
    this.tips.clear();
    this.maxTargets.clear();
  }

  /** The job has ended so long ago that nothing else is known of it. */
  end(jobId: number): void {
    this.#ended.add(jobId);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= MOST_ENDED) return;
      this.#ended.delete(oldest);
      this.#endedCut = true;
    }
  }

  /** Whether a job of this id was ever sent to the channel or its group, as far as can be told. */
  everSent(jobId: number): "yes" | "no" | "unknown" {
    const places = this.group === undefined ? [this] : [this, this.group];
    if (places.some((place) => place.jobs.has(jobId) || place.#ended.has(jobId))) return "yes";
    const known = places.every((place) => place.isWhole && !place.forgotJobs);
    if (!known) return "unknown";
    return places.some((place) => place.#endedCut && jobId <= place.largestJobId)
      ? "unknown"
      : "no";
  }

  #inGroup<T>(change: Since<T> | undefined): Since<T> | undefined {
    return change !== undefined && change.order > this.joined ? change : undefined;
  }
}

function later<T>(a: Since<T> | undefined, b: Since<T> | undefined): Since<T> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.order > b.order ? a : b;
}

function addition(a: number, b: number | undefined): number | undefined {
  return b === undefined ? undefined : a + b;
}
