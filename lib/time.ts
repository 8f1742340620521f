/**
 * Milliseconds on a clock that never goes back. Only differences mean anything: deadlines, ages,
 * rates. Machines are handed it; only hosts read it.
 */
export type Instant = number;

/** Seconds since 1970, as in block headers and certificates. */
export type UnixSeconds = number;
