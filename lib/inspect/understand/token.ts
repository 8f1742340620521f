import type { ConnectionState } from "./connection.ts";
import type { Moment } from "./timeline.ts";

/** A token of job declaration, which links a JDS connection with a pool's. SV2 §6.4.3 */
export interface Token extends Moment {
  /** Hexadecimal. */
  readonly hex: string;
  readonly on: ConnectionState;
  /** For whom it was allocated; any text. */
  readonly user: string | undefined;
  /** Outputs that a job has to pay, with their count; undefined for one that another led to. */
  readonly outputs: Uint8Array | undefined;
  /** The allocated one, if this came of declaring a job with it. */
  readonly from: Token | undefined;
}

/** The token that was allocated, of one or of what it led to. */
export function rootOf(token: Token): Token {
  return token.from ?? token;
}
