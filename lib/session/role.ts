/**
 * The seam between a connection and a role. A role is a machine: it is told what happened (these
 * methods), and tells what it wants by calls on {@link Peer}, which only queue; nothing is performed
 * before the role has returned. A list of effects would say the same, and would cost an object a
 * share.
 *
 * @module
 */

import type { Fields, Message, Values } from "../codec/message.ts";
import type { Frame } from "../frame/frame.ts";
import type { SetupConnection } from "../messages/common.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";

/** One connection, as a role sees it. */
export interface Peer {
  /** Unique in this process, never used again. */
  readonly id: number;
  /** `host:port`, for logs. */
  readonly address: string;
  /** What SetupConnection and the negotiation of extensions settled. */
  readonly session: Session;
  /** Queues a message: encoded now, sealed with others and written once when the turn ends. */
  send<F extends Fields>(message: Message<F>, value: Values<F>): void;
  /** Queues a frame, header included, for instance one that is for many peers. It is copied. */
  sendFrame(frame: Uint8Array): void;
  /** Writes what is queued, then closes. Further calls of this peer do nothing. */
  close(reason: string): void;
}

/** What both sides settled on: SetupConnection, its answer, and extensions. */
export interface Session {
  /** As the client sent it. On the client's side: what we sent. */
  readonly setup: SetupConnection;
  /** `SetupConnection.Success.used_version`. */
  readonly version: number;
  /** Flags of `SetupConnection.Success`. */
  readonly serverFlags: number;
  /** Extension ids both sides agreed on, EXT §1.1. May change: a client can negotiate again. */
  readonly extensions: ReadonlySet<number>;
  /** Ids the server insists on. While one is not in `extensions` the role hears nothing. */
  readonly requiredExtensions: readonly number[];
}

/** Why a connection of ours ends when the program does. */
export const STOPPING = "we are stopping";

/** What a role does on its connections, whichever side opened them. */
export interface Role {
  /** The connection may carry the role's messages from now on. */
  connected(peer: Peer, now: Instant): void;
  /**
   * A frame of the role's own protocol came. Its payload is a view that is overwritten after the
   * call. A thrown {@link DecodeError} or {@link PeerError} closes this connection and no other.
   */
  received(peer: Peer, frame: Frame, now: Instant): void;
  /**
   * Everything that came in this turn of the event loop has been given, on this connection and on
   * others: the place to answer a batch of shares at once. Follows every {@link Role.received} before
   * anything else comes in; what else may happen before (a tick, the connection's end) is told as ever.
   */
  settled(peer: Peer, now: Instant): void;
  /** Nothing more will come or go. Called once for every {@link Role.connected}. */
  disconnected(peer: Peer, reason: string, now: Instant): void;
}

/** Lets time pass for a role. A fault of ours in there is told, and costs nothing else. */
export function tickRole(role: { tick(now: Instant): void }, log: Log, now: Instant): void {
  try {
    role.tick(now);
  } catch (error) {
    const reason = error instanceof Error ? error.stack ?? error.message : String(error);
    log.error("role.fault", { reason });
  }
}
