import fc from "fast-check";
import type { Direction, StreamEvent } from "../../lib/capture/capture.ts";
import type { Fields, Message } from "../../lib/codec/message.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { Entries } from "../../lib/inspect/entries.ts";
import type { Entry, FrameEntry, NoteEntry } from "../../lib/inspect/entry.ts";
import { KeyLogReader } from "../../lib/inspect/keys/key_log.ts";
import { KeyRing } from "../../lib/inspect/keys/keys.ts";
import { MESSAGES } from "../../lib/messages/registry.ts";
import { valuesOf } from "./arbitrary.ts";

/** A message as someone sends it. */
export interface Said {
  readonly direction: Direction;
  readonly message: Message<Fields>;
  readonly value: Record<string, unknown>;
  readonly frame: Uint8Array;
}

/** Messages of any kind, in both directions. */
export function sayings(most: number): fc.Arbitrary<Said[]> {
  const said = fc.constantFrom(...MESSAGES).chain((message) =>
    fc.record({
      direction: fc.constantFrom<Direction>("up", "down"),
      value: valuesOf(message, { bytes: 60, elements: 4 }),
    }).map(({ direction, value }) => ({
      direction,
      message,
      value,
      frame: encodeFrame(message, value),
    }))
  );
  return fc.array(said, { maxLength: most });
}

/** `bytes` in pieces. @param cuts Where to cut, any numbers. */
export function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length]
    .sort((a, b) => a - b);
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end))
    .filter((piece) => piece.length > 0);
}

/** All entries of a stream. @param keyLog Lines of a key log. @param attempts As for `Entries`. */
export function entriesOf(
  events: readonly StreamEvent[],
  keyLog = "",
  attempts?: number,
): Entry[] {
  const entries: Entry[] = [];
  const taking = new Entries(ringOf(keyLog), (entry) => entries.push(entry), attempts);
  for (const event of events) taking.take(event);
  taking.end();
  return entries;
}

/** The keys of a key log, each line of which has to be one. */
export function ringOf(keyLog: string): KeyRing {
  const ring = new KeyRing();
  const reader = new KeyLogReader(ring, ({ problem }) => {
    throw new Error(problem);
  });
  reader.push(new TextEncoder().encode(keyLog));
  reader.end();
  return ring;
}

export function framesOf(entries: readonly Entry[]): FrameEntry[] {
  return entries.filter((entry) => entry.kind === "frame");
}

export function notesOf(entries: readonly Entry[]): NoteEntry[] {
  return entries.filter((entry) => entry.kind === "note");
}

/** What is noted, in order, without what every connection has. */
export function codesOf(entries: readonly Entry[]): string[] {
  const usual = ["connection-opened", "connection-closed", "connection-unfinished"];
  return notesOf(entries).map(({ code }) => code).filter((code) => !usual.includes(code));
}
