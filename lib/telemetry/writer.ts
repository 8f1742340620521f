import { escapeJson, escapeText, quoteText } from "./escape.ts";
import type { Log, LogFields } from "./log.ts";
import { Throttle, type ThrottleLimits } from "./throttle.ts";

/** From the most talkative on; a level brings those after it along. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];
/** `key=value` for people, or an object a line for programs. */
export const LOG_FORMATS = ["text", "json"] as const;
/** One of {@link LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Where lines go, which ones, and how they look. */
export interface LogWriterOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one line, without its line break. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly time: () => number;
  /** Colours for a terminal; text format only. */
  readonly color?: boolean;
  readonly limits?: ThrottleLimits;
}

/** A {@link Log} that writes lines, and tells at the end what it held back. */
export interface LogWriter extends Log {
  /** Tells what is still untold. Call it once, when nothing more will be logged. */
  finish(): void;
}

// A pool at a thousand connections a second is readable with this, and a gigabyte of log takes a
// hostile peer months instead of minutes.
const DEFAULT_LIMITS: ThrottleLimits = { burst: 50, perSecond: 10 };
const COLORS: Readonly<Record<LogLevel, string>> = {
  debug: "\x1b[2m",
  info: "\x1b[32m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};
const BARE = /^[\w.:/@+,\-[\]]{1,200}$/;
const RESERVED = new Set(["time", "level", "event"]);

/**
 * Turns events into the lines an operator reads, or, as JSON, a program. Whatever the fields carry,
 * an event is one line of printable characters and bounded length.
 */
export function createLog(options: LogWriterOptions): LogWriter {
  const throttle = new Throttle(options.limits ?? DEFAULT_LIMITS);
  const lowest = LOG_LEVELS.indexOf(options.level);
  const format = options.format === "json" ? jsonLine : textLine;

  function write(level: LogLevel, event: string, fields: LogFields): void {
    options.write(
      format({ time: options.time(), level, event, fields, color: options.color ?? false }),
    );
  }

  function tell(now: number, all: boolean): void {
    for (const { event, count } of throttle.suppressed(now, all)) {
      write("warn", "log.suppressed", { of: event, count });
    }
  }

  function logAt(level: LogLevel, event: string, fields: LogFields): void {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const now = options.time();
    if (throttle.admit(event, now)) write(level, event, fields);
    tell(now, false);
  }

  function logWith(common: LogFields): Log {
    return {
      debug: (event, fields) => logAt("debug", event, { ...common, ...fields }),
      info: (event, fields) => logAt("info", event, { ...common, ...fields }),
      warn: (event, fields) => logAt("warn", event, { ...common, ...fields }),
      error: (event, fields) => logAt("error", event, { ...common, ...fields }),
      with: (fields) => logWith({ ...common, ...fields }),
    };
  }

  return { ...logWith({}), finish: () => tell(options.time(), true) };
}

interface Line {
  readonly time: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
  readonly color: boolean;
}

function textLine({ time, level, event, fields, color }: Line): string {
  const stamp = new Date(time).toISOString();
  const name = level.toUpperCase().padEnd(5);
  const parts = Object.entries(fields)
    .filter(([key, value]) => value !== undefined && key !== "hint")
    .map(([key, value]) => `${escapeText(key, 40)}=${textValue(value)}`);
  // The hint is our own sentence, but it may quote a peer.
  const hint = typeof fields["hint"] === "string" ? [`— ${escapeText(fields["hint"], 400)}`] : [];
  const head = color ? `\x1b[2m${stamp}\x1b[0m ${COLORS[level]}${name}\x1b[0m` : `${stamp} ${name}`;
  return [head, escapeText(event, 80), ...parts, ...hint].join(" ");
}

function textValue(value: LogFields[string]): string {
  // Six digits say what a person can use; programs read the JSON.
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  }
  if (typeof value !== "string") return String(value);
  return BARE.test(value) ? value : quoteText(value);
}

function jsonLine({ time, level, event, fields }: Line): string {
  const line: Record<string, unknown> = { time: new Date(time).toISOString(), level, event };
  for (const [key, value] of Object.entries(fields)) {
    line[RESERVED.has(key) ? `${key}_` : key] = jsonValue(value);
  }
  return escapeJson(JSON.stringify(line));
}

function jsonValue(value: LogFields[string]): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "string" || value.length <= 1024) return value;
  return `${value.slice(0, 1024)}…(${value.length - 1024} more)`;
}
