import type { Address } from "../../ports.ts";
import type { Upstream } from "../../session/dial.ts";
import { type Limits, MINING_LIMITS } from "../../session/limits.ts";

/** What the tap can be told. */
export interface TapConfig {
  readonly listen: Address;
  /** 32 bytes; signs the certificate that clients are shown. */
  readonly authoritySecretKey: Uint8Array;
  /** Seconds that a certificate holds. */
  readonly certValiditySec: number;
  readonly upstreams: TapUpstreams;
  readonly limits: Limits;
}

/** Where clients are connected to, by what they speak. Those that speak something else are closed. */
export interface TapUpstreams {
  readonly sv2: Upstream | undefined;
  /** In the clear: Stratum V1 knows nothing else. */
  readonly sv1: Address | undefined;
}

/**
 * Nothing is refused that fits a frame: what is too large for a pool is for the pool to refuse. And a
 * client of a template provider may be silent for hours.
 */
export const TAP_LIMITS: Limits = {
  ...MINING_LIMITS,
  maxConnections: 4_096,
  maxConnectionsPerAddress: 4_096,
  idleTimeoutMs: 0,
  maxPayload: (1 << 24) - 1,
};
