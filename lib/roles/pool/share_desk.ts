import type { ShareHasher } from "../../channel/hasher.ts";
import type { JobBook } from "../../channel/jobs.ts";
import { type JudgedShare, ShareBatch } from "../../channel/share.ts";
import { type ShareRefusal, Tally } from "../../channel/tally.ts";
import type { Worker } from "../../channel/workers.ts";
import { findTlv } from "../../codec/tlv.ts";
import { DecodeError } from "../../errors.ts";
import { UserIdentity } from "../../messages/extensions.ts";
import { ShareView } from "../../messages/share_view.ts";
import type { Clock } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Instant, UnixSeconds } from "../../time.ts";
import { type AcknowledgementPolicy, Acknowledgements } from "./acknowledgements.ts";
import { type BlockSink, foundBlock, solutionOf } from "./found.ts";
import { fastMerkleRoot, refusedFrame } from "./frames.ts";
import type { Miner, PoolChannel } from "./miner.ts";
import type { PoolShape, TemplateWork } from "./work.ts";

/** Shares that are hashed at a time, at most. */
const MOST_IN_BATCH = 256;

/** What judging shares takes. */
export interface ShareDeskOptions {
  readonly policy: AcknowledgementPolicy & { readonly maxWorkersPerChannel: number };
  readonly book: JobBook<TemplateWork, PoolShape>;
  readonly hasher: ShareHasher;
  readonly clock: Clock;
  readonly log: Log;
  readonly blocks: BlockSink;
  /** The channel's shares call for another target. */
  readonly retarget: (channel: PoolChannel, target: bigint) => void;
}

/**
 * Where shares come in: read where they lie in the payload, judged by the batch, answered in their
 * order. Nothing is allocated for a share but its answer.
 */
export class ShareDesk {
  /** Of all channels there were. */
  readonly tally: Tally = new Tally();
  readonly acknowledgements: Acknowledgements;
  readonly #options: ShareDeskOptions;
  readonly #batch: ShareBatch<TemplateWork, PoolShape, PoolChannel>;
  readonly #view = new ShareView();
  readonly #retargets = new Map<PoolChannel, bigint>();
  #now: Instant = 0;
  #unixAskedAt: Instant = -Infinity;
  #unixThen: UnixSeconds = 0;

  constructor(options: ShareDeskOptions) {
    this.#options = options;
    this.#batch = new ShareBatch(options.book, options.hasher, fastMerkleRoot);
    this.acknowledgements = new Acknowledgements(options.policy);
  }

  /** A SubmitSharesStandard came. @throws {DecodeError} If it is none. */
  standard(miner: Miner, payload: Uint8Array, now: Instant): void {
    this.#view.readStandard(payload);
    const channel = miner.channels.get(this.#view.channelId);
    if (channel?.kind !== "standard") return this.#refuse(miner, "invalid-channel-id", now);
    this.#add(channel, undefined, payload, now);
  }

  /** A SubmitSharesExtended came. @throws {DecodeError} If it is none. */
  extended(miner: Miner, payload: Uint8Array, now: Instant): void {
    const view = this.#view;
    view.readExtended(payload);
    const channel = miner.channels.get(view.channelId);
    if (channel?.kind !== "extended") return this.#refuse(miner, "invalid-channel-id", now);
    let worker: Worker | undefined;
    if (payload.length > view.end && channel.tracksWorkers) {
      try {
        worker = this.#workerOf(channel, payload, view.end);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        channel.tally.reject("invalid-user-identity");
        return this.#refuse(miner, "invalid-user-identity", now);
      }
    }
    this.#add(channel, worker, payload, now);
  }

  /** Judges and answers what came in. To be called before anything else changes. */
  settle(now: Instant): void {
    if (this.#batch.length === 0) return;
    this.#now = now;
    this.#batch.settle(this.#judged);
    for (const [channel, target] of this.#retargets) this.#options.retarget(channel, target);
    this.#retargets.clear();
  }

  #add(
    channel: PoolChannel,
    worker: Worker | undefined,
    payload: Uint8Array,
    now: Instant,
  ): void {
    const view = this.#view;
    const extranonce = payload.subarray(view.extranonceStart, view.extranonceEnd);
    this.#batch.add({ channel, worker }, view, extranonce, this.#unix(now));
    if (this.#batch.length >= MOST_IN_BATCH) this.settle(now);
  }

  /** The time of day; asked for once for all that comes at one instant. */
  #unix(now: Instant): UnixSeconds {
    if (now !== this.#unixAskedAt) this.#unixThen = this.#options.clock.unix();
    this.#unixAskedAt = now;
    return this.#unixThen;
  }

  readonly #judged = (share: JudgedShare<TemplateWork, PoolChannel>): void => {
    const { channel, refusal, difficulty, block, solution } = share;
    if (solution) this.#found(share);
    if (refusal !== undefined) {
      this.tally.reject(refusal);
      channel.miner.peer.sendFrame(refusedFrame(channel.id, share.sequenceNumber, refusal));
      return;
    }
    this.tally.accept(difficulty, share.hash);
    if (block) this.tally.blocks++;
    if (channel.tally.accepted === 1) this.#first(channel);
    this.acknowledgements.accepted(channel, this.#now, block);
    const target = channel.vardiff.accepted(difficulty, this.#now);
    if (target !== undefined) this.#retargets.set(channel, target);
  };

  #found(share: JudgedShare<TemplateWork, PoolChannel>): void {
    const found = foundBlock(share, this.#options.clock.unix());
    if (found === undefined) return;
    if (share.block) this.#options.blocks.found(found);
    else this.#options.blocks.wanted(found.provider, solutionOf(found));
  }

  #first({ miner, id, target, userIdentity: user }: PoolChannel): void {
    const { address: peer } = miner.peer;
    const { difficulty } = target;
    this.#options.log.info("share.first", { peer, channel: id, user, difficulty });
  }

  /** @throws {DecodeError} If the name is longer than extension 0x0002 allows. */
  #workerOf(channel: PoolChannel, payload: Uint8Array, from: number): Worker | undefined {
    const name = findTlv(payload, from, UserIdentity);
    if (name === undefined || name.length === 0) return undefined;
    return channel.workerNamed(name, this.#options.policy.maxWorkersPerChannel);
  }

  /** A share that gets no further than its channel, or its worker. */
  #refuse({ peer }: Miner, refusal: ShareRefusal, now: Instant): void {
    const { channelId, sequenceNumber } = this.#view;
    // What came before it is answered before it.
    this.settle(now);
    this.tally.reject(refusal);
    peer.sendFrame(refusedFrame(channelId, sequenceNumber, refusal));
  }
}
