import type { ErrorCode } from "../messages/errors.ts";
import { difficultyOfHash } from "./target.ts";

/** Why a share is refused. */
export type ShareRefusal = ErrorCode<"SubmitShares.Error">;

/** What was done with shares: of a channel, a worker, or all of them. */
export class Tally {
  accepted = 0;
  rejected = 0;
  /** Shares that are blocks; they are among the accepted. */
  blocks = 0;
  /** Sum of the difficulties that accepted shares were asked for. */
  work = 0;
  /** Highest difficulty that an accepted share really met. */
  best = 0;
  #reasons: Map<ShareRefusal, number> | undefined;

  /** Refused shares by reason; only reasons that occurred. */
  get reasons(): ReadonlyMap<ShareRefusal, number> {
    return this.#reasons ?? NONE;
  }

  /** @param hash Of the header, 32 bytes. */
  accept(difficulty: number, hash: Uint8Array): void {
    this.accepted++;
    this.work += difficulty;
    const met = difficultyOfHash(hash);
    if (met > this.best) this.best = met;
  }

  reject(reason: ShareRefusal): void {
    this.rejected++;
    const reasons = this.#reasons ??= new Map();
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}

const NONE: ReadonlyMap<ShareRefusal, number> = new Map();

/**
 * Accepted shares of a channel that the client has not been told of: what the next
 * SubmitShares.Success will say (SV2 §5.3.13).
 *
 * `new_shares_sum` is an integer and difficulties are not. A batch is told the whole part of the sum
 * so far less what was told before, so the batches together are never a whole unit off.
 */
export class Unacknowledged {
  /** `new_submits_accepted_count`. */
  count = 0;
  /** `last_sequence_number`: that of the share accepted last. */
  lastSequenceNumber = 0;
  /** Of what was not told; its fraction may have been there before the batch. */
  #work = 0;

  /** `new_shares_sum`, a whole number. */
  get sum(): number {
    return Math.floor(this.#work);
  }

  add(sequenceNumber: number, difficulty: number): void {
    this.count++;
    this.lastSequenceNumber = sequenceNumber;
    this.#work += difficulty;
  }

  /** The client has been told of all. */
  clear(): void {
    this.count = 0;
    this.#work -= Math.floor(this.#work);
  }
}
