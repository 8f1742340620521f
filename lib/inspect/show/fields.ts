/**
 * An entry with every field: its bytes, where they lie, its type, value and meaning, for `--fields`.
 *
 * @module
 */

import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { escapeJson, escapeText } from "../../telemetry/escape.ts";
import type { Entry, FrameEntry, LineEntry, NoteEntry } from "../entry.ts";
import { frameBytes } from "../frame_bytes.ts";
import { type FieldRow, fieldRows } from "./field_rows.ts";
import { errorText, formatLine, type LineOptions } from "./line.ts";
import { type Paint, paintIn } from "./paint.ts";

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
  const { rows, left } = fieldRows(entry, MOST_FIELDS);
  return [
    ...tableOf(rows, frameBytes(entry), paint),
    ...left > 0 ? [`${MARGIN}… ${left} more`] : [],
    ...entry.error === undefined ? [] : [`${MARGIN}${paint("red", errorText(entry))}`],
  ];
}

function tableOf(rows: readonly FieldRow[], frame: Uint8Array, paint: Paint): string[] {
  const width = (of: (row: FieldRow) => string) =>
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
