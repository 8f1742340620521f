/**
 * Which protocol a connection speaks, from its first bytes.
 *
 * @module
 */

import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { SetupConnection } from "../../messages/common.ts";
import { ACT1_SIZE, ACT2_SIZE } from "../../noise/handshake.ts";
import { messageOf } from "../../messages/registry.ts";
import { likelyFrame } from "./clear_reader.ts";
import type { Side } from "../keys/keys.ts";

/** Stratum V2 over Noise or without encryption, Stratum V1, or nothing of ours. */
export type Guess = "noise" | "clear" | "sv1" | "other";

const TEXT = /^[\t\r\n\x20-\x7e]*$/;
/** Most bytes that are looked at to tell text. */
const SAMPLE = 256;
/** So much text is no accident: fewer than one Act 1 in 10^8 begins like that. */
const TELLING_TEXT = 16;

/**
 * The protocol of a connection whose beginning is there: a client of Noise says 64 bytes and waits for
 * 234.
 *
 * @param up What the client said so far; `down` the server.
 * @param isAct1 The client paused after 64 bytes, as one of Noise does.
 * @returns `undefined` if more has to come.
 */
export function guessFromStart(
  { up, down, isAct1 }: {
    readonly up: Uint8Array;
    readonly down: Uint8Array;
    readonly isAct1: boolean;
  },
): Guess | undefined {
  if (up.length === 0) return down.length === 0 ? undefined : "other";
  if (beginsLine(up) === true) return "sv1";
  const header = likelyFrame(up);
  if (header?.msgType === SetupConnection.id && header.extensionType === 0) return "clear";
  if (isAct1) return down.length < ACT2_SIZE ? undefined : "noise";
  return up.length < ACT1_SIZE && down.length === 0 ? undefined : "other";
}

/**
 * Whether these first bytes of a client begin a line of JSON, as Stratum V1's do. A brace alone does
 * not tell: Act 1 is any 64 bytes, and begins with one every 256th time.
 *
 * @returns `undefined` if more has to come: {@link ACT1_SIZE} bytes always tell.
 */
export function beginsLine(first: Uint8Array): boolean | undefined {
  const start = textOf(first.subarray(0, ACT1_SIZE));
  const text = start.trimStart();
  if (!TEXT.test(start) || (text !== "" && !text.startsWith("{"))) return false;
  if (text.length >= TELLING_TEXT) return true;
  return start.length < ACT1_SIZE ? undefined : text !== "";
}

/** What a piece of a connection tells that began before the capture. */
export interface MiddleGuess {
  /** Undefined if it does not tell. */
  readonly protocol: "clear" | "sv1" | undefined;
  /** Who says such things, if only one side does. */
  readonly sender: Side | undefined;
}

const OF_A_SERVER = /"mining\.(?:notify|set_)|"client\./;
const OF_A_CLIENT = /"mining\.(?:submit|subscribe|authorize|configure|suggest_|extranonce\.)/;

/** The protocol of a connection that began before the capture, from its first piece. */
export function guessFromMiddle(piece: Uint8Array): MiddleGuess {
  const header = likelyFrame(piece);
  if (header !== undefined) {
    const end = FRAME_HEADER_SIZE + header.msgLength;
    const next = piece.subarray(end);
    const isLikely = next.length < FRAME_HEADER_SIZE || likelyFrame(next) !== undefined;
    if (piece.length >= end && isLikely) {
      const from = messageOf(header.extensionType, header.msgType)?.from;
      return { protocol: "clear", sender: from === "both" ? undefined : from };
    }
  }
  const text = textOf(piece);
  const isSv1 = TEXT.test(text) && /[{[,]\s*"|"\s*[:,\]]/.test(text);
  if (!isSv1) return { protocol: undefined, sender: undefined };
  const sender = OF_A_SERVER.test(text) ? "server" : OF_A_CLIENT.test(text) ? "client" : undefined;
  return { protocol: "sv1", sender };
}

/** First bytes of Bitcoin's networks, from the main one to regtest. */
const BITCOIN = /^(?:f9beb4d9|0b110907|1c163f28|0a03cf40|fabfb5da)/;

/** What bytes of no protocol of ours look like. */
export function looksLike(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 4).toHex();
  const text = textOf(bytes);
  if (/^1603/.test(start)) return "TLS";
  if (BITCOIN.test(start)) return "Bitcoin's peer-to-peer protocol";
  if (/^(?:GET|POST|PUT|HEAD|OPTIONS|CONNECT|PRI) |^HTTP\//.test(text)) return "HTTP";
  if (text.startsWith("SSH-")) return "SSH";
  return TEXT.test(text) ? "some text" : "something else";
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, SAMPLE));
}
