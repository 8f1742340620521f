import type { Coinbase } from "../bitcoin/coinbase.ts";
import { UsageError } from "../errors.ts";
import type { ShareHasher } from "./hasher.ts";
import type { Tip } from "./tips.ts";

/** What the channels of one group have in common: whom the coinbase pays, and its length. */
export interface Shape {
  /** Shapes are the same if their keys are. */
  readonly key: string;
  /** Bytes of the full extranonce, SV2 §5.1.2.1. */
  readonly extranonceSize: number;
}

/** What a job is made of: one piece of work in one shape. */
export interface JobParts {
  readonly version: number;
  /** Whether the bits of BIP 323 may differ from `version`. */
  readonly versionRollingAllowed: boolean;
  readonly merklePath: readonly Uint8Array[];
  readonly coinbase: Coinbase;
}

/** One piece of work, such as a template, with a job for each shape that wants it. */
export interface JobSet<W> {
  readonly work: W;
  /** When it was made, on the book's clock. */
  readonly createdAt: number;
  /** When it became active; undefined in a future job. */
  readonly activatedAt: number | undefined;
  /** What it builds on; undefined in a future job. */
  readonly tip: Tip | undefined;
}

/** A job as channels of a shape have it. Its coinbase and merkle path exist once for all of them. */
export interface Job<W> extends JobParts {
  readonly id: number;
  readonly set: JobSet<W>;
  readonly shape: Shape;
}

export interface JobBookOptions<W, S extends Shape> {
  /** Puts a job together. @param id What it will be called; for what must differ between jobs. */
  readonly build: (work: W, shape: S, id: number) => JobParts;
  readonly hasher: Pick<ShareHasher, "layJob" | "dropJob">;
  /** Older jobs of the same tip that shares are still taken for. */
  readonly maxPast: number;
  /** Future jobs kept; of more, the oldest is forgotten. */
  readonly maxFuture: number;
}

/** The first id to be given out is the one after it. */
const NO_ID = 0;
const LAST_ID = 0xffff_ffff;
const NOT_LAID = -1;

interface LiveJob<W> extends Job<W> {
  readonly set: LiveSet<W>;
  /** In the hasher. */
  slot: number;
}

interface LiveSet<W> extends JobSet<W> {
  activatedAt: number | undefined;
  tip: Tip | undefined;
  readonly jobs: Map<string, LiveJob<W>>;
}

/**
 * All jobs of a server, for all its channels and connections.
 *
 * ```text
 * future ──(its tip comes)──▶ active ──(newer work)──▶ past ──(one too many)──▶ gone
 *    └──(another tip comes)──────┴──────────────────────┴──▶ stale ──(two tips later)──▶ gone
 * ```
 *
 * Ids come from one counter, so they are unique on every channel and in every group, and a frame that
 * carries one can be sent to many. The book has a clock that counts what happens to it; a channel's
 * {@link History} is asked with its times.
 */
export class JobBook<W, S extends Shape> {
  readonly #options: JobBookOptions<W, S>;
  readonly #byId = new Map<number, LiveJob<W>>();
  /** Oldest first. */
  readonly #futures: LiveSet<W>[] = [];
  /** Oldest first; the last one is active. */
  readonly #current: LiveSet<W>[] = [];
  #stale = new Set<number>();
  #olderStale = new Set<number>();
  #clock = 0;
  #lastId = NO_ID;

  /** @param lastId The id before the first one; for tests of the wrap-around. */
  constructor(options: JobBookOptions<W, S>, lastId: number = NO_ID) {
    this.#options = options;
    this.#lastId = lastId;
  }

  /** Time of the last event. A change that is to count from the next one on is made at `clock + 1`. */
  get clock(): number {
    return this.#clock;
  }

  /** What there is to work on now. */
  get active(): JobSet<W> | undefined {
    return this.#current.at(-1);
  }

  /** Work for the next tip, oldest first. */
  get futures(): readonly JobSet<W>[] {
    return this.#futures;
  }

  /** Jobs that shares can be for, and future ones. */
  get size(): number {
    return this.#byId.size;
  }

