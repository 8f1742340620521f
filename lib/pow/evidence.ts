import type { Instant } from "../time.ts";

/** Shares that came in over a stretch of time. */
export interface Stretch {
  /** Not whole when a share was worth only a part of one. */
  readonly shares: number;
  readonly ms: number;
}

/** A stretch, and how badly a given pace explains it: see {@link surprise}. */
export interface Finding extends Stretch {
  readonly surprise: number;
}

/**
 * When shares came in, kept in a few dozen numbers however many there were: recent times in
 * detail, older ones in ever longer stretches. That is enough to find out at what moment a rate
 * changed, whether by a millionfold a second ago or by a quarter an hour ago.
 */
export class Evidence {
  /** Oldest first. With the open one they cover all time that is remembered. */
  readonly #closed: Stretch[] = [];
  readonly #burstMs: number;
  #open: { shares: number; readonly from: Instant; readonly first: Instant };
  #last: Instant;

  /**
   * @param burstMs Shares this close are one observation with the wait before them: a network that
   * stalled delivers them together, and it is the wait that says how long they took.
   */
  constructor(now: Instant, burstMs: number) {
    this.#last = now;
    this.#burstMs = burstMs;
    this.#open = { shares: 0, from: now, first: now };
  }

  /** A share came in. @param worth Part of a share that it counts for, above 0 and at most 1. */
  add(worth: number, now: Instant): void {
    const { shares, from, first } = this.#open;
    if (shares === 0) {
      this.#open = { shares: worth, from, first: now };
    } else if (now - first <= this.#burstMs) {
      this.#open.shares += worth;
    } else {
      this.#closed.push({ shares, ms: this.#last - from });
      this.#open = { shares: worth, from: this.#last, first: now };
      this.#merge();
    }
    this.#last = now;
  }

  /** All that is remembered. */
  total(now: Instant): Stretch {
    let { shares } = this.#open;
    let ms = now - this.#open.from;
    for (const stretch of this.#closed) {
      shares += stretch.shares;
      ms += stretch.ms;
    }
    return { shares, ms };
  }

  /**
   * Of all stretches that end now, the one that a share every `paceMs` explains worst.
   *
   * @param leastForRise Fewer shares than this say nothing about a rate that rose.
   */
  worstExplained(now: Instant, paceMs: number, leastForRise: number): Finding {
    const silence = now - this.#last;
    let worst: Finding = { shares: 0, ms: silence, surprise: silence / paceMs };
    let { shares } = this.#open;
    let ms = now - this.#open.from;
    for (let i = this.#closed.length - 1; i >= -1; i--) {
      const rose = shares * paceMs > ms;
      if (!rose || shares >= leastForRise) {
        const found = surprise(shares, ms / paceMs);
        if (found > worst.surprise) worst = { shares, ms, surprise: found };
      }
      const older = this.#closed[i];
      if (older === undefined) break;
      shares += older.shares;
      ms += older.ms;
    }
    return worst;
  }

  /** Joins neighbours that are small next to what is newer, and forgets what is too long ago. */
  #merge(): void {
    const closed = this.#closed;
    let newer = this.#open.shares;
    for (let i = closed.length - 1; i > 0; i--) {
      const [a, b] = [closed[i - 1], closed[i]];
      if (a === undefined || b === undefined) return;
      if (newer > MEMORY) {
        closed.splice(0, i);
        return;
      }
      if (a.shares + b.shares <= newer / 4) {
        closed.splice(i - 1, 2, { shares: a.shares + b.shares, ms: a.ms + b.ms });
      } else {
        newer += b.shares;
      }
    }
  }
}

/** Shares after which older ones are forgotten: rates that differ by a sixth are told apart. */
const MEMORY = 1000;

/**
 * How badly `expected` explains that `shares` came in: the logarithm of how many times more
 * likely the best explanation is. By chance it exceeds `s` once in roughly `e^s` times.
 *
 * @param expected Mean of a Poisson distribution, above 0; 0 explains nothing but silence.
 */
export function surprise(shares: number, expected: number): number {
  if (shares === 0) return expected;
  if (expected <= 0) return Infinity;
  return shares * Math.log(shares / expected) - shares + expected;
}
