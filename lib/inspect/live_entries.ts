import type { StreamEvent } from "../capture/capture.ts";
import { SV2_KEY_LOG } from "../capture/secrets.ts";
import { Entries, type Totals } from "./entries.ts";
import type { Entry } from "./entry.ts";
import { KeyRing } from "./keys/keys.ts";
import type { Passed, Witness } from "./witness.ts";

/**
 * Entries of what passes, as it passes: the same that {@link Entries} makes of a recording of it,
 * without decrypting anything again.
 */
export class LiveEntries implements Witness {
  readonly #ring = new KeyRing();
  readonly #entries: Entries;

  /** @param deliver Called for each entry, before the call returns that led to it. The entry is its own. */
  constructor(deliver: (entry: Entry) => void) {
    this.#entries = new Entries(this.#ring, deliver);
  }

  get totals(): Totals {
    return this.#entries.totals;
  }

  event(event: StreamEvent): void {
    this.#entries.take(event);
  }

  keys(lines: string): void {
    this.#ring.addSecrets(SV2_KEY_LOG, new TextEncoder().encode(lines));
  }

  passed(passed: Passed): void {
    this.#entries.pass(passed);
  }

  /** Nothing more will come: connections that are still open are told. */
  end(): void {
    this.#entries.end();
  }
}
