/**
 * How much is remembered of a capture, whatever it claims. Of more than that the oldest is forgotten,
 * and how much was forgotten is counted.
 */
export interface MemoryLimits {
  readonly connections: number;
  /** Channels and groups, of all connections; so with the rest. */
  readonly channels: number;
  readonly jobs: number;
  /** Bytes of all remembered jobs. */
  readonly jobBytes: number;
  /** Shares without an answer. */
  readonly waitingShares: number;
  /** Shares that others are compared with: duplicates, lines of Stratum V1, solutions. */
  readonly recentShares: number;
  readonly requests: number;
  readonly requestBytes: number;
  readonly templates: number;
  readonly templateBytes: number;
  readonly tokens: number;
  readonly tokenBytes: number;
  /** Jobs and shares of Stratum V1. */
  readonly lines: number;
}

/** About 200 MB at worst. */
export const MEMORY_LIMITS: MemoryLimits = {
  connections: 16_384,
  channels: 65_536,
  jobs: 16_384,
  jobBytes: 1 << 26,
  waitingShares: 65_536,
  recentShares: 32_768,
  requests: 16_384,
  requestBytes: 1 << 24,
  templates: 1_024,
  templateBytes: 1 << 24,
  tokens: 8_192,
  tokenBytes: 1 << 24,
  lines: 16_384,
};
