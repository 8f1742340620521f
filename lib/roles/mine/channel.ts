import { targetFromCompact } from "../../bitcoin/compact.ts";
import { PeerError } from "../../errors.ts";
import type { SetNewPrevHash } from "../../messages/mining.ts";
import type { Instant, UnixSeconds } from "../../time.ts";
import { type ActiveJob, type Job, withFixedVersion } from "./job.ts";
import type { Submissions } from "./submissions.ts";
import { Supply } from "./supply.ts";

/** Jobs kept for a later SetNewPrevHash; of more, the oldest is forgotten. */
const MAX_FUTURE_JOBS = 32;
/** Jobs of this tip whose shares are still sent; servers keep 16 or so. */
const MAX_LIVE_JOBS = 32;
/** SV2 §5.1.2.1: prefix and rolled part together. */
const MAX_EXTRANONCE = 32;

/** A channel as the server granted it; sizes, target and ids are the server's choice. */
export interface ChannelOptions {
  readonly id: number;
  readonly kind: "standard" | "extended";
  readonly groupId: number;
  readonly target: bigint;
  readonly extranoncePrefix: Uint8Array;
  /** 0 on a standard channel. */
  readonly extranonceSize: number;
  /** The server wants the version left alone, SV2 §5.3.1. */
  readonly fixedVersion: boolean;
  /** Extranonce to begin with. */
  readonly cursor: bigint;
  readonly submissions: Submissions;
}

interface Tip {
  readonly prevHash: Uint8Array;
  readonly nbits: number;
}

/** One mining channel, as its client sees it: which job is the job, and which are still good. */
export class MiningChannel {
  readonly id: number;
  readonly kind: "standard" | "extended";
  readonly extranonceSize: number;
  readonly submissions: Submissions;
  groupId: number;
  /** An endpoint changed: extensions are not in force here until negotiated again, SV2 §3.6.4. */
  extensionsReset = false;
  readonly #fixedVersion: boolean;
  readonly #future = new Map<number, Job>();
  readonly #live = new Map<number, ActiveJob>();
  #cursor: bigint;
  #prefix: Uint8Array;
  #target: bigint;
  #tip: Tip | undefined;
  #current: ActiveJob | undefined;

  /** @throws {PeerError} If the extranonce is longer than the protocol allows. */
  constructor(options: ChannelOptions) {
    this.id = options.id;
    this.kind = options.kind;
    this.groupId = options.groupId;
    this.extranonceSize = options.extranonceSize;
    this.submissions = options.submissions;
    this.#fixedVersion = options.fixedVersion;
    this.#cursor = options.cursor;
    this.#target = options.target;
    this.#prefix = options.extranoncePrefix;
    this.#assertFits(options.extranoncePrefix);
  }

  /** What to mine on; undefined until a job was activated, or if a new block left none. */
  get current(): ActiveJob | undefined {
    return this.#current;
  }

  /** Fixed part of the extranonce for jobs that come from now on. */
  get prefix(): Uint8Array {
    return this.#prefix;
  }

  /** Bytes of prefix and rolled part together, the same for all of a group, SV2 §5.2.3. */
  get fullExtranonceSize(): number {
    return this.#prefix.length + this.extranonceSize;
  }

  /** Target for jobs that come, or become active, from now on, SV2 §5.3.21. */
  get target(): bigint {
    return this.#target;
  }

  /** Whether a share of `active` may still be sent. */
  isLive(active: ActiveJob): boolean {
    return this.#live.get(active.job.id) === active;
  }

  setTarget(target: bigint): void {
    this.#target = target;
  }

  /** @throws {PeerError} As the constructor. */
  setPrefix(prefix: Uint8Array): void {
    this.#assertFits(prefix);
    this.#prefix = prefix;
  }

  /**
   * A job came, SV2 §5.3.15 and §5.3.16. One without `min_ntime` waits for its SetNewPrevHash; so
   * does one that came before any, since there is nothing to build on.
   *
   * @returns Whether it is the job to mine on now.
   */
  addJob(job: Job, minNtime: UnixSeconds | null, now: Instant): boolean {
    const offered = this.#fixedVersion ? withFixedVersion(job) : job;
    if (minNtime === null || this.#tip === undefined) {
      keep(this.#future, offered.id, offered, MAX_FUTURE_JOBS);
      return false;
    }
    this.#activate(offered, { ...this.#tip, minNtime, now });
    return true;
  }

  /**
   * There is a new block, SV2 §5.3.17: only the job it names is valid, all others are void.
   *
   * @returns Whether such a job was there. If not, there is nothing to mine on until one comes.
   */
  setPrevHash({ jobId, prevHash, nbits, minNtime }: SetNewPrevHash, now: Instant): boolean {
    const job = this.#future.get(jobId);
    this.#future.clear();
    this.#live.clear();
    this.#cursor = this.#current?.supply.cursor ?? this.#cursor;
    this.#current = undefined;
    this.#tip = { prevHash, nbits };
    if (job === undefined) return false;
    this.#activate(job, { prevHash, nbits, minNtime, now });
    return true;
  }

  #activate(
    job: Job,
    { prevHash, nbits, minNtime, now }: Tip & { minNtime: UnixSeconds; now: Instant },
  ): void {
    this.#cursor = this.#current?.supply.cursor ?? this.#cursor;
    this.#current = {
      job,
      prevHash,
      nbits,
      minNtime,
      since: now,
      target: this.#target,
      networkTarget: targetFromCompact(nbits),
      supply: new Supply({
        version: job.version,
        versionMask: job.versionMask,
        extranonceSize: this.extranonceSize,
        cursor: this.#cursor,
      }),
    };
    keep(this.#live, job.id, this.#current, MAX_LIVE_JOBS);
  }

  #assertFits(prefix: Uint8Array): void {
    if (prefix.length + this.extranonceSize > MAX_EXTRANONCE) {
      throw new PeerError("extranonce-too-long", "5.1.2.1");
    }
  }
}

/** Puts the newest last, and forgets the oldest above `limit`. */
function keep<T>(map: Map<number, T>, id: number, value: T, limit: number): void {
  map.delete(id);
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}
