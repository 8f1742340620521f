import { formatSi } from "../../telemetry/si.ts";
import { spanText } from "../spans.ts";

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

/** A plain number. */
export function count(name: string, value: number, text = `${value}`): Derived {
  return { name, value, text };
}

/** A text, and how a person reads it where that differs. */
export function said(name: string, value: string, text = value): Derived {
  return { name, value, text };
}

/** A yes or a no. */
export function yes(name: string, value: boolean, text = value ? "yes" : "no"): Derived {
  return { name, value, text };
}

/** A difficulty, 1 being that of the first block. */
export function difficulty(name: string, value: number): Derived {
  return { name, value, text: formatSi(value) };
}

/** An amount of money. */
export function satoshis(name: string, value: bigint): Derived {
  return { name, value: Number(value), unit: "sat", text: `${grouped(value)} sat` };
}

/** A span of time. @param micros From 0. */
export function span(name: string, micros: number): Derived {
  return { name, value: micros / 1e6, unit: "s", text: secondsText(micros / 1e6) };
}

/** As `spanText()`, and for as long as a lone miner may wait: `12 days`, `8.50 k years`. */
export function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "for ever";
  if (seconds < 2 * DAY) return spanText(seconds * 1e6);
  if (seconds < 1_000 * DAY) return `${Math.round(seconds / DAY)} days`;
  return `${formatSi(seconds / (365.25 * DAY))} years`;
}

const DAY = 86_400;

function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(?:\d{3})+$)/g, " ");
}
