/**
 * The pool: a mining server, SV2 §5, over the templates that it is given. A machine: it is told what
 * came and what time it is, and answers by calls on `Peer`. What a client says concerns its own
 * channels only, and nothing a client can send throws anything but a `DecodeError`.
 *
 * @module
 */

import type { ShareHasher } from "../../channel/hasher.ts";
import type { JobSet } from "../../channel/job.ts";
import { JobBook } from "../../channel/jobs.ts";
import type { Tally } from "../../channel/tally.ts";
import { type Tip, type TipInit, Tips } from "../../channel/tips.ts";
import { u32At } from "../../codec/bytes_at.ts";
import { textFromBytes } from "../../codec/text.ts";
import type { Frame } from "../../frame/frame.ts";
import { ChannelEndpointChanged } from "../../messages/common.ts";
import {
  CloseChannel,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetCustomMiningJob,
  SetCustomMiningJobError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  UpdateChannel,
  UpdateChannelError,
} from "../../messages/mining.ts";
import type { Clock, Random } from "../../ports.ts";
import type { Peer, Role } from "../../session/role.ts";
import type { Log } from "../../telemetry/log.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import type { Instant } from "../../time.ts";
import { checkPolicy, type PoolPolicy } from "./config.ts";
import { Distribution } from "./distribution.ts";
import { MAX_FUTURE_TEMPLATES } from "./feed.ts";
import type { BlockSink } from "./found.ts";
import { Miner, type PoolChannel } from "./miner.ts";
import { claimRefusal, Opening, type OpenRequest } from "./opening.ts";
import type { WorkSink } from "./providers.ts";
import { ShareDesk } from "./share_desk.ts";
import { jobBuilder, type PoolShape, type TemplateWork } from "./work.ts";

/** What a pool is made of. */
export interface PoolOptions {
  readonly policy: PoolPolicy;
  readonly hasher: ShareHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly blocks: BlockSink;
}

/** Ticks in which each connection is looked at once, so that no tick has to look at all of them. */
const SWEEP_TICKS = 4;

/** The machine, see the module. Work comes in as {@link WorkSink}, found blocks go out to `blocks`. */
export class Pool implements Role, WorkSink {
  readonly #policy: PoolPolicy;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #book: JobBook<TemplateWork, PoolShape>;
  readonly #tips = new Tips();
  readonly #miners = new Map<number, Miner>();
  readonly #opening: Opening;
  readonly #distribution: Distribution;
  readonly #desk: ShareDesk;
  #ticks = 0;
  #activeSince: Instant = 0;
  #ignored = 0;

