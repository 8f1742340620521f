import type { SubmitSharesSuccess } from "../../messages/mining.ts";
import type { Instant } from "../../time.ts";
import type { Tally } from "./tally.ts";

/** Shares of one channel without an answer; the oldest are given up beyond this. */
const MAX_PENDING = 4_096;

interface Sent {
  readonly difficulty: number;
  readonly at: Instant;
}

/**
 * Shares of one channel that wait for their answer. Servers acknowledge one at a time, in batches, or
 * late and out of order (SV2 §5.3.13), and say how many, not which; so the oldest are taken for the
 * ones meant.
 */
export class Submissions {
  readonly #tally: Tally;
  readonly #sent = new Map<number, Sent>();
  #next = 1;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Notes a share that is sent now. @returns Its sequence number, SV2 §5.3.11. */
  add(difficulty: number, now: Instant): number {
    const sequenceNumber = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    this.#tally.submitted++;
    this.#sent.set(sequenceNumber, { difficulty, at: now });
    if (this.#sent.size > MAX_PENDING) this.#giveUpOldest();
    return sequenceNumber;
  }

  /** @returns Milliseconds that the oldest share waited; undefined if none was waiting. */
  acknowledge(success: SubmitSharesSuccess, now: Instant): number | undefined {
    const { lastSequenceNumber, newSubmitsAcceptedCount } = success;
    let waited: number | undefined;
    let left = newSubmitsAcceptedCount;
    for (const [sequenceNumber, { difficulty, at }] of this.#sent) {
      if (left === 0) break;
      waited ??= now - at;
      left--;
      this.#sent.delete(sequenceNumber);
      this.#tally.accepted++;
      this.#tally.acceptedDifficulty += difficulty;
      if (sequenceNumber === lastSequenceNumber) break;
    }
    // It acknowledges more than was sent, or nothing that was.
    if (left > 0 || newSubmitsAcceptedCount === 0) this.#tally.oddities++;
    return waited;
  }

  /** @returns Whether such a share was waiting. */
  refuse(sequenceNumber: number, reason: string): boolean {
    const [oldest] = this.#sent.keys();
    if (oldest === undefined) return false;
    // Not here: it was taken for one that a batch acknowledged, and the oldest was meant by that.
    this.#sent.delete(this.#sent.has(sequenceNumber) ? sequenceNumber : oldest);
    this.#tally.refuse(reason);
    return true;
  }

  /** The connection is gone, and with it every answer. */
  giveUp(): void {
    this.#tally.unanswered += this.#sent.size;
    this.#sent.clear();
  }

  #giveUpOldest(): void {
    const [oldest] = this.#sent.keys();
    if (oldest === undefined) return;
    this.#sent.delete(oldest);
    this.#tally.unanswered++;
  }
}
