import type { ConnectionState } from "./connection.ts";
import type { Job } from "./job.ts";
import type { Share } from "./share.ts";
import type { Moment } from "./timeline.ts";

/** What was said in Stratum V1 on a connection. Texts are a peer's. */
export interface Sv1State {
  /** Hexadecimal, from the answer to `mining.subscribe`. */
  extranonce1: string | undefined;
  /** By the server's job ids. */
  readonly jobs: Map<string, Notified>;
}

/** A `mining.notify`. */
export interface Notified extends Moment {
  readonly kind: "notified";
  readonly on: ConnectionState;
  readonly id: string;
  readonly twin: JobTwin | undefined;
}

/** A `mining.submit`. */
export interface Submitted extends Moment {
  readonly kind: "submitted";
  readonly on: ConnectionState;
  /** Who found it. */
  readonly user: string;
  readonly extranonce2: string;
  readonly ntime: number;
  readonly nonce: number;
  readonly job: Notified | undefined;
}

/** How sure it is that two things are one. */
export type Sureness = "certain" | "likely" | "possible";

/** The job of Stratum V2 that a `mining.notify` passes on, or the other way round. */
export interface JobTwin {
  readonly job: Job;
  readonly sureness: Sureness;
}

/** A share that crossed a translator, on its two sides. */
export interface ShareTwin {
  readonly share: Share;
  readonly submitted: Submitted;
  readonly sureness: Sureness;
  /** What agrees, beside nonce and time. */
  readonly because: readonly ("job" | "extranonce")[];
}

/** What is known of a Stratum V1 connection when it begins: nothing. */
export function sv1State(): Sv1State {
  return { extranonce1: undefined, jobs: new Map() };
}
