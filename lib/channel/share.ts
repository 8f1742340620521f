import { targetFromCompact } from "../bitcoin/compact.ts";
import { MAX_FUTURE_TIME } from "../bitcoin/header.ts";
import { difficultyOfTarget, hashAtMost } from "../pow/target.ts";
import { GENERAL_PURPOSE_BITS } from "../pow/version_bits.ts";
import type { UnixSeconds } from "../time.ts";
import type { Channel } from "./channel.ts";
import { merkleRootOf, type ShareHasher } from "./hasher.ts";
import type { Job, Shape } from "./job.ts";
import type { JobBook } from "./jobs.ts";
import type { ShareRefusal } from "./tally.ts";
import type { Worker } from "./workers.ts";

/** What a share says. All of it is the peer's word. */
export interface SubmittedShare {
  readonly sequenceNumber: number;
  readonly jobId: number;
  readonly nonce: number;
  readonly ntime: UnixSeconds;
  readonly version: number;
}

/** A share and what was found about it. Valid during the call it is given to. */
export interface JudgedShare<W, C extends Channel> extends SubmittedShare {
  readonly channel: C;
  /** Who found it behind the channel, if that was said. */
  readonly worker: Worker | undefined;
  /** Why it is not credited; undefined if it is. */
  readonly refusal: ShareRefusal | undefined;
  /** Undefined if there is no such job. */
  readonly job: Job<W> | undefined;
  /** Header hash, 32 bytes; empty if it was refused before it was hashed. A view. */
  readonly hash: Uint8Array;
  /** What it is credited. */
  readonly difficulty: number;
  /** It is a block of the network, whether or not it is credited. */
  readonly block: boolean;
  /** It is to be submitted to the provider of the work: a block, or what else was asked for. */
  readonly solution: boolean;
  /** The part of the extranonce that was rolled; {@link EXTRANONCE_ROOM} bytes, of which the first count. */
  readonly extranonce: Uint8Array;
  readonly extranonceSize: number;
}

type Pending<W, C extends Channel> = {
  -readonly [K in keyof JudgedShare<W, C>]: JudgedShare<W, C>[K];
};

const EXTRANONCE_ROOM = 32;
const NOTHING = new Uint8Array();
/** No job that shares are taken for is without a tip. */
const NO_TIP = { prevHash: new Uint8Array(32), nBits: 0 };

/**
 * Judges shares, as many at a time as came together. {@link add} looks at what is cheap to see;
 * {@link settle} hashes all that passed in one go, and tells of each, in their order, what it is.
 *
 * The order of tests is the reference implementation's: stale, unknown job, extranonce, time, version,
 * target, duplicate. A hash that meets the network's target is a block even if the share's target is
 * harder. A share is taken for what it claims to be for and nothing is forgiven; but no share is ever
 * a reason to end a connection.
 */
export class ShareBatch<W, S extends Shape, C extends Channel<S>> {
  readonly #book: JobBook<W, S>;
  readonly #hasher: ShareHasher;
  readonly #merkleRoot: typeof merkleRootOf;
  /** Used again and again; the first {@link length} are in the batch. */
  readonly #shares: Pending<W, C>[] = [];
  #length = 0;
  #hashed = 0;

  /** @param merkleRoot A faster {@link merkleRootOf}. */
  constructor(
    book: JobBook<W, S>,
    hasher: ShareHasher,
    merkleRoot: typeof merkleRootOf = merkleRootOf,
  ) {
    this.#book = book;
    this.#hasher = hasher;
    this.#merkleRoot = merkleRoot;
  }

  /** Shares that wait to be settled. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a share.
   *
   * @param by The channel it came on, and the worker that it named.
   * @param share Read during the call only.
   * @param extranonce As it came, at most 32 bytes; empty on a standard channel.
   * @param unix Our clock.
   */
  add(
    by: { readonly channel: C; readonly worker: Worker | undefined },
    share: SubmittedShare,
    extranonce: Uint8Array,
    unix: UnixSeconds,
  ): void {
    const { channel, worker } = by;
    const pending = this.#next(channel);
    const job = this.#book.find(share.jobId);
    pending.worker = worker;
    pending.sequenceNumber = share.sequenceNumber;
    pending.jobId = share.jobId;
    pending.nonce = share.nonce;
    pending.ntime = share.ntime;
    pending.version = share.version;
    pending.job = job;
    pending.extranonce.set(extranonce);
    pending.extranonceSize = extranonce.length;
    pending.refusal = job === undefined || !channel.knows(job)
      ? this.#book.isStale(share.jobId) ? "stale-share" : "invalid-job-id"
      : refusalOf({ channel, job, share, extranonceSize: extranonce.length, unix });
    if (pending.refusal === undefined && job !== undefined) {
      this.#hash(channel, job, share, extranonce);
    }
    this.#length++;
  }

