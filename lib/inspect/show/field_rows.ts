import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import type { FrameEntry } from "../entry.ts";
import { explain } from "../explain.ts";
import { hexNumber } from "../naming.ts";
import { fullValue } from "./full.ts";

/** A field of a frame, as it is shown. */
export interface FieldRow {
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

/**
 * The fields of a frame, those of its header first, and what could not be read.
 *
 * @param most Fields behind the header.
 * @returns `left`: how many more there are.
 */
export function fieldRows(
  entry: FrameEntry,
  most: number,
): { readonly rows: readonly FieldRow[]; readonly left: number } {
  const { message, payload } = entry;
  const rows = [...headerRows(entry)];
  const { lines = [], error } = message === undefined ? {} : explain(message, payload);
  const shown = lines.slice(0, most);
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
  return { rows, left: Math.max(0, lines.length - most) };
}

/** Places in the header are told as those before the payload. */
function headerRows(entry: FrameEntry): FieldRow[] {
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