  /** Creation of the oldest job that is not gone or stale. */
  get oldestCreation(): number {
    let oldest = this.#clock + 1;
    for (const { createdAt } of this.#futures) oldest = Math.min(oldest, createdAt);
    for (const { createdAt } of this.#current) oldest = Math.min(oldest, createdAt);
    return oldest;
  }

  /** Activation of the oldest job that shares are taken for. */
  get oldestActivation(): number {
    return this.#current[0]?.activatedAt ?? this.#clock + 1;
  }

  /** Work for a tip that is yet to come. */
  addFuture(work: W): JobSet<W> {
    const set = this.#newSet(work);
    this.#futures.push(set);
    if (this.#futures.length > this.#options.maxFuture) this.#drop(this.#futures.shift());
    return set;
  }

  /** Work for the present tip, to be begun at once. @throws {UsageError} If there is no tip yet. */
  addActive(work: W): JobSet<W> {
    const tip = this.active?.tip;
    if (tip === undefined) throw new UsageError("Cannot add active work: there is no tip");
    const set = this.#newSet(work);
    this.#begin(set, tip);
    if (this.#current.length > this.#options.maxPast + 1) this.#drop(this.#current.shift());
    return set;
  }

  /** The chain has a new end and `future` builds on it. All other jobs are stale. */
  activate(future: JobSet<W>, tip: Tip): void {
    const at = this.#futures.findIndex((set) => set === future);
    const set = this.#futures[at];
    if (set === undefined) throw new UsageError("Cannot activate work: it is not a future one");
    this.#futures.splice(at, 1);
    this.endTip();
    this.#begin(set, tip);
  }

  /** The chain has a new end for which there is no work: all jobs are stale. */
  endTip(): void {
    this.#olderStale = this.#stale;
    this.#stale = new Set();
    for (const set of [...this.#current, ...this.#futures]) {
      for (const { id } of set.jobs.values()) this.#stale.add(id);
      this.#drop(set);
    }
    this.#current.length = 0;
    this.#futures.length = 0;
  }

  /** The job for `shape` in a live set; made when it is first asked for. */
  jobIn(jobSet: JobSet<W>, shape: S): Job<W> {
    const set = jobSet as LiveSet<W>;
    const known = set.jobs.get(shape.key);
    if (known !== undefined) return known;
    const id = this.#nextId();
    const parts = this.#options.build(set.work, shape, id);
    const job: LiveJob<W> = { ...parts, id, set, shape, slot: NOT_LAID };
    set.jobs.set(shape.key, job);
    this.#byId.set(id, job);
    return job;
  }

  /** The job that shares may be for: active or past, not future, not stale. */
  find(id: number): Job<W> | undefined {
    const job = this.#byId.get(id);
    return job?.set.activatedAt === undefined ? undefined : job;
  }

  /** Whether it was a job of one of the two tips before this one. */
  isStale(id: number): boolean {
    return this.#stale.has(id) || this.#olderStale.has(id);
  }

  /** Where the hasher has the job; laid there now if no share came for it before. */
  slotOf(job: Job<W>): number {
    const live = job as LiveJob<W>;
    if (live.slot === NOT_LAID && live.set.tip !== undefined) {
      const { prevHash, nBits } = live.set.tip;
      const { merklePath, coinbase: { stripped } } = live;
      live.slot = this.#options.hasher.layJob({
        coinbasePrefix: stripped.prefix,
        coinbaseSuffix: stripped.suffix,
        merklePath,
        prevHash,
        nBits,
      });
    }
    return live.slot;
  }

  /** No channel has this shape any more: its jobs go. */
  dropShape(key: string): void {
    for (const set of [...this.#current, ...this.#futures]) {
      const job = set.jobs.get(key);
      if (job !== undefined) this.#dropJob(job);
      set.jobs.delete(key);
    }
  }

  #newSet(work: W): LiveSet<W> {
    const createdAt = ++this.#clock;
    return { work, createdAt, activatedAt: undefined, tip: undefined, jobs: new Map() };
  }

  #begin(set: LiveSet<W>, tip: Tip): void {
    set.activatedAt = ++this.#clock;
    set.tip = tip;
    this.#current.push(set);
  }

  #drop(set: LiveSet<W> | undefined): void {
    for (const job of set?.jobs.values() ?? []) this.#dropJob(job);
  }

  #dropJob(job: LiveJob<W>): void {
    this.#byId.delete(job.id);
    if (job.slot !== NOT_LAID) this.#options.hasher.dropJob(job.slot);
    job.slot = NOT_LAID;
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1; while (
      this.#byId.has(this.#lastId) || this.isStale(this.#lastId)
    );
    return this.#lastId;
  }
}
