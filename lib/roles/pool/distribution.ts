import type { Job, JobSet } from "../../channel/job.ts";
import type { JobBook } from "../../channel/jobs.ts";
import { SetTarget } from "../../messages/mining.ts";
import { extendedJobFrame, prevHashFrame, SharedFrame, standardJobFrame } from "./frames.ts";
import type { Miner, PoolChannel } from "./miner.ts";
import type { PoolShape, TemplateWork } from "./work.ts";

type Book = JobBook<TemplateWork, PoolShape>;
type WorkSet = JobSet<TemplateWork>;

/**
 * Sends jobs to channels. A group gets a job once, as an extended one; only where the client cannot
 * use those does each standard channel get its own. A new channel is first brought to where its
 * group is: the active job, as a future one and then activated (SV2 §5.3.15), and the future ones.
 */
export class Distribution {
  readonly #book: Book;
  readonly #miners: () => Iterable<Miner>;

  constructor(book: Book, miners: () => Iterable<Miner>) {
    this.#book = book;
    this.#miners = miners;
  }

  /** A job for all: of future work, or of active work to be begun at once. */
  announce(set: WorkSet): void {
    const minNtime = set.tip?.minNtime ?? null;
    this.#toGroups(set, {
      shared: (job, id) => extendedJobFrame(job, id, minNtime),
      each: (job, channel) => standardJobFrame(job, channel, minNtime),
    });
  }

  /** Future work has become active: its jobs are to be begun. */
  activate(set: WorkSet): void {
    this.#toGroups(set, { shared: prevHashFrame });
  }

  /** The first jobs of a channel, right after it was opened. */
  greet(channel: PoolChannel): void {
    const { active, futures } = this.#book;
    if (active !== undefined) {
      const job = this.#book.jobIn(active, channel.shape);
      channel.miner.peer.sendFrame(jobFrame(job, channel, null));
      channel.miner.peer.sendFrame(prevHashFrame(job, channel.id));
    }
    for (const set of futures) {
      const job = this.#book.jobIn(set, channel.shape);
      channel.miner.peer.sendFrame(jobFrame(job, channel, null));
    }
  }

  /**
   * Sets a channel's target, and gives it a job for which it holds: to those it has, it does not
   * apply (SV2 §5.3.21).
   */
  retarget(channel: PoolChannel, maximumTarget: bigint): void {
    const { peer } = channel.miner;
    channel.setTarget(maximumTarget, this.#book);
    peer.send(SetTarget, { channelId: channel.id, maximumTarget });
    const tip = this.#book.active?.tip;
    if (tip === undefined) return;
    const job = this.#book.ownJob(channel.shape, channel);
    const dropped = channel.keepOwnJob(job);
    if (dropped !== undefined) this.#book.dropOwn(dropped);
    peer.sendFrame(jobFrame(job, channel, tip.minNtime));
  }

  #toGroups(
    set: WorkSet,
    frames: {
      readonly shared: (job: Job<TemplateWork>, channelId: number) => Uint8Array;
      /** What a channel gets that is alone; by default the same as a group. */
      readonly each?: (job: Job<TemplateWork>, channel: PoolChannel) => Uint8Array;
    },
  ): void {
    const made = new Map<string, ShapeFrames>();
    for (const miner of this.#miners()) {
      for (const { id, shape, members } of miner.groups.values()) {
        let known = made.get(shape.key);
        if (known === undefined) {
          const job = this.#book.jobIn(set, shape);
          known = { job, shared: new SharedFrame((channelId) => frames.shared(job, channelId)) };
          made.set(shape.key, known);
        }
        const { job, shared } = known;
        if (!miner.standardJobsOnly) {
          miner.peer.sendFrame(shared.to(id));
          continue;
        }
        for (const channel of members) {
          miner.peer.sendFrame(frames.each?.(job, channel) ?? shared.to(channel.id));
        }
      }
    }
  }
}

/** What all groups of a shape are sent. */
interface ShapeFrames {
  readonly job: Job<TemplateWork>;
  readonly shared: SharedFrame;
}

function jobFrame(
  job: Job<TemplateWork>,
  channel: PoolChannel,
  minNtime: number | null,
): Uint8Array {
  return channel.kind === "standard"
    ? standardJobFrame(job, channel, minNtime)
    : extendedJobFrame(job, channel.id, minNtime);
}
