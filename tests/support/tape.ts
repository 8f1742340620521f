/**
 * Entries as `inspect` has them: written by hand, or made from what frames were.
 *
 * @module
 */

import type { Connection, Direction, Micros } from "../../lib/capture/capture.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import { parseTlvs, type Tlv, TLV_HEADER_SIZE } from "../../lib/codec/tlv.ts";
import { DecodeError } from "../../lib/errors.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import type { Entry, FrameEntry, LineEntry, NoteEntry } from "../../lib/inspect/entry.ts";
import { messageOf } from "../../lib/messages/registry.ts";

/** Where and when an entry was. */
export interface Place {
  readonly number: number;
  readonly time: Micros;
  readonly connection: Connection;
  readonly direction: Direction;
}

/** A connection that was seen from its beginning, or not. Servers differ by their port. */
export function connectionOf(
  id: number,
  { port = 3333, isWhole = true }: { readonly port?: number; readonly isWhole?: boolean } = {},
): Connection {
  return {
    id,
    client: { address: "192.0.2.1", port: 50_000 + id },
    server: { address: "192.0.2.9", port },
    isWhole,
  };
}

/** The entry of a frame, whatever it is. */
export function frameEntry(frame: Frame, place: Place): FrameEntry {
  const { extensionType, channelMsg, msgType } = frame;
  const payload = frame.payload.slice();
  const message = messageOf(extensionType, msgType);
  const common = { kind: "frame", ...place, extensionType, channelMsg, msgType, payload } as const;
  const nothing = { value: undefined, tlvs: [], rest: new Uint8Array(), error: undefined };
  if (message === undefined) return { ...common, ...nothing, message };
  try {
    const { value, rest } = message.decode(payload);
    const tlvs = parseTlvs(rest);
    const size = tlvs.reduce((sum, tlv) => sum + TLV_HEADER_SIZE + tlv.value.length, 0);
    return { ...common, message, value, tlvs, rest: rest.subarray(size), error: undefined };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { ...common, ...nothing, message, error };
  }
}

/** Entries that a test writes down, one after the other; a millisecond passes with each. */
export class Tape {
  readonly entries: Entry[] = [];
  connection: Connection;
  /** Microseconds since 1970. */
  time: Micros = 1_700_000_000_000_000;

  constructor(connection: Connection = connectionOf(1)) {
    this.connection = connection;
  }

  /** What is said from now on is said on another connection. */
  on(connection: Connection): this {
    this.connection = connection;
    return this;
  }

  /** Lets time pass. */
  wait(seconds: number): this {
    this.time += seconds * 1_000_000;
    return this;
  }

  up<F extends Fields>(message: Message<F>, value: Values<F>, tlvs: readonly Tlv[] = []): this {
    return this.frame("up", encodeFrame(message, value, tlvs));
  }

  down<F extends Fields>(message: Message<F>, value: Values<F>, tlvs: readonly Tlv[] = []): this {
    return this.frame("down", encodeFrame(message, value, tlvs));
  }

  /** @param bytes A whole frame. */
  frame(direction: Direction, bytes: Uint8Array): this {
    const { extensionType, channelMsg, msgType } = decodeHeader(bytes);
    const payload = bytes.subarray(FRAME_HEADER_SIZE);
    const frame = { extensionType, channelMsg, msgType, payload };
    this.entries.push(frameEntry(frame, this.#next(direction)));
    return this;
  }

  line(direction: Direction, json: Readonly<Record<string, unknown>>): this {
    const entry: LineEntry = {
      kind: "line",
      ...this.#next(direction),
      text: JSON.stringify(json),
      json,
    };
    this.entries.push(entry);
    return this;
  }

  note(code: string): this {
    const place = { ...this.#next("up"), direction: undefined };
    const entry: NoteEntry = { kind: "note", ...place, code, text: code, facts: {} };
    this.entries.push(entry);
    return this;
  }

  #next(direction: Direction): Place {
    this.time += 1_000;
    const { time, connection } = this;
    return { number: this.entries.length + 1, time, connection, direction };
  }
}
