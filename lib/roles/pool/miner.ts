import { Channel, type ChannelInit, Group } from "../../channel/channel.ts";
import type { Job } from "../../channel/job.ts";
import { type Worker, Workers } from "../../channel/workers.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { WORKER_SPECIFIC_HASHRATE_TRACKING } from "../../messages/extensions.ts";
import type { Vardiff } from "../../pow/vardiff.ts";
import type { Peer } from "../../session/role.ts";
import type { Instant } from "../../time.ts";
import type { PoolShape, TemplateWork } from "./work.ts";

/** Jobs of its own that a channel has at a time, see {@link JobBook.ownJob}. */
const MOST_OWN_JOBS = 4;
const LAST_ID = 0xffff_ffff;

/** What a channel is when it opens, here. */
export interface PoolChannelInit extends ChannelInit<PoolShape> {
  readonly miner: Miner;
  readonly group: Group<PoolChannel>;
  readonly vardiff: Vardiff;
  /** `user_identity` as it came; peer-controlled text. */
  readonly userIdentity: string;
  /** The part of it that names a device; peer-controlled text. */
  readonly workerName: string;
}

/** A channel, and what the pool keeps beside the rules. */
export class PoolChannel extends Channel<PoolShape> {
  readonly miner: Miner;
  readonly group: Group<PoolChannel>;
  readonly vardiff: Vardiff;
  readonly userIdentity: string;
  readonly workerName: string;
  /** Oldest first. */
  readonly ownJobs: Job<TemplateWork>[] = [];
  /** By the names in shares, extension 0x0002; undefined until one came. */
  workers: Workers | undefined;
  /** The extensions that were agreed on when the endpoint changed: void for this channel. SV2 §3.6.4 */
  #voided: ReadonlySet<number> | undefined;

  constructor(init: PoolChannelInit) {
    super(init);
    this.miner = init.miner;
    this.group = init.group;
    this.vardiff = init.vardiff;
    this.userIdentity = init.userIdentity;
    this.workerName = init.workerName;
  }

  /** Whether shares name workers: it was negotiated and not voided since. */
  get tracksWorkers(): boolean {
    const { extensions } = this.miner.peer.session;
    return extensions !== this.#voided && extensions.has(WORKER_SPECIFIC_HASHRATE_TRACKING);
  }

  /** ChannelEndpointChanged came: extensions count again when they are negotiated again. */
  voidExtensions(): void {
    this.#voided = this.miner.peer.session.extensions;
  }

  /** @param limit Workers to tell apart. */
  workerNamed(name: Uint8Array, limit: number): Worker {
    return (this.workers ??= new Workers(limit)).named(name);
  }

  /** @returns A job that the channel has no longer because of it. */
  keepOwnJob(job: Job<TemplateWork>): Job<TemplateWork> | undefined {
    this.ownJobs.push(job);
    return this.ownJobs.length > MOST_OWN_JOBS ? this.ownJobs.shift() : undefined;
  }
}

/** A connection of a client: a device, a proxy, a translator. */
export class Miner {
  readonly peer: Peer;
  /** The client cannot use extended jobs: no group of it is sent anything. SV2 §5.3.1 */
  readonly standardJobsOnly: boolean;
  readonly channels = new Map<number, PoolChannel>();
  /** By the key of their shape. */
  readonly groups = new Map<string, Group<PoolChannel>>();
  /** Since when it has no channel; undefined while it has one. */
  channelless: Instant | undefined;
  #lastId = 0;

  constructor(peer: Peer, now: Instant) {
    this.peer = peer;
    this.standardJobsOnly =
      (peer.session.setup.flags & MINING_CLIENT_FLAGS.requiresStandardJobs) !== 0;
    this.channelless = now;
  }

  /** Whether there are ids left for a channel and a group. They are never used again, SV2 §5.2. */
  get hasIds(): boolean {
    return this.#lastId + 2 <= LAST_ID;
  }

  /** The group of a shape, which begins to exist if it did not. */
  groupOf(shape: PoolShape): Group<PoolChannel> {
    const known = this.groups.get(shape.key);
    if (known !== undefined) return known;
    const group = new Group<PoolChannel>(++this.#lastId, shape);
    this.groups.set(shape.key, group);
    return group;
  }

  /** An id that was never a channel's or a group's on this connection. */
  nextId(): number {
    return ++this.#lastId;
  }

  add(channel: PoolChannel): void {
    this.channels.set(channel.id, channel);
    channel.group.members.add(channel);
    this.channelless = undefined;
  }

  remove(channel: PoolChannel, now: Instant): void {
    this.channels.delete(channel.id);
    channel.group.members.delete(channel);
    if (channel.group.members.size === 0) this.groups.delete(channel.shape.key);
    if (this.channels.size === 0) this.channelless = now;
  }

  /** The channels that an id addresses: one, or the members of a group. */
  addressed(id: number): PoolChannel[] {
    const channel = this.channels.get(id);
    if (channel !== undefined) return [channel];
    for (const group of this.groups.values()) if (group.id === id) return [...group.members];
    return [];
  }
}
