import type { Micros } from "../../capture/capture.ts";

/** When something happened. */
export interface Moment {
  /** Counts entries from 1 as they are seen, so it always rises. */
  readonly order: number;
  readonly time: Micros;
  /** Number of the entry, for people. */
  readonly entry: number;
}

/** A value, and since when it holds. */
export interface Since<T> extends Moment {
  readonly value: T;
}

/** Changes that are remembered; a share is rarely for a job older than the last few. */
const MOST_CHANGES = 32;

/** A value that changes now and then, with its latest changes: a target, a tip, a prefix. */
export class Timeline<T> {
  /** Oldest first. */
  readonly #changes: Since<T>[] = [];
  #cut = false;

  /** Older changes than {@link Timeline.changes} were forgotten. */
  get isCut(): boolean {
    return this.#cut;
  }

  get latest(): Since<T> | undefined {
    return this.#changes.at(-1);
  }

  /** Oldest first. */
  get changes(): readonly Since<T>[] {
    return this.#changes;
  }

  set(value: T, { order, time, entry }: Moment): void {
    this.#changes.push({ value, order, time, entry });
    if (this.#changes.length <= MOST_CHANGES) return;
    this.#changes.shift();
    this.#cut = true;
  }

  /** Nothing of it holds for certain any more. */
  clear(): void {
    this.#changes.length = 0;
    this.#cut = true;
  }

  /** What held right after `order`; undefined if that was before the first or is not known. */
  at(order: number): Since<T> | undefined {
    return this.#changes.findLast((change) => change.order <= order);
  }

  /** Those later than `order`, oldest first. */
  after(order: number): readonly Since<T>[] {
    return this.#changes.filter((change) => change.order > order);
  }
}
