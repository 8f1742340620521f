import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import type { FrameEntry } from "../entry.ts";
import { frameBytes } from "../frame_bytes.ts";
import { type FieldRow, fieldRows } from "../show/field_rows.ts";
import { detailsOf } from "../show/fields.ts";
import { errorText } from "../show/line.ts";
import type { Bytes, Detail, FieldLine } from "./api.ts";
import { entryRow } from "./entry_row.ts";
import type { Kept } from "./entry_store.ts";

/** Bytes of a frame that go in one answer; a frame can have 16 MiB. */
export const BYTES_IN_AN_ANSWER = 1 << 16;
/** Fields of one message. */
const MOST_FIELDS = 1_000;

/** All that is known of an entry. */
export function detailOf(kept: Kept): Detail {
  const { entry, derived, findings, follows } = kept;
  const common = { row: entryRow(kept), derived, findings, follows };
  if (entry.kind !== "frame") {
    const lines = detailsOf(entry);
    return { ...common, fields: [], moreFields: 0, hex: "", size: 0, lines };
  }
  const { rows, left } = fieldRows(entry, MOST_FIELDS);
  const { error, payload } = entry;
  return {
    ...common,
    fields: rows.map(fieldLine),
    moreFields: left,
    ...error !== undefined && {
      error: { text: errorText(entry), offset: FRAME_HEADER_SIZE + error.offset },
    },
    ...pick(entry, 0),
    size: FRAME_HEADER_SIZE + payload.length,
    lines: [],
  };
}

/** Bytes of a frame. @param from Any place; from behind the end on there are none. */
export function bytesOf(frame: FrameEntry, from: number): Bytes {
  return { from, ...pick(frame, from) };
}

function pick(frame: FrameEntry, from: number): { readonly hex: string } {
  return { hex: frameBytes(frame).subarray(from, from + BYTES_IN_AN_ANSWER).toHex() };
}

function fieldLine({ name, start, end, wire, value, doc }: FieldRow): FieldLine {
  return {
    path: name,
    depth: name.split("[").length - (name.startsWith("tlv[") ? 2 : 1),
    start: start + FRAME_HEADER_SIZE,
    end: end + FRAME_HEADER_SIZE,
    wire,
    value,
    doc,
  };
}
