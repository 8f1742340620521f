import type { EntryRow, Rows, Wanted } from "../../../lib/inspect/web/api.ts";
import type { Parameters } from "./server.ts";

/** Rows that are asked for at a time. */
const ROWS_IN_A_PAGE = 100;
/** Rows that are kept; of more, those that were asked for first are dropped. */
const MOST_ROWS = 5_000;

type Ask = (parameters: Parameters) => Promise<Rows>;

/**
 * Rows of the entries that are wanted, by their places. Those that are looked at are asked for as
 * needed; the others are not there.
 */
export class RowSource {
  readonly #parameters: Parameters;
  readonly #ask: Ask;
  readonly #onChange: () => void;
  readonly #rows = new Map<number, EntryRow>();
  /** Pages that are on their way. */
  readonly #asked = new Set<number>();
  #revision = "";
  #looked = { from: 0, to: 0 };
  #isClosed = false;
  #isStale = false;
  /** Place of the first row that there is, and the one behind the last. */
  first = 0;
  end = 0;
  /** An answer has come. */
  isKnown = false;
  /** Why there is no answer. */
  error: string | undefined;

  /** @param onChange Called when anything here has changed. */
  constructor({ filter, follow, connection }: Wanted, ask: Ask, onChange: () => void) {
    this.#parameters = { filter, follow, connection };
    this.#ask = ask;
    this.#onChange = onChange;
  }

  at(place: number): EntryRow | undefined {
    return this.#rows.get(place);
  }

  /** These rows are looked at. */
  look(from: number, to: number): void {
    this.#looked = { from, to };
    const last = Math.min(to, this.end);
    for (let place = Math.max(from, this.first); place < last; place++) {
      if (!this.#rows.has(place)) void this.#fetch(pageOf(place));
    }
  }

  /** Entries have come: there may be more rows. */
  refresh(): void {
    const last = pageOf(Math.max(this.end - 1, this.first));
    if (this.#asked.has(last)) this.#isStale = true;
    else void this.#fetch(last);
  }

  /** Place of an entry, or of the first after it; undefined if there is none. */
  async find(number: number): Promise<number | undefined> {
    const answer = await this.#ask({ ...this.#parameters, near: number, count: 0 });
    this.#take(answer);
    return answer.near;
  }

  /** Number of the entry at a place that may not have come yet. */
  async numberAt(place: number): Promise<number | undefined> {
    const answer = await this.#ask({ ...this.#parameters, from: place, count: 1 });
    this.#take(answer);
    return answer.rows[0]?.number;
  }

  /** What is on its way does not matter any more. */
  close(): void {
    this.#isClosed = true;
  }

  async #fetch(page: number): Promise<void> {
    if (this.#asked.has(page)) return;
    this.#asked.add(page);
    try {
      const from = page * ROWS_IN_A_PAGE;
      this.#take(await this.#ask({ ...this.#parameters, from, count: ROWS_IN_A_PAGE }));
      this.error = undefined;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    } finally {
      this.#asked.delete(page);
    }
    if (this.#isClosed) return;
    this.isKnown = true;
    this.#onChange();
    if (this.error !== undefined) return;
    if (this.#isStale) {
      this.#isStale = false;
      this.refresh();
    }
    this.look(this.#looked.from, this.#looked.to);
  }

  #take({ revision, first, end, from, rows }: Rows): void {
    if (revision !== this.#revision) this.#rows.clear();
    this.#revision = revision;
    this.first = first;
    this.end = end;
    for (const [i, row] of rows.entries()) this.#rows.set(from + i, row);
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= MOST_ROWS) break;
      this.#rows.delete(oldest);
    }
  }
}

function pageOf(place: number): number {
  return Math.floor(place / ROWS_IN_A_PAGE);
}
