/** What one listener lets its peers cost. Every number is the operator's; no peer can change one. */
export interface Limits {
  /** Connections at a time, all of them. */
  readonly maxConnections: number;
  /** Connections at a time from one IP address. A farm behind one router is one address. */
  readonly maxConnectionsPerAddress: number;
  /** Connections whose handshake is not done, NOISE-37. More are closed at once. */
  readonly maxHalfOpen: number;
  /** Those of one IP address, so that no single one can keep all others out. */
  readonly maxHalfOpenPerAddress: number;
  /** Milliseconds from the TCP connection to the end of the Noise handshake, NOISE-37. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds from the handshake to SetupConnection or its answer. */
  readonly setupTimeoutMs: number;
  /** Milliseconds without a byte from the peer; 0 is for ever (a template client may be silent). */
  readonly idleTimeoutMs: number;
  /** Largest payload taken, in bytes, at most 2^24 - 1. */
  readonly maxPayload: number;
  /** Bytes that may wait for a peer that does not read. More, and it is closed. */
  readonly maxQueuedBytes: number;
  /** Messages that a peer may send in vain (unknown, of another protocol) before it is closed. */
  readonly maxIgnored: number;
}

/** For a role that serves miners. */
export const MINING_LIMITS: Limits = {
  maxConnections: 16_384,
  maxConnectionsPerAddress: 8_192,
  maxHalfOpen: 512,
  maxHalfOpenPerAddress: 128,
  handshakeTimeoutMs: 10_000,
  setupTimeoutMs: 10_000,
  idleTimeoutMs: 900_000,
  maxPayload: 65_536,
  maxQueuedBytes: 1 << 20,
  maxIgnored: 10_000,
};

/** For a template provider: few clients, silent for hours, with messages of up to 16 MiB to them. */
export const TEMPLATE_LIMITS: Limits = {
  ...MINING_LIMITS,
  maxConnections: 1_024,
  maxConnectionsPerAddress: 256,
  maxHalfOpen: 128,
  maxHalfOpenPerAddress: 32,
  idleTimeoutMs: 0,
  maxPayload: 1 << 17,
  maxQueuedBytes: 64 << 20,
};

/** For a connection of ours to a server we chose. */
export const CLIENT_LIMITS: Limits = {
  ...MINING_LIMITS,
  idleTimeoutMs: 0,
  maxPayload: (1 << 24) - 1,
  maxQueuedBytes: 64 << 20,
};
