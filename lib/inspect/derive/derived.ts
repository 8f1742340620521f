import { formatSi } from "../../telemetry/si.ts";

/** Something that follows from an entry and from what came before it. */
export interface Derived {
  /** In snake case, stable: `difficulty`. */
  readonly name: string;
  /** For a program. Hashes and scripts are hexadecimal, hashes of blocks as people read them. */
  readonly value: string | number | boolean;
  readonly unit?: string;
  /** For a person: one line of printable characters. */
  readonly text: string;
}

export function count(name: string, value: number, text = `${value}`): Derived {
  return { name, value, text };
}

export function said(name: string, value: string, text = value): Derived {
  return { name, value, text };
}

export function yes(name: string, value: boolean, text = value ? "yes" : "no"): Derived {
  return { name, value, text };
}

export function difficulty(name: string, value: number): Derived {
  return { name, value, text: formatSi(value) };
}

export function satoshis(name: string, value: bigint): Derived {
  return { name, value: Number(value), unit: "sat", text: `${grouped(value)} sat` };
}

/** A span of time. @param micros From 0. */
export function span(name: string, micros: number): Derived {
  return { name, value: micros / 1e6, unit: "s", text: spanText(micros / 1e6) };
}

/** `0.42 ms`, `12.3 s`, `5.0 min`, `3.1 h`, `12 days`, `8.5 k years`. */
export function spanText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "for ever";
  if (seconds <= 0) return "0 s";
  if (seconds < 1) return formatMilli(seconds);
  for (const [size, unit] of UNITS) {
    if (seconds < size * 120 || unit === "days") {
      if (seconds / size > 1_000) break;
      return `${three(seconds / size)} ${unit}`;
    }
  }
  return `${formatSi(seconds / 31_557_600)} years`;
}

const UNITS = [[1, "s"], [60, "min"], [3_600, "h"], [86_400, "days"]] as const;

function formatMilli(seconds: number): string {
  if (seconds >= 0.001) return `${three(seconds * 1e3)} ms`;
  return `${three(seconds * 1e6)} µs`;
}

function three(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(?:\d{3})+$)/g, " ");
}
