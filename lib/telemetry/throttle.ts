/** How many lines of one event may be written. */
export interface ThrottleLimits {
  /** Lines in a row before any is held back. */
  readonly burst: number;
  /** Lines a second that go on passing after a burst. */
  readonly perSecond: number;
}

/** Lines held back, told once they pass again. */
export interface Suppressed {
  readonly event: string;
  readonly count: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
  suppressed: number;
}

// Event names are ours and few. Should one ever be built from a peer's text, memory stays bounded.
const MOST_EVENTS = 1024;
const TELL_EVERY_MS = 10_000;

/**
 * Keeps one event from filling the log: a peer that provokes it a million times costs a burst of
 * lines and then a few a second. Other events are not affected. What was held back is counted and
 * told, so silence is never mistaken for peace.
 */
export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #buckets = new Map<string, Bucket>();
  #toldAt = -Infinity;

  constructor(limits: ThrottleLimits) {
    this.#limits = limits;
  }

  /** Whether a line of `event` may be written at `now` (ms). A refusal is counted. */
  admit(event: string, now: number): boolean {
    const bucket = this.#bucket(event, now);
    const { burst, perSecond } = this.#limits;
    const elapsed = Math.max(0, now - bucket.filledAt) / 1000;
    bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perSecond);
    bucket.filledAt = now;
    if (bucket.tokens < 1) {
      bucket.suppressed++;
      return false;
    }
    bucket.tokens--;
    return true;
  }

  /**
   * What was held back and not yet told. At most every ten seconds, unless `all` (the program ends).
   */
  suppressed(now: number, all = false): Suppressed[] {
    if (!all && now - this.#toldAt < TELL_EVERY_MS) return [];
    const told: Suppressed[] = [];
    for (const [event, bucket] of this.#buckets) {
      if (bucket.suppressed === 0) continue;
      told.push({ event, count: bucket.suppressed });
      bucket.suppressed = 0;
    }
    if (told.length > 0) this.#toldAt = now;
    return told;
  }

  #bucket(event: string, now: number): Bucket {
    const name = this.#buckets.has(event) || this.#buckets.size < MOST_EVENTS ? event : "(others)";
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = { tokens: this.#limits.burst, filledAt: now, suppressed: 0 };
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}
