import type { Clock } from "../../ports.ts";
import type { EntryStore } from "./entry_store.ts";

/** Milliseconds from one event to the next: entries may come by the thousand a second. */
const PAUSE_MS = 100;
/** Pages that are told at a time. */
const MOST_LISTENERS = 32;

/** Tells pages how far it is, as server-sent events: at once, then when something has changed. */
export class Events {
  readonly #store: EntryStore;
  readonly #clock: Clock;
  #listeners = 0;

  constructor(store: EntryStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The events for one page, until it leaves or nothing more will come; undefined if too many listen. */
  listen(): ReadableStream<Uint8Array> | undefined {
    if (this.#listeners >= MOST_LISTENERS) return undefined;
    this.#listeners++;
    const left = new AbortController();
    const leave = (): void => {
      if (left.signal.aborted) return;
      left.abort();
      this.#listeners--;
    };
    let told = "";
    return new ReadableStream({
      pull: async (controller) => {
        if (told !== "") await this.#change(told, left.signal);
        if (left.signal.aborted) return;
        const state = this.#store.state;
        told = JSON.stringify(state);
        controller.enqueue(new TextEncoder().encode(`data: ${told}\n\n`));
        if (state.isLive) return;
        leave();
        controller.close();
      },
      cancel: leave,
    }, { highWaterMark: 0 });
  }

  async #change(told: string, left: AbortSignal): Promise<void> {
    await this.#clock.sleep(PAUSE_MS, left);
    while (!left.aborted && JSON.stringify(this.#store.state) === told) {
      await this.#store.changed(left);
    }
  }
}
