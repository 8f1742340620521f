import { Duplicates } from "./duplicates.ts";
import { History } from "./history.ts";
import type { Job, Shape } from "./job.ts";
import { Tally, Unacknowledged } from "./tally.ts";
import { type Target, targetOf } from "./target.ts";

/**
 * Who rolls the extranonce: nobody in a standard channel, the client in an extended one. SV2 §5.1
 */
export type ChannelKind = "standard" | "extended";

/** What a channel is when it opens. */
export interface ChannelInit<S extends Shape> {
  /** Unique on the connection, among channels and groups, for as long as it lives. SV2 §5.2 */
  readonly id: number;
  readonly kind: ChannelKind;
  readonly shape: S;
  /** In a standard channel the whole extranonce, in an extended one what comes before `rollable`. */
  readonly extranoncePrefix: Uint8Array;
  readonly target: bigint;
  /** The easiest target that the client can work on. */
  readonly maxTarget: bigint;
  /** Time of the job book from which on jobs are sent to the channel. */
  readonly since: number;
  /** Shares to tell apart, see {@link Duplicates}. */
  readonly maxShares: number;
}

/** Jobs whose merkle root a standard channel remembers; for others it is made again. */
const MOST_ROOTS = 4;

/** A server's side of a standard or extended channel, SV2 §5.2. */
export class Channel<S extends Shape = Shape> {
  readonly id: number;
  readonly kind: ChannelKind;
  readonly shape: S;
  /** Bytes of extranonce in each of its shares: `extranonce_size`, 0 in a standard channel. */
  readonly rollableSize: number;
  readonly tally: Tally = new Tally();
  readonly unacknowledged: Unacknowledged = new Unacknowledged();
  readonly duplicates: Duplicates;
  maxTarget: bigint;
  readonly #since: number;
  /** By the activation of jobs. */
  readonly #targets: History<Target>;
  /** By the creation of jobs. */
  readonly #prefixes: History<Uint8Array>;
  /** Newest first. */
  readonly #roots: { readonly job: Job<unknown>; readonly root: Uint8Array }[] = [];

  constructor(init: ChannelInit<S>) {
    this.id = init.id;
    this.kind = init.kind;
    this.shape = init.shape;
    this.rollableSize = init.shape.extranonceSize - init.extranoncePrefix.length;
    this.maxTarget = init.maxTarget;
    this.duplicates = new Duplicates(init.maxShares);
    this.#since = init.since;
    this.#targets = new History(targetOf(init.target));
    this.#prefixes = new History(init.extranoncePrefix);
  }

  /** Whether the job was ever sent on this channel or to its group. */
  knows(job: Job<unknown>): boolean {
    if (job.owner !== undefined) return job.owner === this;
    return job.shape.key === this.shape.key && (job.activatedAt ?? 0) >= this.#since;
  }

  /** The target of jobs to come. */
  get target(): Target {
    return this.#targets.latest;
  }

  /** The target that the job's shares have to meet: what was in force when it became active. */
  targetOf(job: Job<unknown>): Target {
    return this.#targets.at(job.activatedAt ?? Infinity);
  }

  /**
   * SetTarget was sent, SV2 §5.3.21: it counts for jobs that become active from now on.
   *
   * @param book Its clock, and the oldest activation that is still asked for.
   */
  setTarget(
    value: bigint,
    book: { readonly clock: number; readonly oldestActivation: number },
  ): void {
    this.#targets.set(targetOf(value), book.clock + 1);
    this.#targets.forget(book.oldestActivation);
  }

  /** The prefix of jobs to come. */
  get extranoncePrefix(): Uint8Array {
    return this.#prefixes.latest;
  }

  /** The prefix in the job's coinbase: what was in force when it was sent. */
  extranoncePrefixOf(job: Job<unknown>): Uint8Array {
    return this.#prefixes.at(job.createdAt);
  }

  /**
   * SetExtranoncePrefix was sent, SV2 §5.3.10: it counts for jobs that are sent from now on.
   *
   * @param prefix As long as the one before: the size of a group's coinbase is fixed.
   */
  setExtranoncePrefix(
    prefix: Uint8Array,
    book: { readonly clock: number; readonly oldestCreation: number },
  ): void {
    this.#prefixes.set(prefix, book.clock + 1);
    this.#prefixes.forget(book.oldestCreation);
  }

  /** The merkle root that the job has on this channel, if it is remembered. Standard channels only. */
  rootOf(job: Job<unknown>): Uint8Array | undefined {
    for (const known of this.#roots) if (known.job === job) return known.root;
    return undefined;
  }

  keepRoot(job: Job<unknown>, root: Uint8Array): void {
    this.#roots.unshift({ job, root });
    if (this.#roots.length > MOST_ROOTS) this.#roots.pop();
  }
}

/** Channels of one connection that jobs are sent to together, SV2 §5.2.3. */
export class Group<C extends Channel> {
  readonly members = new Set<C>();

  constructor(
    /** From the same numbers as the connection's channels. */
    readonly id: number,
    readonly shape: C["shape"],
  ) {}
}
