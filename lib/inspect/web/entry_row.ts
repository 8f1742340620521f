import type { Micros } from "../../capture/capture.ts";
import { escapeText } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry } from "../entry.ts";
import { hexNumber } from "../naming.ts";
import { AMISS, frameLine, timeOfDay } from "../show/line.ts";
import { paintIn } from "../show/paint.ts";
import { sv1Line } from "../show/sv1_line.ts";
import { spanText } from "../spans.ts";
import { sv1Name } from "../sv1.ts";
import type { EntryRow, Family } from "./api.ts";
import type { Kept } from "./entry_store.ts";

/** Characters of a row; the fields are in the detail. */
const MOST_TEXT = 400;
const plain = paintIn(false);

/** An entry as a row of the list. @param before Time of the row above it. */
export function entryRow({ entry, findings }: Kept, before?: Micros): EntryRow {
  const { number, time, connection, direction } = entry;
  const { name, text } = wordsOf(entry);
  const worst = findings.find(({ severity }) => severity === "MUST") ?? findings[0];
  return {
    number,
    clock: timeOfDay(time),
    ...before !== undefined && before !== time && { after: spanText(time - before) },
    connection: connection.id,
    ...direction !== undefined && { direction },
    family: familyOf(entry),
    name,
    text: text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text,
    isAmiss: isAmiss(entry),
    ...worst !== undefined && { breaks: worst.severity },
  };
}

function familyOf(entry: Entry): Family {
  if (entry.kind === "frame") return entry.message?.protocol ?? "unknown";
  return entry.kind === "line" ? "sv1" : "note";
}

function isAmiss(entry: Entry): boolean {
  if (entry.kind === "note") return AMISS.has(entry.code);
  if (entry.kind === "line") return entry.json === undefined;
  return entry.error !== undefined || entry.message === undefined;
}

/** Name and rest of what `formatLine` says. */
function wordsOf(entry: Entry): { readonly name: string; readonly text: string } {
  switch (entry.kind) {
    case "frame": {
      const name = entry.message?.name ?? "unknown message";
      return { name: frameName(entry), text: behind(frameLine(entry, plain), name) };
    }
    case "line": {
      const name = entry.json === undefined ? "no JSON" : escapeText(sv1Name(entry.json), 64);
      const line = sv1Line(entry, plain);
      return { name, text: behind(line, entry.json === undefined ? name : `Sv1 ${name}`) };
    }
    case "note":
      return { name: entry.code, text: escapeText(entry.text, MOST_TEXT) };
  }
}

function frameName({ message, extensionType, msgType }: FrameEntry): string {
  return message?.name ?? `unknown ${hexNumber(extensionType, 4)} ${hexNumber(msgType)}`;
}

function behind(line: string, name: string): string {
  return line.startsWith(name) ? line.slice(name.length).trimStart() : line;
}
