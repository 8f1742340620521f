import type { Started } from "./process.ts";

/** A line that one of our programs has logged. */
export type LogLine = Readonly<Record<string, unknown>>;

/** All lines of an event, in order. */
export function logLines(started: Started, event: string): LogLine[] {
  return started.output().split("\n").flatMap((text) => {
    if (!text.includes(`"${event}"`)) return [];
    try {
      const line: LogLine = JSON.parse(text);
      return line["event"] === event ? [line] : [];
    } catch {
      // Cut off where old output is dropped, or not printed to its end yet.
      return [];
    }
  });
}

/** What a person was told by an event the last time, for a result. @throws {Error} If never. */
export function lastSaid(started: Started, event: string): string {
  const line = logLines(started, event).at(-1);
  if (line === undefined) throw new Error(`${event} was never logged`);
  return said(line);
}

/** Reason and hint of a line, without what differs from run to run. */
export function said(line: LogLine): string {
  const { event, reason, hint } = line;
  const words = [reason, hint].filter((part) => part !== undefined).join("; ");
  return `\`${event}: ${steady(words)}\``;
}

/** Folders, ports and hashes are others each time. */
export function steady(words: string): string {
  return words
    .replace(/\/\S*\/headframe-interop-[0-9a-f]+/g, "…")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:…")
    .replace(/[0-9a-f]{64}/g, (hash) => `${hash.slice(0, 4)}…${hash.slice(-4)}`);
}
