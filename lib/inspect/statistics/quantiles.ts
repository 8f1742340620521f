/** Numbers in a few: how many, the middle one, the high ones, the highest. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** From one bucket to the next: what is told is at most 1 % off. */
const STEP = 1.02;
const LOG_STEP = Math.log(STEP);
/** The last one holds everything from 10^12 on. */
const BUCKETS = Math.ceil(Math.log(1e12) / LOG_STEP) + 2;

/**
 * Quantiles of any number of numbers, in a fixed six kilobytes: a histogram with buckets that grow
 * by 2 %. Numbers below 1 count as such in the first bucket, so microseconds are a good unit.
 */
export class Quantiles {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #min = Infinity;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** @param value From 0; what is below, or no number, counts as 0. */
  add(value: number): void {
    const clean = value > 0 ? value : 0;
    const at = clean < 1 ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(clean) / LOG_STEP));
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
    this.#count++;
    this.#min = Math.min(this.#min, clean);
    this.#max = Math.max(this.#max, clean);
  }

  /** One that holds the same and goes on by itself. */
  copy(): Quantiles {
    const copy = new Quantiles();
    copy.#buckets.set(this.#buckets);
    copy.#count = this.#count;
    copy.#min = this.#min;
    copy.#max = this.#max;
    return copy;
  }

  /** The number that a share of `q` are not above, within 1 %. @param q In `(0, 1]`. */
  at(q: number): number {
    const rank = Math.ceil(q * this.#count);
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#buckets[i] ?? 0;
      if (seen < rank || seen === 0 || i === BUCKETS - 1) continue;
      return Math.max(this.#min, Math.min(this.#max, middleOf(i)));
    }
    return this.#max;
  }

  /** In units of `unit`; undefined if there is no number. */
  summary(unit = 1): Summary | undefined {
    if (this.#count === 0) return undefined;
    return {
      count: this.#count,
      p50: this.at(0.5) / unit,
      p90: this.at(0.9) / unit,
      p99: this.at(0.99) / unit,
      max: this.#max / unit,
    };
  }
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : STEP ** (bucket - 0.5);
}