  /** Hashes, judges and counts all that was added, and tells of each. */
  settle(judged: (share: JudgedShare<W, C>) => void): void {
    if (this.#hashed > 0) this.#hasher.run();
    let hashed = 0;
    for (let i = 0; i < this.#length; i++) {
      const share = this.#shares[i];
      if (share === undefined) continue;
      if (share.refusal === undefined) this.#judge(share, this.#hasher.hash(hashed++));
      count(share);
      judged(share);
      share.hash = NOTHING;
      share.job = undefined;
    }
    this.#length = 0;
    this.#hashed = 0;
  }

  #judge(share: Pending<W, C>, hash: Uint8Array): void {
    const { channel, job } = share;
    const tip = job?.tip;
    if (job === undefined || tip === undefined) return;
    share.hash = hash;
    const target = channel.targetOf(job);
    const meets = hashAtMost(hash, 0, target.bytes);
    const solution = hashAtMost(hash, 0, tip.solutionTarget);
    if (!meets && !solution) {
      share.refusal = "difficulty-too-low";
      return;
    }
    const claim = channel.duplicates.claim(tip.id, hash);
    if (claim === "seen") {
      share.refusal = "duplicate-share";
      return;
    }
    // What is to be submitted is submitted, whatever becomes of the credit.
    share.solution = solution;
    share.block = solution && hashAtMost(hash, 0, tip.networkTarget);
    if (claim === "full") share.refusal = "share-limit-reached";
    else if (meets) share.difficulty = target.difficulty;
    else if (share.block) share.difficulty = difficultyOfTarget(targetFromCompact(tip.nBits));
    else share.refusal = "difficulty-too-low";
  }

  /** Gives the share to the hasher. It is not in the batch yet: what throws here leaves it out. */
  #hash(channel: C, job: Job<W>, share: SubmittedShare, extranonce: Uint8Array): void {
    const prefix = channel.extranoncePrefixOf(job);
    if (channel.kind === "standard") {
      const { prevHash, nBits } = job.tip ?? NO_TIP;
      const merkleRoot = this.#rootOf(channel, job, prefix);
      const { version, ntime, nonce } = share;
      if (this.#hashed === 0) this.#hasher.begin();
      this.#hasher.addStandard({ version, ntime, nonce, merkleRoot, prevHash, nBits });
    } else {
      const slot = this.#book.slotOf(job);
      if (this.#hashed === 0) this.#hasher.begin();
      this.#hasher.addExtended(slot, prefix, extranonce, share);
    }
    this.#hashed++;
  }

  #rootOf(channel: C, job: Job<W>, extranonce: Uint8Array): Uint8Array {
    const known = channel.rootOf(job);
    if (known !== undefined) return known;
    const root = this.#merkleRoot(job, extranonce);
    channel.keepRoot(job, root);
    return root;
  }

  /** Where the next share goes; it is in the batch when {@link length} counts it. */
  #next(channel: C): Pending<W, C> {
    const known = this.#shares[this.#length];
    if (known !== undefined) {
      known.channel = channel;
      known.difficulty = 0;
      known.block = false;
      known.solution = false;
      return known;
    }
    const share = {
      channel,
      worker: undefined,
      sequenceNumber: 0,
      jobId: 0,
      nonce: 0,
      ntime: 0,
      version: 0,
      refusal: undefined,
      job: undefined,
      hash: NOTHING,
      difficulty: 0,
      block: false,
      solution: false,
      extranonce: new Uint8Array(EXTRANONCE_ROOM),
      extranonceSize: 0,
    };
    this.#shares.push(share);
    return share;
  }
}

/** What is wrong with a share for a live job, as far as that can be seen without hashing it. */
function refusalOf(
  { channel, job, share, extranonceSize, unix }: {
    readonly channel: Channel;
    readonly job: Job<unknown>;
    readonly share: SubmittedShare;
    readonly extranonceSize: number;
    readonly unix: UnixSeconds;
  },
): ShareRefusal | undefined {
  const { ntime, version } = share;
  if (extranonceSize !== channel.rollableSize) return "bad-extranonce-size";
  const minNtime = job.tip?.minNtime ?? Infinity;
  if (ntime < minNtime || ntime > unix + MAX_FUTURE_TIME) return "invalid-share";
  if (version === job.version) return undefined;
  if (!job.versionRollingAllowed) return "version-rolling-not-allowed";
  const fixed = (version ^ job.version) & ~GENERAL_PURPOSE_BITS;
  return fixed === 0 ? undefined : "invalid-non-rollable-version-bit";
}

function count(share: JudgedShare<unknown, Channel>): void {
  const { channel, worker, refusal, difficulty, hash, block } = share;
  if (refusal !== undefined) {
    channel.tally.reject(refusal);
    worker?.tally.reject(refusal);
    return;
  }
  channel.unacknowledged.add(share.sequenceNumber, difficulty);
  channel.tally.accept(difficulty, hash);
  worker?.tally.accept(difficulty, hash);
  if (!block) return;
  channel.tally.blocks++;
  if (worker !== undefined) worker.tally.blocks++;
}
