/** Shares of a channel whose times are remembered. */
const REMEMBERED = 64;

/** How long answers take, of shares whose sending was noted. */
export class Latencies {
  readonly #sent = new WeakMap<object, Float64Array>();
  readonly #took: number[] = [];

  /** @param sequence The share's number on its channel; they rise. */
  sent(channel: object, sequence: number): void {
    let times = this.#sent.get(channel);
    if (times === undefined) this.#sent.set(channel, times = new Float64Array(REMEMBERED));
    times[sequence % REMEMBERED] = performance.now();
  }

  answered(channel: object, sequence: number): void {
    const sent = this.#sent.get(channel)?.[sequence % REMEMBERED];
    if (sent !== undefined) this.#took.push(performance.now() - sent);
  }

  clear(): void {
    this.#took.length = 0;
  }

  /** Milliseconds, of all answers since {@link clear}: half came sooner, and 99 of 100. */
  get percentiles(): { readonly p50: number; readonly p99: number } | undefined {
    if (this.#took.length === 0) return undefined;
    const sorted = this.#took.toSorted((a, b) => a - b);
    const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
