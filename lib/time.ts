/**
 * Milliseconds on a clock that never goes back. Only differences mean anything: deadlines, ages,
 * rates. Machines are handed it; only hosts read it.
 */
export type Instant = number;

/** Seconds since 1970, as in block headers and certificates. */
export type UnixSeconds = number;

/** A time as people read it, in UTC: `2026-11-22T18:00:00Z`. @param unix 32 bits. */
export function utc(unix: UnixSeconds): string {
  return new Date(unix * 1_000).toISOString().replace(".000Z", "Z");
}

/** A span of time in the unit that says it shortly; `count` is a whole number if `seconds` is. */
export interface Span {
  readonly count: number;
  readonly unit: "second" | "minute" | "hour" | "day";
}

/** @param seconds At least 0. */
export function spanOf(seconds: number): Span {
  if (seconds < 120) return { count: seconds, unit: "second" };
  if (seconds < 7_200) return { count: Math.round(seconds / 60), unit: "minute" };
  if (seconds < 172_800) return { count: Math.round(seconds / 3_600), unit: "hour" };
  return { count: Math.round(seconds / 86_400), unit: "day" };
}
