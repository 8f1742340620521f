import type { Micros, StreamEvent } from "../capture/capture.ts";
import type { Entry } from "./entry.ts";
import { type Begun, Followed, type Listener, type Seen } from "./dissect/followed.ts";
import { frameEntry } from "./frame_entry.ts";
import { SearchBudget } from "./dissect/header_search.ts";
import type { KeyRing } from "./keys/keys.ts";
import { Room } from "./dissect/room.ts";
import type { Shared } from "./dissect/sealed_direction.ts";
import { parseSv1 } from "./sv1.ts";
import type { Passed } from "./witness.ts";

/** What was found in all, for a line at the end. */
export interface Totals {
  readonly connections: number;
  readonly frames: number;
  readonly lines: number;
  /** Places where bytes are missing. */
  readonly gaps: number;
  /** Frames that could not be decoded, and lines that are no JSON. */
  readonly errors: number;
  /** Frames of types that nobody has defined. */
  readonly unknown: number;
  /** Connections whose handshake was seen and to which there is no key. */
  readonly keyless: number;
  /** Bytes that could not be decrypted. */
  readonly sealedBytes: number;
}

/** Connections that are followed at a time. Of more, the oldest is let go. */
const MOST_CONNECTIONS = 65_536;

/**
 * From what happens on connections to entries, in the order of time. Keeps what is unfinished and
 * nothing else.
 */
export class Entries {
  readonly #ring: KeyRing;
  readonly #deliver: (entry: Entry) => void;
  readonly #shared: Shared;
  readonly #followed = new Map<number, Followed>();
  readonly #totals = {
    connections: 0,
    frames: 0,
    lines: 0,
    gaps: 0,
    errors: 0,
    unknown: 0,
    keyless: 0,
    sealedBytes: 0,
  };
  readonly #listener: Listener = {
    frame: (seen, direction, frame) => {
      const { connection, protocol } = seen;
      const number = ++this.#number;
      const entry = frameEntry(
        { number, time: this.#time, connection, direction, protocol },
        frame,
      );
      this.#totals.frames++;
      if (entry.error !== undefined) this.#totals.errors++;
      if (entry.message === undefined) this.#totals.unknown++;
      this.#deliver(entry);
    },
    line: (seen, direction, text) => {
      const json = parseSv1(text);
      this.#totals.lines++;
      if (json === undefined) this.#totals.errors++;
      this.#deliver({ kind: "line", ...this.#happened(seen), direction, text, json });
    },
    note: (seen, { direction, code, text, facts = {} }) => {
      if (code === "no-keys") this.#totals.keyless++;
      const sealed = facts["sealed_bytes"];
      if (typeof sealed === "number") this.#totals.sealedBytes += sealed;
      this.#deliver({ kind: "note", ...this.#happened(seen), direction, code, text, facts });
    },
  };
  #number = 0;
  #time: Micros = 0;

  /**
   * @param ring Keys; more may come in at any time.
   * @param deliver Called for each entry, before the call returns that led to it. The entry is its own.
   * @param attempts To open headers, where it is not known where frames begin: three take about a
   * microsecond.
   */
  constructor(ring: KeyRing, deliver: (entry: Entry) => void, attempts?: number) {
    this.#ring = ring;
    this.#shared = { room: new Room(), budget: new SearchBudget(attempts) };
    this.#deliver = deliver;
  }

  get totals(): Totals {
    return { ...this.#totals };
  }

  /** Takes the next event. */
  take(event: StreamEvent): void {
    this.#time = event.time;
    const followed = this.#followed.get(event.connection.id) ?? this.#follow(event);
    switch (event.type) {
      case "open":
        return;
      case "data":
        return followed.data(event.direction, event.bytes, event.time);
      case "gap":
        this.#totals.gaps++;
        return followed.gap(event.direction, event.bytes);
      case "close":
        this.#followed.delete(event.connection.id);
        return followed.close(event.how, event.time);
    }
  }

  /** The same for what somebody who stands in between has decrypted already. */
  pass(passed: Passed): void {
    const { connection, time, direction, sealed, frames, isBroken } = passed;
    this.#time = time;
    const followed = this.#followed.get(connection.id) ?? this.#follow(passed);
    followed.pass({ direction, bytes: sealed.length, frames, isBroken }, time);
  }

  /** Nothing more will come: connections that are still open are told. */
  end(): void {
    for (const followed of this.#followed.values()) followed.close("open", this.#time);
    this.#followed.clear();
  }

  #follow(event: Begun): Followed {
    const { connection, time } = event;
    const [oldest] = this.#followed;
    if (oldest !== undefined && this.#followed.size >= MOST_CONNECTIONS) {
      this.#followed.delete(oldest[0]);
      oldest[1].close("forgotten", time);
    }
    this.#totals.connections++;
    const options = { ring: this.#ring, shared: this.#shared, listener: this.#listener };
    const followed = new Followed(event, options);
    this.#followed.set(connection.id, followed);
    return followed;
  }

  #happened({ connection }: Seen): Pick<Entry, "number" | "time" | "connection"> {
    return { number: ++this.#number, time: this.#time, connection };
  }
}
