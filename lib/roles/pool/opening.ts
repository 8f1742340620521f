import { ExtranoncePrefixes } from "../../channel/extranonce.ts";
import type { JobBook } from "../../channel/jobs.ts";
import { PeerError } from "../../errors.ts";
import type { ErrorCode } from "../../messages/errors.ts";
import type {
  OpenExtendedMiningChannel,
  OpenStandardMiningChannel,
} from "../../messages/mining.ts";
import { targetOfDifficulty } from "../../pow/target.ts";
import { Vardiff, type VardiffSettings } from "../../pow/vardiff.ts";
import type { Instant } from "../../time.ts";
import { layoutOf, MAX_FULL_EXTRANONCE, type PoolPolicy } from "./config.ts";
import { type Miner, PoolChannel } from "./miner.ts";
import { readIdentity } from "./payout.ts";
import { type PoolShape, shapeOf, type TemplateWork } from "./work.ts";

/** Codes with which a channel is refused, SV2 §5.3.6. */
export type OpenRefusal = ErrorCode<"OpenMiningChannel.Error">;

/** What a client asks for when it opens a channel. */
export type OpenRequest =
  | ({ readonly kind: "standard" } & OpenStandardMiningChannel)
  | ({ readonly kind: "extended" } & OpenExtendedMiningChannel);

/** Opens and closes channels: says to whom, gives out extranonces, and takes them back. */
export class Opening {
  readonly #policy: PoolPolicy;
  readonly #book: JobBook<TemplateWork, PoolShape>;
  readonly #prefixes: ExtranoncePrefixes;
  readonly #vardiff: VardiffSettings;
  /** Shapes that channels have, and how many. */
  readonly #shapes = new Map<string, { readonly shape: PoolShape; users: number }>();
  #open = 0;

  /** @param firstIndex Of the first extranonce, see {@link ExtranoncePrefixes}. */
  constructor(
    policy: PoolPolicy,
    book: JobBook<TemplateWork, PoolShape>,
    firstIndex: number,
  ) {
    this.#policy = policy;
    this.#book = book;
    this.#prefixes = new ExtranoncePrefixes(layoutOf(policy), firstIndex);
    const { sharesPerMinute, minDifficulty, maxDifficulty } = policy;
    this.#vardiff = {
      sharesPerMinute,
      hardest: targetOfDifficulty(maxDifficulty),
      ...(minDifficulty > 0 && { easiest: targetOfDifficulty(minDifficulty) }),
    };
  }

  /** Channels that are open. */
  get size(): number {
    return this.#open;
  }

  /** @returns The new channel, or why there is none. */
  open(miner: Miner, request: OpenRequest, now: Instant): PoolChannel | OpenRefusal {
    const { userIdentity, nominalHashRate, maxTarget } = request;
    if (request.kind === "extended" && miner.standardJobsOnly) {
      return "extended-channels-not-supported-for-standard-jobs";
    }
    const identity = readIdentity(userIdentity, this.#policy);
    if (identity === undefined) return "invalid-user-identity";
    const extranonceSize = this.#extranonceSize(request);
    if (extranonceSize > MAX_FULL_EXTRANONCE) return "min-extranonce-size-too-large";
    const vardiff = this.#vardiffFor(nominalHashRate, maxTarget, now);
    if (!(vardiff instanceof Vardiff)) return vardiff;
    const prefix = this.#hasRoom(miner)
      ? this.#prefixes.allocate(this.#book.oldestCreation)
      : undefined;
    if (prefix === undefined) return "channel-capacity-exhausted";

    const shape = this.#use(shapeOf(identity.payout, extranonceSize));
    const group = miner.groupOf(shape);
    const whole = new Uint8Array(extranonceSize);
    whole.set(prefix);
    const channel = new PoolChannel({
      id: miner.nextId(),
      kind: request.kind,
      shape,
      extranoncePrefix: request.kind === "standard" ? whole : prefix,
      target: vardiff.target,
      maxTarget,
      since: this.#book.active?.activatedAt ?? this.#book.clock + 1,
      maxShares: this.#policy.maxSharesPerChannel,
      miner,
      group,
      vardiff,
      userIdentity,
      workerName: identity.worker,
    });
    miner.add(channel);
    this.#open++;
    return channel;
  }

  close(channel: PoolChannel, now: Instant): void {
    channel.miner.remove(channel, now);
    this.#prefixes.release(channel.extranoncePrefix, this.#book.clock);
    for (const job of channel.ownJobs) this.#book.dropOwn(job);
    this.#open--;
    const used = this.#shapes.get(channel.shape.key);
    if (used === undefined || --used.users > 0) return;
    this.#shapes.delete(channel.shape.key);
    this.#book.dropShape(channel.shape.key);
  }

  #hasRoom(miner: Miner): boolean {
    const { maxChannels, maxChannelsPerConnection } = this.#policy;
    return this.#open < maxChannels && miner.channels.size < maxChannelsPerConnection &&
      miner.hasIds;
  }

  /** Of the full extranonce: what is asked for, and at least what everyone has. */
  #extranonceSize(request: OpenRequest): number {
    const usual = this.#policy.rollableExtranonceSize;
    const asked = request.kind === "extended" ? request.minExtranonceSize : 0;
    return this.#prefixes.size + Math.max(usual, asked);
  }

  #vardiffFor(
    nominalHashRate: number,
    maxTarget: bigint,
    now: Instant,
  ): Vardiff | "invalid-nominal-hashrate" | "max-target-out-of-range" {
    try {
      return new Vardiff(this.#vardiff, { nominalHashRate, maxTarget }, now);
    } catch (error) {
      return claimRefusal(error);
    }
  }

  #use(shape: PoolShape): PoolShape {
    const known = this.#shapes.get(shape.key) ?? { shape, users: 0 };
    known.users++;
    this.#shapes.set(shape.key, known);
    return known.shape;
  }
}

/** Which code says what is wrong with a hash rate or target that vardiff refused. */
export function claimRefusal(
  error: unknown,
): "invalid-nominal-hashrate" | "max-target-out-of-range" {
  if (!(error instanceof PeerError)) throw error;
  switch (error.code) {
    case "invalid-nominal-hashrate":
    case "max-target-out-of-range":
      return error.code;
  }
  throw error;
}
