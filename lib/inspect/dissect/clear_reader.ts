import { copyOf } from "../../codec/memory.ts";
import { Gathering } from "../../frame/gathering.ts";
import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from "../../frame/header.ts";
import { messageOf } from "../../messages/registry.ts";
import type { FrameListener, Loss } from "./frame_listener.ts";
import { Growing } from "./growing.ts";
import type { Room } from "./room.ts";

/** Bytes of TLVs behind a message that are still likely. */
const LIKELY_TLVS = 1_024;

/** Frames out of one direction that is not encrypted. */
export class ClearReader {
  readonly #listener: FrameListener;
  readonly #start = new Gathering();
  readonly #payload: Growing;
  #header: FrameHeader | undefined;
  /** Bytes until the next frame, of one that is lost. */
  #skip = 0;
  /** It is not known where frames begin. */
  #isLost = false;

  constructor(room: Room, listener: FrameListener) {
    this.#listener = listener;
    this.#payload = new Growing(room);
  }

  /** @param chunk Used during the call only. */
  push(chunk: Uint8Array): void {
    if (this.#isLost && likelyFrame(chunk) === undefined) return;
    this.#isLost = false;
    for (let at = 0;;) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#header === undefined) {
        const had = this.#start.length;
        const start = this.#start.take(chunk, at, FRAME_HEADER_SIZE);
        if (start === undefined) return;
        at += FRAME_HEADER_SIZE - had;
        this.#header = decodeHeader(start);
      }
      const left = this.#header.msgLength - this.#payload.length;
      const piece = chunk.subarray(at, at + left);
      at += piece.length;
      if (!this.#take(this.#header, piece)) return;
    }
  }

  /** Bytes are missing; frames go on where a piece begins like one. @param bytes 0 if unknown. */
  miss(bytes: number): void {
    if (this.#header !== undefined) this.#lose(this.#header, "gap", 0);
    const known = Math.min(this.#skip, bytes);
    this.#skip -= known;
    if (bytes > 0 && bytes === known) return;
    this.#skip = 0;
    this.#isLost = true;
    this.drop();
  }

  /** Gives back what is held of an unfinished frame. */
  drop(): void {
    this.#start.drop();
    this.#payload.drop();
  }

  /** Takes a piece of the payload. @returns Whether more of the chunk can be read. */
  #take(header: FrameHeader, piece: Uint8Array): boolean {
    if (piece.length === header.msgLength) {
      // All at once, as most come: no room is needed to gather it.
      this.#deliver(header, copyOf(piece));
      return true;
    }
    const into = this.#payload.next(piece.length, header.msgLength);
    if (into === undefined) {
      this.#lose(header, "too-large", piece.length);
      return true;
    }
    into.set(piece);
    if (this.#payload.length < header.msgLength) return false;
    this.#deliver(header, this.#payload.finish());
    return true;
  }

  #deliver({ extensionType, channelMsg, msgType }: FrameHeader, payload: Uint8Array): void {
    this.#header = undefined;
    this.#listener.frame({ extensionType, channelMsg, msgType, payload });
  }

  /** @param read Bytes of payload that were taken and not kept. */
  #lose(header: FrameHeader, why: Loss, read: number): void {
    this.#skip = header.msgLength - this.#payload.length - read;
    this.#header = undefined;
    this.drop();
    this.#listener.lost(header, why);
  }
}

/**
 * The header that `bytes` seem to begin with: of a message that is known, as long as that can be, with
 * its channel bit.
 */
export function likelyFrame(bytes: Uint8Array): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_SIZE) return undefined;
  const header = decodeHeader(bytes);
  const message = messageOf(header.extensionType, header.msgType);
  if (message === undefined || message.channel !== header.channelMsg) return undefined;
  const { minSize, maxSize } = message;
  const fits = minSize <= header.msgLength && header.msgLength <= maxSize + LIKELY_TLVS;
  return fits ? header : undefined;
}
