import { escapeText } from "../../telemetry/escape.ts";
import type { Entry } from "../entry.ts";
import type { Filter } from "../filter/filter.ts";
import { followTargetsOf } from "../follow/links.ts";
import { Understanding, type Understood } from "../understanding.ts";
import type { Connections, DerivedLine, FindingLine, FollowLink, State } from "./api.ts";
import { ConnectionTable } from "./connection_table.ts";
import { derivedLine, findingLine } from "./lines.ts";

/** How much is kept. */
export interface StoreLimits {
  readonly entries: number;
  /** About so many bytes. */
  readonly bytes: number;
}

/** What a page can look back on, unless somebody says otherwise. */
export const STORE_LIMITS: StoreLimits = { entries: 100_000, bytes: 1 << 28 };

/** An entry that is kept, with what was known when it came. */
export interface Kept {
  readonly entry: Entry;
  readonly derived: readonly DerivedLine[];
  readonly findings: readonly FindingLine[];
  readonly follows: readonly FollowLink[];
}

/** What an entry costs beside its payload, and a payload's bytes with the values made of them. */
const ENTRY_BYTES = 1_000;
const BYTES_OF_A_BYTE = 4;
const BYTES_OF_A_CHARACTER = 2;

/**
 * The latest entries, understood as they come in: what the page is about. Entries may come for as long
 * as they like; when there is no more room, the oldest goes.
 */
export class EntryStore {
  readonly #title: string;
  readonly #isFollowed: boolean;
  readonly #filter: Filter;
  readonly #limits: StoreLimits;
  readonly #understanding: Understanding;
  readonly #connections = new ConnectionTable();
  /** From `#head`, in the order of their numbers. */
  #kept: (Kept & { readonly weight: number })[] = [];
  #head = 0;
  #weight = 0;
  #seen = 0;
  #isLive = true;
  #waiting: (() => void)[] = [];

  /**
   * @param title What is looked at: the name of a file, or an address. Anyone's text.
   * @param filter Which entries are kept; all are understood.
   * @param isFollowed Entries come as they are said, so that the page goes along with the latest.
   * @param understanding To be told of the entries here and nowhere else; with `derive`, `lint` and
   * `statistics`, and without something to follow.
   */
  constructor(
    title: string,
    { isFollowed = false, filter = () => true, understanding, limits = STORE_LIMITS }: {
      readonly isFollowed?: boolean;
      readonly filter?: Filter | undefined;
      readonly understanding?: Understanding;
      readonly limits?: StoreLimits;
    } = {},
  ) {
    this.#title = escapeText(title);
    this.#isFollowed = isFollowed;
    this.#filter = filter;
    this.#limits = limits;
    this.#understanding = understanding ??
      new Understanding({ derive: true, lint: true, statistics: true });
  }

  /** Takes in the next entry. @param entry In the order of numbers, which need not be without gaps. */
  add(entry: Entry): Understood {
    const understood = this.#understanding.see(entry);
    this.#connections.see(entry, understood);
    if (!this.#filter(entry)) return understood;
    const kept = {
      entry,
      derived: understood.derived.map(derivedLine),
      findings: understood.findings.map(findingLine),
      follows: followTargetsOf(understood.sight),
    };
    const weight = weightOf(kept);
    this.#kept.push({ ...kept, weight });
    this.#weight += weight;
    this.#seen++;
    this.#makeRoom();
    this.#tell();
    return understood;
  }

  /** Nothing more will come. */
  end(): void {
    this.#isLive = false;
    this.#tell();
  }

  get state(): State {
    return {
      title: this.#title,
      isLive: this.#isLive,
      isFollowed: this.#isFollowed,
      seen: this.#seen,
      kept: this.#kept.length - this.#head,
      broken: this.#understanding.broken.length,
    };
  }

  get understanding(): Understanding {
    return this.#understanding;
  }

  get connections(): Connections {
    return this.#connections.list();
  }

  /** Number of the oldest entry that is kept; `Infinity` if there is none. */
  get oldest(): number {
    return this.#kept[this.#head]?.entry.number ?? Infinity;
  }

  /** The entry of this number, if it is kept. */
  get(number: number): Kept | undefined {
    const kept = this.#kept[this.#indexOf(number)];
    return kept?.entry.number === number ? kept : undefined;
  }

  /** The oldest entries from `number` on, at most `count`. */
  from(number: number, count: number): readonly Kept[] {
    const index = this.#indexOf(number);
    return this.#kept.slice(index, index + count);
  }

  /** Resolves when the next entry comes, when no more will come, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== done);
        resolve();
      };
      this.#waiting.push(done);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #tell(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const done of waiting) done();
  }

  #makeRoom(): void {
    // The latest is kept whatever it weighs.
    while (
      this.#kept.length - this.#head > this.#limits.entries ||
      (this.#weight > this.#limits.bytes && this.#kept.length - this.#head > 1)
    ) this.#weight -= this.#kept[this.#head++]?.weight ?? 0;
    // Moving what is left is worth it only now and then.
    if (this.#head * 2 <= this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#head);
    this.#head = 0;
  }

  /** Index of the first entry that is kept and has this number or a later one. */
  #indexOf(number: number): number {
    let low = this.#head;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#kept[middle]?.entry.number ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function weightOf({ entry, derived, findings }: Kept): number {
  const content = entry.kind === "frame"
    ? entry.payload.length * BYTES_OF_A_BYTE
    : entry.text.length * BYTES_OF_A_BYTE;
  const characters = [...derived, ...findings]
    .reduce((sum, { text }) => sum + text.length + ENTRY_BYTES / 10, 0);
  return ENTRY_BYTES + content + characters * BYTES_OF_A_CHARACTER;
}
