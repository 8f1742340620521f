/**
 * A value that changes for later jobs and stays what it was for earlier ones: a target
 * (SV2 §5.3.21), an extranonce prefix (§5.3.10). Times are numbers that only rise, such as a count
 * of activated jobs.
 */
export class History<T> {
  #latest: T;
  #since = -Infinity;
  /** Older values, oldest first; undefined while there was no change, which is the common case. */
  #older: { since: number; value: T }[] | undefined;

  constructor(initial: T) {
    this.#latest = initial;
  }

  get latest(): T {
    return this.#latest;
  }

  /** From time `since` on it is `value`. Called with times that never fall. */
  set(value: T, since: number): void {
    if (since > this.#since) (this.#older ??= []).push({ since: this.#since, value: this.#latest });
    this.#latest = value;
    this.#since = since;
  }

  /** What it was at `time`. */
  at(time: number): T {
    const older = this.#older;
    if (time >= this.#since || older === undefined) return this.#latest;
    for (let i = older.length - 1; i > 0; i--) {
      const entry = older[i];
      if (entry !== undefined && time >= entry.since) return entry.value;
    }
    return older[0]?.value ?? this.#latest;
  }

  /** Nobody will ask for a time before `time` again. */
  forget(time: number): void {
    const older = this.#older;
    if (older === undefined) return;
    if (time >= this.#since) this.#older = undefined;
    else while ((older[1]?.since ?? Infinity) <= time) older.shift();
  }
}
