/**
 * An entry with every field: its bytes, where they lie, its type, value and meaning, for `--fields`.
 *
 * @module
 */

import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { escapeJson, escapeText } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry, LineEntry, NoteEntry } from "../entry.ts";
import { explain } from "../explain.ts";
import { frameBytes } from "../frame_bytes.ts";
import { hexNumber } from "../naming.ts";
import { errorText, formatLine, type LineOptions } from "./line.ts";
import { type Paint, paintIn } from "./paint.ts";
import { fullValue } from "./full.ts";

/** A field, as it is shown. */
interface Row {
  /** Where it lies: bytes `[start, end)` of the payload. */
  readonly start: number;
  readonly end: number;
  /** Where the bytes end that are shown, if others are shown with its elements. */
  readonly shownEnd?: number;
  readonly name: string;
  readonly wire: string;
  readonly value: string;
  readonly doc: string;
}

const BYTES_IN_A_ROW = 8;
const BYTES_WIDTH = 3 * BYTES_IN_A_ROW;
const PLACE_WIDTH = 10;
/** Rows of bytes of one field, fields of one message, lines of one text. */
const MOST_ROWS = 16;
const MOST_FIELDS = 300;
const MOST_LINES = 100;
const MOST_TEXT = 2_000;
const MARGIN = "  ";

/** An entry in several lines: first what {@link formatLine} says, then its fields. */
export function formatFields(entry: Entry, options: LineOptions = {}): string {
  return [formatLine(entry, options), ...detailsOf(entry, options)].join("\n");
}

/** What stands below the first line. */
export function detailsOf(entry: Entry, { colors = false }: LineOptions = {}): string[] {
  const paint = paintIn(colors);
  if (entry.kind === "frame") return frameRows(entry, paint);
  return entry.kind === "line" ? jsonRows(entry) : factRows(entry);
}

function frameRows(entry: FrameEntry, paint: Paint): string[] {
  const { message, payload } = entry;
  const rows = [...headerRows(entry)];
  const { lines = [], error } = message === undefined ? {} : explain(message, payload);
  const shown = lines.slice(0, MOST_FIELDS);
  for (const [i, { path, start, end, wire, value, doc, field, unit }] of shown.entries()) {
    const element = Array.isArray(value) && value.length > 0 ? shown[i + 1] : undefined;
    rows.push({
      start,
      end,
      ...element !== undefined && { shownEnd: element.start },
      name: path,
      wire,
      value: fullValue({ entry, path, value, field }),
      doc: unit === undefined ? doc : `${doc} (${unit})`,
    });
  }
  const read = lines.reduce((most, { end }) => Math.max(most, end), 0);
  if (error !== undefined && read < payload.length) {
    const left = payload.length - read;
    const value = left === 1 ? "1 byte" : `${left} bytes`;
    const doc = "Reading stopped before";
    rows.push({ start: read, end: payload.length, name: "not read", wire: "BYTES", value, doc });
  }
  if (message === undefined && payload.length > 0) {
    const end = payload.length;
    rows.push({ start: 0, end, name: "payload", wire: "BYTES", value: "", doc: "As it came" });
  }
  const left = lines.length - MOST_FIELDS;
  return [
    ...tableOf(rows, frameBytes(entry), paint),
    ...left > 0 ? [`${MARGIN}… ${left} more`] : [],
    ...error === undefined ? [] : [`${MARGIN}${paint("red", errorText(entry))}`],
  ];
}

/** Places in the header are told as those before the payload. */
function headerRows(entry: FrameEntry): Row[] {
  const { extensionType, channelMsg, msgType, message, payload } = entry;
  const channel = channelMsg ? ", with the channel bit" : "";
  const at = (start: number, end: number) => ({
    start: start - FRAME_HEADER_SIZE,
    end: end - FRAME_HEADER_SIZE,
  });
  return [
    {
      ...at(0, 2),
      name: "extension_type",
      wire: "U16",
      value: `${hexNumber(extensionType, 4)}${channel}`,
      doc: "Which extension defines the message",
    },
    {
      ...at(2, 3),
      name: "msg_type",
      wire: "U8",
      value: `${hexNumber(msgType)}${message === undefined ? ", not known" : ` ${message.name}`}`,
      doc: message?.doc ?? "Which message it is",
    },
    {
      ...at(3, 6),
      name: "msg_length",
      wire: "U24",
      value: String(payload.length),
      doc: "Bytes of the payload",
    },
  ];
}

function tableOf(rows: readonly Row[], frame: Uint8Array, paint: Paint): string[] {
  const width = (of: (row: Row) => string) =>
    Math.min(40, Math.max(0, ...rows.map((row) => of(row).length)));
  const names = width(({ name }) => name);
  const wires = width(({ wire }) => wire);
  return rows.flatMap(({ start, end, shownEnd = end, name, wire, value, doc }) => {
    const bytes = frame.subarray(start + FRAME_HEADER_SIZE, shownEnd + FRAME_HEADER_SIZE);
    const [first = "", ...more] = bytesInRows(bytes);
    const about = [
      paint("bold", name.padEnd(names)),
      paint("dim", wire.padEnd(wires)),
      value,
      paint("dim", `· ${doc}`),
    ].filter((part) => part !== "").join("  ");
    return [
      `${MARGIN}${paint("dim", placeOf(start, end))}${first.padEnd(BYTES_WIDTH)} ${about}`,
      ...more.map((row) => `${MARGIN}${" ".repeat(PLACE_WIDTH)}${row}`),
    ];
  });
}

function placeOf(start: number, end: number): string {
  if (start < 0) return "header".padEnd(PLACE_WIDTH);
  const place = end - start <= 1 ? `${start}` : `${start}-${end - 1}`;
  return (end === start ? `${start}-` : place).padEnd(PLACE_WIDTH);
}

function bytesInRows(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_IN_A_ROW) {
    if (rows.length === MOST_ROWS) return [...rows, `… ${bytes.length - at} more bytes`];
    rows.push(bytes.subarray(at, at + BYTES_IN_A_ROW).toHex().replace(/..(?=.)/g, "$& "));
  }
  return rows;
}

function jsonRows({ json, text }: LineEntry): string[] {
  if (json === undefined) return [`${MARGIN}${escapeText(text, MOST_TEXT)}`];
  const lines = JSON.stringify(json, undefined, 2).split("\n").map((line) => {
    const safe = escapeJson(line);
    const left = safe.length - MOST_TEXT;
    return MARGIN + (left <= 0 ? safe : `${safe.slice(0, MOST_TEXT)}…(${left} more)`);
  });
  const left = lines.length - MOST_LINES;
  return left <= 0 ? lines : [...lines.slice(0, MOST_LINES), `${MARGIN}… ${left} more lines`];
}

function factRows({ facts }: NoteEntry): string[] {
  return Object.entries(facts).map(([name, value]) =>
    `${MARGIN}${name} ${escapeText(String(value), MOST_TEXT)}`
  );
}
