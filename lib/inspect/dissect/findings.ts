import type { Direction } from "../../capture/capture.ts";
import type { Frame } from "../../frame/frame.ts";

/** Something to be said that is no message. */
export interface Note {
  readonly direction?: Direction;
  /** Kebab-case, stable. */
  readonly code: string;
  /** For a person, in a line. */
  readonly text: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** Who hears what is found on one connection. Time and connection are known to whoever listens. */
export interface Findings {
  /** @param frame Its payload is the listener's to keep. */
  frame(direction: Direction, frame: Frame): void;
  /** A line of Stratum V1, without its end. */
  line(direction: Direction, text: string): void;
  note(note: Note): void;
  /** The client is the server: which was which was guessed, and wrong. */
  reverse(): void;
}

/** What is said on one connection, in a protocol that is known. */
export interface Conversation {
  /** @param bytes Used during the call only. */
  data(direction: Direction, bytes: Uint8Array): void;
  /** Bytes are not in the capture; `bytes` is 0 where it is not known how many. */
  gap(direction: Direction, bytes: number): void;
  /** Nothing more will come. */
  close(): void;
}

/** `up` for `down`, and the other way round. */
export function opposite(direction: Direction): Direction {
  return direction === "up" ? "down" : "up";
}
