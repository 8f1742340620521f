import type { Wanted } from "./api.ts";
import type { EntryStore } from "./entry_store.ts";
import { View } from "./view.ts";

/** Views that are kept: a page needs two or three. */
const MOST_VIEWS = 8;

/** Views by what is wanted; those that were used last are kept. */
export class Views {
  readonly #store: EntryStore;
  readonly #views = new Map<string, View>();
  #made = 0;

  constructor(store: EntryStore) {
    this.#store = store;
  }

  /** @throws {OperatorError} `usage`, if the filter or what to follow cannot be read. */
  of(wanted: Wanted): View {
    const { filter, follow, connection } = wanted;
    const key = JSON.stringify([filter, follow, connection]);
    const view = this.#views.get(key) ?? new View(++this.#made, this.#store, wanted);
    this.#views.delete(key);
    this.#views.set(key, view);
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= MOST_VIEWS) break;
      this.#views.delete(oldest);
    }
    return view;
  }
}
