import type { Address } from "../../ports.ts";

/** What to try, and where. */
export interface PingConfig extends Address {
  /** Whose signature the server must show, x-only, 32 bytes. Undefined: the certificate is not checked. */
  readonly authorityKey: Uint8Array | undefined;
  readonly protocol: "mining" | "template";
  /** Who the channel is opened for; some pools refuse strangers. */
  readonly userIdentity: string;
  readonly channel: "extended" | "standard";
  /** Most milliseconds for each step. */
  readonly timeoutMs: number;
}
