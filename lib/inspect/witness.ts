import type { Connection, Direction, Micros, StreamEvent } from "../capture/capture.ts";
import type { Frame } from "../frame/frame.ts";

/** Encrypted bytes that passed, and what was in them. */
export interface Passed {
  readonly connection: Connection;
  readonly time: Micros;
  readonly direction: Direction;
  /** As they are between the client and us. A view that is good during the call only. */
  readonly sealed: Uint8Array;
  /** The frames that ended in them, in order. Whoever is told may keep their payloads, not change them. */
  readonly frames: readonly Frame[];
  /** Behind those frames is something that does not decrypt; the connection ends here. */
  readonly isBroken: boolean;
}

/**
 * Who is told of what passes between clients and servers, while it passes: to show it, or to write it
 * down. Told of one thing at a time, in the order of time; nothing of what is told here is a secret but
 * keys.
 */
export interface Witness {
  /** What is not encrypted: that a connection opened or closed, a handshake, lines of Stratum V1. */
  event(event: StreamEvent): void;
  /** Lines of a key log that open a session, before anything of it passes. */
  keys(lines: string): void;
  /** What is encrypted. */
  passed(passed: Passed): void;
}
