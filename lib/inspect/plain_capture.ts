import { concatBytes } from "../bitcoin/bytes.ts";
import type { Connection, Direction, Micros, StreamEvent } from "../capture/capture.ts";
import { CaptureWriter } from "../capture/capture_writer.ts";
import { SetupConnection } from "../messages/common.ts";
import type { Entry, NoteEntry } from "./entry.ts";
import { frameBytes } from "./frame_bytes.ts";

/** How many connections of a capture were written down in the clear, and how many could not be. */
export interface PlainCounts {
  readonly written: number;
  /** By the code of the note that says why; `nothing-said` where no note does. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Notes that tell why nothing of a connection can be read. */
const REASONS = new Set([
  "began-before",
  "no-keys",
  "wrong-keys",
  "undecryptable",
  "other-protocol",
]);
const NO_REASON = "nothing-said";
/** Notes of something that was sent and cannot be shown. */
const LOSSES = new Set(["gap", "frame-too-large", "undecryptable", "line-too-long"]);
const ENDS = new Set(["connection-closed", "connection-unfinished"]);

const NOTHING: Uint8Array = new Uint8Array(0);
const encoder = new TextEncoder();

/** A connection on which something was seen. */
interface Known {
  /** As it is written; undefined as long as nothing of it is. */
  written: Connection | undefined;
  reason: string;
}

/**
 * Writes entries down as a capture of the same connections without encryption, for programs that cannot
 * decrypt: frames as they were before, with their times, and lines of Stratum V1. Handshakes are left
 * out, and so are connections of which nothing can be read. Each method gives bytes to be appended.
 */
export class PlainCapture {
  readonly #writer = new CaptureWriter();
  readonly #known = new Map<Connection["id"], Known>();
  readonly #leftOut: Record<string, number> = {};
  #written = 0;

  /** The connections that have ended, or of which something was written. */
  get counts(): PlainCounts {
    return { written: this.#written, leftOut: { ...this.#leftOut } };
  }

  /** The file's beginning. @param application What writes it, with its version. */
  begin(application: string): Uint8Array {
    return this.#writer.begin(application);
  }

  /** @param entry The next. Of notes all are needed; messages may be left out. */
  entry(entry: Entry): Uint8Array {
    if (entry.kind === "note") return this.#note(entry);
    const bytes = entry.kind === "frame" ? frameBytes(entry) : encoder.encode(`${entry.text}\n`);
    const known = this.#knownOf(entry.connection);
    const opening = known.written === undefined ? this.#open(entry, known) : NOTHING;
    const data = this.#happens(known, entry.time, {
      type: "data",
      direction: entry.direction,
      bytes,
    });
    return concatBytes(opening, data);
  }

  #note({ code, connection, direction, facts, time }: NoteEntry): Uint8Array {
    const known = this.#knownOf(connection);
    if (REASONS.has(code)) known.reason = code;
    if (ENDS.has(code)) {
      this.#known.delete(connection.id);
      if (known.written === undefined) {
        this.#leftOut[known.reason] = (this.#leftOut[known.reason] ?? 0) + 1;
      }
      const { how } = facts;
      const isEnd = how === "fin" || how === "rst" || how === "forgotten";
      return isEnd ? this.#happens(known, time, { type: "close", how }) : NOTHING;
    }
    if (!LOSSES.has(code) || direction === undefined) return NOTHING;
    const lost = facts["bytes"] ?? facts["payload_bytes"];
    // How much is not always known; that something is, always.
    const bytes = typeof lost === "number" && lost > 0 ? lost : 1;
    return this.#happens(known, time, { type: "gap", direction, bytes });
  }

  #knownOf({ id }: Connection): Known {
    const known = this.#known.get(id) ?? { written: undefined, reason: NO_REASON };
    this.#known.set(id, known);
    return known;
  }

  /** What begins in another way than connections do is one of which the beginning is missing. */
  #open(entry: Exclude<Entry, NoteEntry>, known: Known): Uint8Array {
    this.#written++;
    const isBeginning = entry.kind === "line" || entry.message?.name === SetupConnection.name;
    const isWhole = entry.connection.isWhole && isBeginning;
    known.written = { ...entry.connection, id: this.#written, isWhole };
    return this.#happens(known, entry.time, { type: "open" });
  }

  #happens({ written }: Known, time: Micros, what: Happening): Uint8Array {
    if (written === undefined) return NOTHING;
    return this.#writer.event({ connection: written, time, ...what });
  }
}

type Happening =
  | { readonly type: "open" }
  | { readonly type: "data"; readonly direction: Direction; readonly bytes: Uint8Array }
  | { readonly type: "gap"; readonly direction: Direction; readonly bytes: number }
  | { readonly type: "close"; readonly how: (StreamEvent & { readonly type: "close" })["how"] };
