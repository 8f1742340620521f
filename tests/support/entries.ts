import type { Direction } from "../../lib/capture/capture.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import type { FrameEntry, LineEntry, NoteEntry } from "../../lib/inspect/entry.ts";
import { frameEntry } from "../../lib/inspect/frame_entry.ts";
import { parseSv1 } from "../../lib/inspect/sv1.ts";
import { SeenConnection } from "./seen_session.ts";

const { connection } = new SeenConnection(3);
const happened = { number: 12, time: 1_764_000_000_123_456, connection };

/** A frame with this message, as entry 12 on connection 3. */
export function entryOf<F extends Fields>(
  message: Message<F>,
  value: Values<F>,
  { direction, tlvs }: { readonly direction?: Direction; readonly tlvs?: readonly Tlv[] } = {},
): FrameEntry {
  const from = message.from === "client" ? "up" : "down";
  return entryOfFrame(encodeFrame(message, value, tlvs), direction ?? from);
}

/** Any frame: header and payload. */
export function entryOfFrame(frame: Uint8Array, direction: Direction = "down"): FrameEntry {
  const payload = frame.slice(FRAME_HEADER_SIZE);
  return frameEntry({ ...happened, direction }, { ...decodeHeader(frame), payload });
}

/** A line of Stratum V1. */
export function lineOf(text: string, direction: Direction = "up"): LineEntry {
  return { kind: "line", ...happened, direction, text, json: parseSv1(text) };
}

export function noteOf(code: string, text: string, facts: NoteEntry["facts"] = {}): NoteEntry {
  return { kind: "note", ...happened, direction: undefined, code, text, facts };
}
