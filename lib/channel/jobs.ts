import { UsageError } from "../errors.ts";
import type { ShareHasher } from "./hasher.ts";
import {
  type Job,
  type JobParts,
  type JobSet,
  LiveJob,
  type LiveSet,
  type Ownership,
  type Shape,
} from "./job.ts";
import { LaidJobs } from "./laid_jobs.ts";
import type { Tip } from "./tips.ts";

/** How jobs are made, and how many are kept. */
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
  readonly #laid: LaidJobs;
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
    this.#laid = new LaidJobs(options.hasher);
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
    if (this.#futures.length > this.#options.maxFuture) this.#dropSet(this.#futures.shift());
    return set;
  }

  /** Work for the present tip, to be begun at once. @throws {UsageError} If there is no tip yet. */
  addActive(work: W): JobSet<W> {
    const tip = this.active?.tip;
    if (tip === undefined) throw new UsageError("Cannot add active work: there is no tip");
    const set = this.#newSet(work);
    this.#begin(set, tip);
    return set;
  }

  /**
   * The chain has a new end and `future` builds on it. All other jobs are stale; but if it is the
   * end that it had, those that were active become past.
   */
  activate(future: JobSet<W>, tip: Tip): void {
    const at = this.#futures.findIndex((set) => set === future);
    const set = this.#futures[at];
    if (set === undefined) throw new UsageError("Cannot activate work: it is not a future one");
    this.#futures.splice(at, 1);
    if (this.active?.tip?.id !== tip.id) this.endTip();
    // To a client no other future job is valid now, SV2 §5.3.17.
    for (const other of this.#futures.splice(0)) this.#dropSet(other);
    this.#begin(set, tip);
  }

  /** The chain has a new end for which there is no work: all jobs are stale. */
  endTip(): void {
    this.#olderStale = this.#stale;
    this.#stale = new Set();
    for (const set of [...this.#current.splice(0), ...this.#futures.splice(0)]) {
      for (const { id } of jobsOf(set)) this.#stale.add(id);
      this.#dropSet(set);
    }
  }

  /** The job for `shape` in a live set; made when it is first asked for. */
  jobIn(jobSet: JobSet<W>, shape: S): Job<W> {
    const set = jobSet as LiveSet<W>;
    const known = set.jobs.get(shape.key);
    if (known !== undefined) return known;
    const job = this.#newJob(set, shape);
    set.jobs.set(shape.key, job);
    return job;
  }

  /**
   * The active work once more, as a new job of one channel: what a change of its target is to hold
   * for at once.
   *
   * @throws {UsageError} If there is no active work.
   */
  ownJob(shape: S, owner: object): Job<W> {
    const set = this.#current.at(-1);
    if (set === undefined) throw new UsageError("Cannot make a job: there is no active work");
    const job = this.#newJob(set, shape, { owner, bornAt: ++this.#clock });
    set.owned.add(job);
    return job;
  }

  /** Forgets a job that has an owner. */
  dropOwn(job: Job<W>): void {
    const live = this.#byId.get(job.id);
    if (live?.owner === undefined) return;
    live.set.owned.delete(live);
    this.#dropJob(live);
  }

  /** The job that shares may be for: active or past, not future, not stale. */
  find(id: number): Job<W> | undefined {
    const job = this.#byId.get(id);
    return job?.activatedAt === undefined ? undefined : job;
  }

  /** Whether it was a job of one of the two tips before this one. */
  isStale(id: number): boolean {
    return this.#stale.has(id) || this.#olderStale.has(id);
  }

  /** Where the hasher has the job; laid there now if it is not. */
  slotOf(job: Job<W>): number {
    return this.#laid.slotOf(job);
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
    const [jobs, owned] = [new Map(), new Set<LiveJob<W>>()];
    return { work, createdAt, activatedAt: undefined, tip: undefined, jobs, owned };
  }

  #newJob(set: LiveSet<W>, shape: S, own?: Ownership): LiveJob<W> {
    const id = this.#nextId();
    const job = new LiveJob(id, set, {
      parts: this.#options.build(set.work, shape, id),
      shape,
      own,
    });
    this.#byId.set(id, job);
    return job;
  }

  #begin(set: LiveSet<W>, tip: Tip): void {
    set.activatedAt = ++this.#clock;
    set.tip = tip;
    this.#current.push(set);
    if (this.#current.length > this.#options.maxPast + 1) this.#dropSet(this.#current.shift());
  }

  #dropSet(set: LiveSet<W> | undefined): void {
    if (set !== undefined) { for (const job of jobsOf(set)) this.#dropJob(job); }
  }

  #dropJob(job: LiveJob<W>): void {
    this.#byId.delete(job.id);
    this.#laid.drop(job);
  }

  #nextId(): number {
    do this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1; while (
      this.#byId.has(this.#lastId) || this.isStale(this.#lastId)
    );
    return this.#lastId;
  }
}

function* jobsOf<W>(set: LiveSet<W>): Iterable<LiveJob<W>> {
  yield* set.jobs.values();
  yield* set.owned;
}
