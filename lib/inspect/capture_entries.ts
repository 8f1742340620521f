import { type CaptureCounts, CaptureStreams } from "../capture/read_capture.ts";
import { Entries, type Totals } from "./entries.ts";
import type { Entry } from "./entry.ts";
import type { BadLine } from "./keys/key_log.ts";
import type { KeyRing } from "./keys/keys.ts";

/** What was in a capture: on the way to the streams, and in them. */
export interface CaptureTotals {
  readonly capture: CaptureCounts;
  readonly entries: Totals;
}

/** From a capture's bytes to entries; keys that are in it go to the ring. */
export class CaptureEntries {
  readonly #entries: Entries;
  readonly #streams: CaptureStreams;

  constructor(
    { ring, deliver, onBadLine, attempts }: {
      readonly ring: KeyRing;
      /** Called for each entry, in order. */
      readonly deliver: (entry: Entry) => void;
      /** Called for what is wrong with keys in the capture. */
      readonly onBadLine: (bad: BadLine) => void;
      /** As for {@link Entries}. */
      readonly attempts?: number;
    },
  ) {
    const entries = new Entries(ring, deliver, attempts);
    this.#entries = entries;
    this.#streams = new CaptureStreams({
      stream: (event) => entries.take(event),
      secrets(kind, bytes) {
        for (const bad of ring.addSecrets(kind, bytes)) onBadLine(bad);
      },
    });
  }

  get totals(): CaptureTotals {
    return { capture: this.#streams.counts(), entries: this.#entries.totals };
  }

  /**
   * @param chunk Of any length; a megabyte is good.
   * @throws {DecodeError} If the capture is damaged, or is none. What came before has been delivered;
   * only {@link CaptureEntries.close} may follow.
   */
  push(chunk: Uint8Array): void {
    this.#streams.push(chunk);
  }

  /**
   * The capture has ended. {@link CaptureEntries.close} is to follow.
   *
   * @throws {DecodeError} `truncated`, if that is in the middle of something.
   */
  end(): void {
    this.#streams.end();
  }

  /** Tells the connections that are still open. */
  close(): void {
    this.#entries.end();
  }
}
