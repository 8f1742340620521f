/**
 * Entries as `inspect` has them: written by hand, or made from what frames were.
 *
 * @module
 */

import type { Connection, Direction, Micros } from "../../lib/capture/capture.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import type { Entry, LineEntry, NoteEntry } from "../../lib/inspect/entry.ts";
import { frameEntry, type Sighted } from "../../lib/inspect/frame_entry.ts";

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
    this.entries.push(frameEntry(this.#next(direction), frame));
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

  #next(direction: Direction): Sighted {
    this.time += 1_000;
    const { time, connection } = this;
    return { number: this.entries.length + 1, time, connection, direction };
  }
}
