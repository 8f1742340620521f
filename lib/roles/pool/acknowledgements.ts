import type { Instant } from "../../time.ts";
import { acceptedFrame } from "./frames.ts";
import type { PoolChannel } from "./miner.ts";

/** How long accepted shares may wait to be told of, SV2 §5.3.13. */
export interface AcknowledgementPolicy {
  /** Accepted shares that one message tells of. */
  readonly shareBatchSize: number;
  /** Milliseconds that the first of fewer waits at most, and a tick. */
  readonly ackIntervalMs: number;
}

/** Tells clients of accepted shares, SV2 §5.3.13: so many at a time, and never later than so. */
export class Acknowledgements {
  readonly #policy: AcknowledgementPolicy;
  /** Channels with accepted shares that were not told, by when the first one came; oldest first. */
  readonly #waiting = new Map<PoolChannel, Instant>();

  constructor(policy: AcknowledgementPolicy) {
    this.#policy = policy;
  }

  /** A share was counted among the channel's unacknowledged. @param atOnce It is not to wait. */
  accepted(channel: PoolChannel, now: Instant, atOnce: boolean): void {
    const { count } = channel.unacknowledged;
    if (atOnce || count >= this.#policy.shareBatchSize) this.#tell(channel);
    else if (count === 1) this.#waiting.set(channel, now);
  }

  tick(now: Instant): void {
    for (const [channel, since] of this.#waiting) {
      if (now - since < this.#policy.ackIntervalMs) return;
      this.#tell(channel);
    }
  }

  /** Tells all there is: the pool stops. */
  flush(): void {
    for (const channel of this.#waiting.keys()) this.#tell(channel);
  }

  /** The channel is closed: it is not told anything any more. */
  forget(channel: PoolChannel): void {
    this.#waiting.delete(channel);
  }

  #tell(channel: PoolChannel): void {
    this.#waiting.delete(channel);
    channel.miner.peer.sendFrame(acceptedFrame(channel));
    channel.unacknowledged.clear();
  }
}
