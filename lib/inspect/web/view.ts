import type { Clock } from "../../ports.ts";
import type { Entry } from "../entry.ts";
import { parseFilter } from "../filter/filter.ts";
import { Understanding } from "../understanding.ts";
import type { Rows, Wanted } from "./api.ts";
import { entryRow } from "./entry_row.ts";
import type { EntryStore } from "./entry_store.ts";

/** Entries that are looked at before something else gets its turn. */
const ENTRIES_IN_A_TURN = 2_000;

/**
 * The entries of a store that are wanted, in order. Each is looked at once, when somebody asks; places
 * stay while entries come and go.
 */
export class View {
  readonly #id: number;
  readonly #store: EntryStore;
  readonly #isWanted: (entry: Entry) => boolean;
  readonly #following: Understanding | undefined;
  /** Of entries, ascending. */
  #numbers: number[] = [];
  /** Places before them: of entries that are no longer kept. */
  #gone = 0;
  /** Of places. */
  #changes = 0;
  /** Number from which on entries were not looked at. */
  #next = 0;

  /**
   * @param id No other view has it.
   * @throws {OperatorError} `usage`, if the filter or what to follow cannot be read.
   */
  constructor(id: number, store: EntryStore, { filter, follow, connection }: Wanted) {
    this.#id = id;
    this.#store = store;
    const passes = filter.trim() === "" ? () => true : parseFilter(filter);
    this.#isWanted = (entry) =>
      (connection === undefined || entry.connection.id === connection) && passes(entry);
    this.#following = follow === "" ? undefined : new Understanding({ follow });
  }

  /** Looks at the entries that came since it last did. */
  async update(clock: Clock): Promise<void> {
    for (;;) {
      const kept = this.#store.from(this.#next, ENTRIES_IN_A_TURN);
      for (const { entry } of kept) this.#take(entry);
      this.#next = (kept.at(-1)?.entry.number ?? this.#next - 1) + 1;
      if (kept.length < ENTRIES_IN_A_TURN) return;
      await clock.sleep(0);
    }
  }

  /**
   * Rows from a place on.
   *
   * @param from Any place; the nearest that there is is taken.
   * @param near Number of an entry whose place is wanted.
   */
  rows(
    { from, count, near }: {
      readonly from: number;
      readonly count: number;
      readonly near?: number | undefined;
    },
  ): Rows {
    this.#forget();
    const [first, end] = [this.#gone, this.#gone + this.#numbers.length];
    const start = Math.min(Math.max(from, first), end);
    const numbers = this.#numbers.slice(start - first, start - first + count);
    const before = this.#numbers[start - first - 1];
    let time = before === undefined ? undefined : this.#store.get(before)?.entry.time;
    const rows = numbers.flatMap((number) => {
      const kept = this.#store.get(number);
      if (kept === undefined) return [];
      const row = entryRow(kept, time);
      time = kept.entry.time;
      return [row];
    });
    const place = near === undefined ? undefined : this.#indexOf(near);
    return {
      revision: `${this.#id}.${this.#changes}`,
      first,
      end,
      from: start,
      rows,
      ...place !== undefined && place < this.#numbers.length && { near: first + place },
    };
  }

  #take(entry: Entry): void {
    const shown = this.#following?.see(entry).shown ?? [entry];
    for (const each of shown) if (this.#isWanted(each)) this.#insert(each.number);
  }

  /** What is followed may turn out to have begun with earlier entries. */
  #insert(number: number): void {
    const index = this.#indexOf(number);
    if (index < this.#numbers.length) this.#changes++;
    this.#numbers.splice(index, 0, number);
  }

  #forget(): void {
    const gone = this.#indexOf(this.#store.oldest);
    if (gone === 0) return;
    this.#numbers = this.#numbers.slice(gone);
    this.#gone += gone;
  }

  /** Index of the first of them with this number or a later one. */
  #indexOf(number: number): number {
    const last = this.#numbers.at(-1);
    if (last === undefined || last < number) return this.#numbers.length;
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#numbers[middle] ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
