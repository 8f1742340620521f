import type { Micros } from "../capture/capture.ts";

/** A span of time as people say it: `320 µs`, `4.2 ms`, `12.3 s`, `3 h 20 min`. */
export function spanText(micros: Micros): string {
  const absolute = Math.abs(micros);
  if (absolute > 0 && absolute < 0.5) return "under 1 µs";
  if (absolute < 1_000) return `${Math.round(micros)} µs`;
  if (absolute < 1_000_000) return `${digits(micros / 1_000)} ms`;
  if (absolute < 120_000_000) return `${digits(micros / 1_000_000)} s`;
  const minutes = Math.round(micros / 60_000_000);
  const hours = Math.trunc(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${Math.abs(minutes % 60)} min`;
}

/** Three digits that count. */
function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
