import type { Entry } from "./entry.ts";
import { derive } from "./derive/derive.ts";
import type { Derived } from "./derive/derived.ts";
import { parseFollowed } from "./follow/expression.ts";
import { Follower } from "./follow/follower.ts";
import { type Broken, Linter } from "./lint/linter.ts";
import type { Finding } from "./lint/rule.ts";
import { type Report, Statistics } from "./statistics/statistics.ts";
import type { MemoryLimits } from "./understand/limits.ts";
import type { Sight } from "./understand/sight.ts";
import { Tracker } from "./understand/tracker.ts";

/** What is wanted; what is not costs nothing. */
export interface UnderstandingOptions {
  /** Derived values. */
  readonly derive?: boolean;
  readonly lint?: boolean;
  readonly statistics?: boolean;
  /** What to follow, as {@link parseFollowed} reads it. */
  readonly follow?: string;
  readonly limits?: MemoryLimits;
}

/** An entry, understood. */
export interface Understood {
  readonly sight: Sight;
  /** Empty unless wanted. */
  readonly derived: readonly Derived[];
  /** Empty unless wanted. */
  readonly findings: readonly Finding[];
  /**
   * With something to follow: the entries that belong to it and are known to by now, which may be
   * earlier ones. Otherwise the entry.
   */
  readonly shown: readonly Entry[];
}

/**
 * Makes sense of entries, one after the other: what follows from them, what is wrong with them, what
 * belongs together, how long it took. Memory is bounded whatever they claim, and nothing throws.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * import type { Entry } from "headframe/inspect/entry.ts";
 * import { Understanding } from "headframe/inspect/understanding.ts";
 *
 * const entries: Entry[] = [];
 * const understanding = new Understanding({ derive: true, lint: true });
 * for (const entry of entries) {
 *   const { derived, findings } = understanding.see(entry);
 *   for (const { name, text } of derived) console.log(name, text);
 *   for (const { id, text } of findings) console.log(id, text);
 * }
 * strictEqual(understanding.isBroken, false);
 * ```
 */
export class Understanding {
  readonly #tracker: Tracker;
  readonly #derives: boolean;
  readonly #linter: Linter | undefined;
  readonly #statistics: Statistics | undefined;
  readonly #follower: Follower | undefined;

  /** @throws {OperatorError} `usage`, if `follow` cannot be read. */
  constructor(options: UnderstandingOptions = {}) {
    this.#tracker = new Tracker(options.limits);
    this.#derives = options.derive ?? false;
    this.#linter = options.lint ? new Linter() : undefined;
    this.#statistics = options.statistics ? new Statistics() : undefined;
    this.#follower = options.follow === undefined
      ? undefined
      : new Follower(parseFollowed(options.follow));
  }

  /** A rule of level `MUST` was broken. */
  get isBroken(): boolean {
    return this.#linter?.isBroken ?? false;
  }

  /** The rules that were broken so far. */
  get broken(): readonly Broken[] {
    return this.#linter?.broken ?? [];
  }

  /** How much was forgotten for want of room, by kind; then findings may be missing, none is wrong. */
  get forgotten(): Readonly<Record<string, number>> {
    return this.#tracker.forgotten;
  }

  /** What went by so far, in numbers; undefined unless wanted. */
  report(): Report | undefined {
    return this.#statistics?.report();
  }

  /** Takes in the next entry. @param entry In the order of time. */
  see(entry: Entry): Understood {
    const sight = this.#tracker.see(entry);
    // Lint first: it works shares out, and statistics tell the best.
    const findings = this.#linter?.check(sight) ?? [];
    const derived = this.#derives ? derive(sight, this.#tracker.world.nBits) : [];
    this.#statistics?.see(sight);
    const shown = this.#follower === undefined ? [entry] : this.#follower.push(sight);
    return { sight, derived, findings, shown };
  }
}
