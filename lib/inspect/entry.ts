/**
 * What `inspect` shows, from files and live alike: one entry for each thing that happened, in the order
 * of time. Filters, `--follow`, derived values, lint, statistics, every form of output and the page work
 * on entries and on nothing else.
 *
 * @module
 */

import type { Connection, Direction, Micros } from "../capture/capture.ts";
import type { Fields, Message, Protocol } from "../codec/message.ts";
import type { Tlv } from "../codec/tlv.ts";
import type { DecodeError } from "../errors.ts";

/** One thing that happened. */
export type Entry = FrameEntry | LineEntry | NoteEntry;

interface Happened {
  /** From 1, in the order of time. */
  readonly number: number;
  readonly time: Micros;
  readonly connection: Connection;
}

/** A frame of Stratum V2, decrypted. */
export interface FrameEntry extends Happened {
  readonly kind: "frame";
  readonly direction: Direction;
  /** What the connection's SetupConnection asked for, once it was seen. */
  readonly protocol?: Protocol;
  readonly extensionType: number;
  readonly channelMsg: boolean;
  readonly msgType: number;
  /** All of it, with what follows the message proper. Owned by the entry. */
  readonly payload: Uint8Array;
  /** Undefined for a type that is not known. */
  readonly message: Message<Fields> | undefined;
  /** By the definition's names; undefined if it is not known, or `error` says where it broke. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly tlvs: readonly Tlv[];
  /** Bytes behind the message that are no TLVs. */
  readonly rest: Uint8Array;
  readonly error: DecodeError | undefined;
}

/** A line of Stratum V1. */
export interface LineEntry extends Happened {
  readonly kind: "line";
  readonly direction: Direction;
  /** As it was sent, without its end; bytes that are no UTF-8 are replaced. Peer text: to be escaped. */
  readonly text: string;
  /** What it is in JSON; undefined if it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** What is known without being a message. */
export interface NoteEntry extends Happened {
  readonly kind: "note";
  readonly direction: Direction | undefined;
  /** Kebab-case, stable: `connection-opened`, `handshake-done`, `no-keys`, `gap`, `undecryptable`. */
  readonly code: string;
  /** For a person, in a line. */
  readonly text: string;
  /** The same for a program. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}