  /** @throws {OperatorError} If the policy cannot work. */
  constructor({ policy, hasher, clock, random, log, blocks }: PoolOptions) {
    checkPolicy(policy);
    this.#policy = policy;
    this.#log = log;
    this.#clock = clock;
    this.#book = new JobBook({
      build: jobBuilder(policy, u32At(random.bytes(4), 0)),
      hasher,
      maxPast: policy.maxPastJobs,
      maxFuture: MAX_FUTURE_TEMPLATES,
    });
    this.#opening = new Opening(policy, this.#book, u32At(random.bytes(4), 0));
    this.#distribution = new Distribution(this.#book, () => this.#miners.values());
    this.#desk = new ShareDesk({
      policy,
      book: this.#book,
      hasher,
      clock,
      log,
      blocks,
      retarget: (channel, target) => this.#retarget(channel, target),
    });
  }

  /** What is there now, and what was done since the start. */
  get status(): PoolStatus {
    return {
      connections: this.#miners.size,
      channels: this.#opening.size,
      jobs: this.#book.size,
      tip: this.#book.active?.tip,
      shares: this.#desk.tally,
      ignored: this.#ignored,
    };
  }

  /** Connections and their channels, for those who show them. */
  get miners(): Iterable<Miner> {
    return this.#miners.values();
  }

  connected(peer: Peer, now: Instant): void {
    this.#miners.set(peer.id, new Miner(peer, now));
  }

  received(peer: Peer, frame: Frame, now: Instant): void {
    const miner = this.#miners.get(peer.id);
    if (miner === undefined) return;
    const { payload, msgType } = frame;
    if (frame.extensionType !== 0) return void this.#ignored++;
    switch (msgType) {
      case SubmitSharesExtended.id:
        return this.#desk.extended(miner, payload, now);
      case SubmitSharesStandard.id:
        return this.#desk.standard(miner, payload, now);
    }
    // What follows may change what the shares before it are judged by.
    this.#desk.settle(now);
    switch (msgType) {
      case OpenStandardMiningChannel.id: {
        const { value } = OpenStandardMiningChannel.decode(payload);
        return this.#open(miner, { kind: "standard", ...value }, now);
      }
      case OpenExtendedMiningChannel.id: {
        const { value } = OpenExtendedMiningChannel.decode(payload);
        return this.#open(miner, { kind: "extended", ...value }, now);
      }
      case UpdateChannel.id:
        return this.#update(miner, UpdateChannel.decode(payload).value, now);
      case CloseChannel.id: {
        const { channelId, reasonCode } = CloseChannel.decode(payload).value;
        for (const channel of miner.addressed(channelId)) this.#close(channel, reasonCode, now);
        return;
      }
      case SetCustomMiningJob.id: {
        const { channelId, requestId } = SetCustomMiningJob.decode(payload).value;
        const errorCode = "jd-not-supported";
        return peer.send(SetCustomMiningJobError, { channelId, requestId, errorCode });
      }
      case ChannelEndpointChanged.id: {
        const { channelId } = ChannelEndpointChanged.decode(payload).value;
        return miner.channels.get(channelId)?.voidExtensions();
      }
    }
    this.#ignored++;
  }

  settled(_peer: Peer, now: Instant): void {
    this.#desk.settle(now);
  }

  disconnected(peer: Peer, reason: string, now: Instant): void {
    this.#desk.settle(now);
    const miner = this.#miners.get(peer.id);
    if (miner === undefined) return;
    for (const channel of [...miner.channels.values()]) this.#close(channel, reason, now);
    this.#miners.delete(peer.id);
  }

  tick(now: Instant): void {
    this.#desk.settle(now);
    this.#desk.acknowledgements.tick(now);
    const turn = this.#ticks++ % SWEEP_TICKS;
    for (const miner of this.#miners.values()) {
      if (miner.peer.id % SWEEP_TICKS === turn) this.#sweep(miner, now);
    }
    const { jobRefreshMs } = this.#policy;
    const { active } = this.#book;
    if (active !== undefined && jobRefreshMs > 0 && now - this.#activeSince >= jobRefreshMs) {
      this.activeWork(active.work);
    }
  }

  /** Tells of all shares that wait to be told of: the connections are about to be closed. */
  flush(): void {
    this.#desk.acknowledgements.flush();
  }

  futureWork(work: TemplateWork): void {
    this.#settleNow();
    this.#distribution.announce(this.#book.addFuture(work));
  }

  activeWork(work: TemplateWork): void {
    this.#settleNow();
    if (this.#book.active === undefined) return;
    this.#activeSince = this.#clock.now();
    this.#distribution.announce(this.#book.addActive(work));
  }

  newTip(work: TemplateWork, init: TipInit): void {
    this.#settleNow();
    this.#activeSince = this.#clock.now();
    const tip = this.#tips.enter(init);
    let set: JobSet<TemplateWork> | undefined = this.#book.futures.find((future) =>
      future.work === work
    );
    if (set === undefined) {
      set = this.#book.addFuture(work);
      this.#distribution.announce(set);
    }
    this.#book.activate(set, tip);
    this.#distribution.activate(set);
  }

  /** Shares that came in before something changes are judged by what was before. */
  #settleNow(): void {
    this.#desk.settle(this.#clock.now());
  }

  #open(miner: Miner, request: OpenRequest, now: Instant): void {
    const { peer } = miner;
    const { requestId, userIdentity: user, kind } = request;
    const channel = this.#opening.open(miner, request, now);
    if (typeof channel === "string") {
      this.#log.info("channel.refused", { peer: peer.address, kind, user, reason: channel });
      return peer.send(OpenMiningChannelError, { requestId, errorCode: channel });
    }
    const { id: channelId, target: { value: target, difficulty }, extranoncePrefix } = channel;
    const opened = {
      requestId,
      channelId,
      target,
      extranoncePrefix,
      groupChannelId: channel.group.id,
    };
    if (kind === "standard") peer.send(OpenStandardMiningChannelSuccess, opened);
    else {
      const extranonceSize = channel.rollableSize;
      peer.send(OpenExtendedMiningChannelSuccess, { ...opened, extranonceSize });
    }
    this.#distribution.greet(channel);
    this.#log.info("channel.opened", {
      peer: peer.address,
      channel: channelId,
      kind,
      user,
      difficulty,
    });
  }

  #update(miner: Miner, update: UpdateChannel, now: Instant): void {
    const { channelId, nominalHashRate, maximumTarget: maxTarget } = update;
    const channel = miner.channels.get(channelId);
    if (channel === undefined) {
      const errorCode = "invalid-channel-id";
      return miner.peer.send(UpdateChannelError, { channelId, errorCode });
    }
    let target: bigint;
    try {
      target = channel.vardiff.update({ nominalHashRate, maxTarget }, now);
    } catch (error) {
      return miner.peer.send(UpdateChannelError, { channelId, errorCode: claimRefusal(error) });
    }
    channel.maxTarget = maxTarget;
    if (target !== channel.target.value) this.#retarget(channel, target);
  }

  #retarget(channel: PoolChannel, target: bigint): void {
    const { id, userIdentity: user, miner: { peer } } = channel;
    const difficulty = difficultyOfTarget(target);
    this.#log.debug("channel.retargeted", { peer: peer.address, channel: id, user, difficulty });
    this.#distribution.retarget(channel, target);
  }

  #close(channel: PoolChannel, reason: string, now: Instant): void {
    const { miner, id, tally, userIdentity: user } = channel;
    this.#desk.acknowledgements.forget(channel);
    this.#opening.close(channel, now);
    this.#log.info("channel.closed", {
      peer: miner.peer.address,
      channel: id,
      user,
      reason,
      accepted: tally.accepted,
      rejected: tally.rejected,
      ...Object.fromEntries(tally.reasons),
    });
    for (const { name, tally: { accepted, rejected } } of channel.workers ?? []) {
      const worker = textFromBytes(name);
      this.#log.debug("worker.gone", { channel: id, user, worker, accepted, rejected });
    }
  }

  #sweep(miner: Miner, now: Instant): void {
    const { channelless } = miner;
    if (channelless !== undefined && now - channelless >= this.#policy.channellessMs) {
      miner.peer.close("no channel was opened");
      return;
    }
    for (const channel of miner.channels.values()) {
      const target = channel.vardiff.tick(now);
      if (target !== undefined) this.#retarget(channel, target);
    }
  }
}

/** What a pool is doing. */
export interface PoolStatus {
  readonly connections: number;
  readonly channels: number;
  /** Jobs that shares can be for, and future ones. */
  readonly jobs: number;
  readonly tip: Tip | undefined;
  /** Of all channels there were. */
  readonly shares: Tally;
  /** Messages that meant nothing to a pool. */
  readonly ignored: number;
}
