import type { Address } from "../../ports.ts";
import type { Limits } from "../../session/limits.ts";

/** How a template provider treats its clients: all that the machine has to know. */
export interface TpPolicy {
  /** Satoshis that a template must pay more than the last one sent to be sent too: `fee_threshold`. */
  readonly feeThreshold: bigint;
  /** Milliseconds that must lie between a template and one that only pays more: `min_interval`. */
  readonly minIntervalMs: number;
  /** Milliseconds that a template's transactions can be had after its tip was replaced. */
  readonly graceMs: number;
  /** Milliseconds that a template is remembered after that, for solutions that come late. */
  readonly keepMs: number;
  /** Templates remembered at a time. */
  readonly maxTemplates: number;
  /** Milliseconds that a client has for its first CoinbaseOutputConstraints. */
  readonly constraintsTimeoutMs: number;
  /** Milliseconds without a node after which clients are sent away, to look for another provider. */
  readonly nodeGraceMs: number;
}

/** All that a person decides about a template provider. */
export interface TpConfig extends TpPolicy {
  readonly listen: Address;
  /** Signs the certificates, 32 bytes. */
  readonly authoritySecretKey: Uint8Array;
  /** Lifetime of a certificate, in seconds. */
  readonly certValiditySec: number;
  /** Directory for solved blocks. */
  readonly blocksDirectory: string;
  /** Milliseconds after which the node's tip is too old to be believed, and that is told; 0: never. */
  readonly staleTipMs: number;
  readonly limits: Limits;
}

/** Everything that has a value nobody needs to think about. */
export const DEFAULT_TP_POLICY = {
  feeThreshold: 1_000n,
  minIntervalMs: 5_000,
  graceMs: 10_000,
  keepMs: 600_000,
  maxTemplates: 1_000,
  constraintsTimeoutMs: 10_000,
  nodeGraceMs: 10_000,
} as const satisfies TpPolicy;
