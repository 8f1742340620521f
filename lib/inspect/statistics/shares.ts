import { workOfTarget } from "../../pow/target.ts";
import type { Micros } from "../../capture/capture.ts";
import type { Channel } from "../understand/channel.ts";
import type { Share } from "../understand/share.ts";
import type { Sight } from "../understand/sight.ts";
import { Quantiles, type Summary } from "./quantiles.ts";

/** Shares of all channels. */
export interface ShareReport {
  readonly submitted: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Of codes, which are peers' texts; most frequent first. */
  readonly reasons: readonly { readonly code: string; readonly count: number }[];
  /** From a share to its answer, in seconds. */
  readonly submitToAnswer?: Summary;
  readonly submitToRejection?: Summary;
  /** Shares that one SubmitShares.Success acknowledges. */
  readonly sharesPerAcknowledgement?: Summary;
  readonly channels: readonly ChannelReport[];
  /** Channels that there was no room to tell apart. */
  readonly moreChannels: number;
}

/** Shares of one channel. */
export interface ChannelReport {
  readonly connection: number;
  readonly channel: number;
  /** A peer's text. */
  readonly user: string;
  readonly kind: string;
  readonly submitted: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Seconds that they are counted over. */
  readonly seconds: number;
  readonly sharesPerMinute: number;
  /** h/s, from the accepted shares; 0 if their targets are not known. */
  readonly hashRate: number;
  /** h/s, as the client said. */
  readonly nominalHashRate: number;
  /** Highest difficulty that a share reached; 0 if shares were not worked out. */
  readonly best: number;
}

/** Channels that are told apart; the others are counted together. */
const MOST_CHANNELS = 4_096;
const MOST_REASONS = 64;
const OTHER = "others";

interface Count {
  submitted: number;
  accepted: number;
  rejected: number;
  hashes: number;
  best: number;
  readonly from: Micros;
  to: Micros;
}

/** Counts shares, of each channel and of all. */
export class ShareCounts {
  readonly #channels = new Map<Channel, Count>();
  readonly #reasons = new Map<string, number>();
  readonly #answers = new Quantiles();
  readonly #rejections = new Quantiles();
  readonly #batches = new Quantiles();
  readonly #more = new WeakSet<Channel>();
  #moreChannels = 0;
  #submitted = 0;
  #accepted = 0;
  #rejected = 0;

  see({ about, at }: Sight): void {
    if (about.kind === "share" && about.share !== undefined) {
      this.#submitted++;
      const count = this.#of(about.share.channel, at.time);
      if (count !== undefined) count.submitted++;
    }
    if (about.kind === "accepted") {
      this.#batches.add(about.value.newSubmitsAcceptedCount);
      for (const share of about.shares) this.#accept(share, at.time);
    }
    if (about.kind === "rejected") {
      this.#rejected++;
      const { errorCode } = about.value;
      const known = this.#reasons.has(errorCode) || this.#reasons.size < MOST_REASONS;
      const reason = known ? errorCode : OTHER;
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
      const { share } = about;
      if (share === undefined) return;
      this.#answers.add(at.time - share.time);
      this.#rejections.add(at.time - share.time);
      const count = this.#of(share.channel, at.time);
      if (count !== undefined) count.rejected++;
    }
  }

  report(): ShareReport {
    const submitToAnswer = this.#answers.summary(1e6);
    const submitToRejection = this.#rejections.summary(1e6);
    const sharesPerAcknowledgement = this.#batches.summary();
    return {
      submitted: this.#submitted,
      accepted: this.#accepted,
      rejected: this.#rejected,
      reasons: [...this.#reasons].map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count),
      ...(submitToAnswer && { submitToAnswer }),
      ...(submitToRejection && { submitToRejection }),
      ...(sharesPerAcknowledgement && { sharesPerAcknowledgement }),
      channels: [...this.#channels].map(([channel, count]) => reportOf(channel, count)),
      moreChannels: this.#moreChannels,
    };
  }

  #accept(share: Share, time: Micros): void {
    this.#accepted++;
    this.#answers.add(time - share.time);
    const count = this.#of(share.channel, time);
    if (count === undefined) return;
    count.accepted++;
    if (share.target !== undefined) count.hashes += workOfTarget(share.target);
    count.best = Math.max(count.best, share.work?.reached ?? 0);
  }

  #of(channel: Channel, time: Micros): Count | undefined {
    const known = this.#channels.get(channel);
    if (known !== undefined) {
      known.to = Math.max(known.to, time);
      return known;
    }
    if (this.#channels.size >= MOST_CHANNELS) {
      if (!this.#more.has(channel)) this.#moreChannels++;
      this.#more.add(channel);
      return undefined;
    }
    const from = Math.min(channel.opened.time, time);
    const fresh = { submitted: 0, accepted: 0, rejected: 0, hashes: 0, best: 0, from, to: time };
    this.#channels.set(channel, fresh);
    return fresh;
  }
}

function reportOf(channel: Channel, count: Count): ChannelReport {
  const { submitted, accepted, rejected, hashes, best, from, to } = count;
  const seconds = (to - from) / 1e6;
  return {
    connection: channel.on.id,
    channel: channel.id,
    user: channel.user ?? "",
    kind: channel.kind ?? "unknown",
    submitted,
    accepted,
    rejected,
    seconds,
    sharesPerMinute: seconds > 0 ? accepted * 60 / seconds : 0,
    hashRate: seconds > 0 ? hashes / seconds : 0,
    nominalHashRate: channel.nominalHashRate ?? 0,
    best,
  };
}
