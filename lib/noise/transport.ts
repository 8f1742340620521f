/**
 * Encrypted frames, SV2 §4.6: the header alone, then the payload in chunks of at most 65,519 bytes,
 * each with a MAC. One counter per direction runs over all of them, so that nothing can be dropped,
 * repeated or moved.
 *
 * @module
 */

import { withRoom } from "../codec/memory.ts";
import { MAX_PAYLOAD_SIZE } from "../codec/writer.ts";
import { DecodeError, UsageError } from "../errors.ts";
import type { Frame } from "../frame/frame.ts";
import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader, frameLength } from "../frame/header.ts";
import { Gathering } from "../frame/gathering.ts";
import { type Aead, MAC_SIZE } from "./aead.ts";
import { CipherState } from "./cipher.ts";
import { AEAD } from "./ciphers.ts";

/** Plaintext of a full chunk: with its MAC it is 65,535 bytes, the longest Noise message. */
export const CHUNK_SIZE = 65_535 - MAC_SIZE;

/** Bytes of a payload up to which frames are sealed together; `transport_bench.ts`. */
const SMALL = 4_096;

const SEALED_HEADER_SIZE = FRAME_HEADER_SIZE + MAC_SIZE;
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Bytes of a payload once encrypted, `pt_len_to_ct_len` of SV2 §4.6. None of it for an empty one.
 */
export function sealedPayloadSize(payloadLength: number): number {
  return payloadLength + Math.ceil(payloadLength / CHUNK_SIZE) * MAC_SIZE;
}

/** What is usual unless a test says otherwise. */
export interface SealerOptions {
  readonly aead?: Aead;
  /** Where the counter starts; for tests of its end. */
  readonly counter?: number;
}

/** The sending direction. */
export class FrameSealer {
  readonly #cipher: CipherState;

  /** @param key 32 bytes, `Split.sendKey`; copied. */
  constructor(key: Uint8Array, options: SealerOptions = {}) {
    this.#cipher = new CipherState(options.aead ?? AEAD, key, options.counter);
  }

  /** Bytes that {@link FrameSealer.seal} writes for a frame with a payload of this length. */
  sealedSize(payloadLength: number): number {
    return SEALED_HEADER_SIZE + sealedPayloadSize(payloadLength);
  }

  /**
   * The same for several frames, one behind the other.
   *
   * @throws {UsageError} If the lengths that their headers tell do not add up.
   */
  sealedFramesSize(frames: Uint8Array): number {
    let size = 0;
    let at = 0;
    while (at < frames.length) {
      const length = frameLength(frames, at);
      size += this.sealedSize(length);
      at += FRAME_HEADER_SIZE + length;
    }
    if (at === frames.length) return size;
    throw new UsageError("Cannot seal frames: their headers tell other lengths");
  }

  /**
   * Encrypts frames to `into` from `at` on. They have to be sent in the order they are sealed in.
   *
   * @param frames One, or several one behind the other: header and payload of each.
   * @returns Bytes written: {@link FrameSealer.sealedFramesSize}.
   * @throws {UsageError} If the headers do not fit the payloads, there is no room, or the key has been
   * used up; the connection has to be closed then. Nothing is sealed in part.
   */
  seal(frames: Uint8Array, into: Uint8Array, at: number): number {
    const size = this.sealedFramesSize(frames);
    if (at + size > into.length) throw new UsageError("Cannot seal frames: no room");
    if (!this.#cipher.has((size - frames.length) / MAC_SIZE)) {
      throw new UsageError("Cannot seal frames: counter exhausted or key erased");
    }
    let to = at;
    for (let from = 0; from < frames.length;) {
      let end = this.#endOfSmall(frames, from);
      if (end > from) to += this.#cipher.sealFrames(frames.subarray(from, end), into, to);
      else {
        end = from + FRAME_HEADER_SIZE + frameLength(frames, from);
        to += this.#sealChunks(frames.subarray(from, end), into, to);
      }
      from = end;
    }
    return size;
  }

  /** Where those frames end, from `from` on, that can be sealed in one go. */
  #endOfSmall(frames: Uint8Array, from: number): number {
    let end = from;
    for (let sealed = 0; end < frames.length;) {
      const length = frameLength(frames, end);
      sealed += this.sealedSize(length);
      if (length > SMALL || sealed > this.#cipher.framesLimit) break;
      end += FRAME_HEADER_SIZE + length;
    }
    return end;
  }

  #sealChunks(frame: Uint8Array, into: Uint8Array, at: number): number {
    this.#cipher.seal(NOTHING, frame.subarray(0, FRAME_HEADER_SIZE), into, at);
    let to = at + SEALED_HEADER_SIZE;
    for (let from = FRAME_HEADER_SIZE; from < frame.length; from += CHUNK_SIZE) {
      const chunk = frame.subarray(from, from + CHUNK_SIZE);
      this.#cipher.seal(NOTHING, chunk, into, to);
      to += chunk.length + MAC_SIZE;
    }
    return to - at;
  }

  /** Forgets the key. */
  erase(): void {
    this.#cipher.erase();
  }
}

/** The same for the receiving direction, and what it refuses. */
export interface OpenerOptions extends SealerOptions {
  /** Largest payload taken, in bytes; a number, or one for each kind of message. */
  readonly maxPayload?: number | ((header: FrameHeader) => number);
}

/**
 * The receiving direction: bytes in any pieces, whole frames out. Holds what has come of an unfinished
 * frame and nothing for what was only announced. Any failure is final.
 */
export class FrameOpener {
  readonly #cipher: CipherState;
  readonly #maxPayload: (header: FrameHeader) => number;
  readonly #sealed = new Gathering();
  readonly #headerBytes = new Uint8Array(FRAME_HEADER_SIZE);
  #header: FrameHeader | undefined;
  #payload = NOTHING;
  #opened = 0;
  #failure: { readonly error: unknown } | undefined;
  #busy = false;

  /** @param key 32 bytes, `Split.receiveKey`; copied. */
  constructor(key: Uint8Array, options: OpenerOptions = {}) {
    const { aead = AEAD, counter, maxPayload = MAX_PAYLOAD_SIZE } = options;
    this.#cipher = new CipherState(aead, key, counter);
    this.#maxPayload = typeof maxPayload === "number" ? () => maxPayload : maxPayload;
  }

  /**
   * Takes bytes as they came from the socket.
   *
   * @param chunk Used during the call only, and not changed.
   * @param deliver Called for each frame that is complete, in order, before this returns. The payload
   * is a view that is overwritten afterwards.
   * @throws {DecodeError} `unauthentic` if a block was changed, replayed or moved; `too-large` if a
   * payload is above the limit. This and whatever `deliver` throws is thrown again by each later call.
   */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#busy) throw new UsageError("Cannot push from within deliver");
    this.#busy = true;
    try {
      this.#run(chunk, deliver);
    } catch (error) {
      this.#failure = { error };
      this.erase();
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** Forgets the key and what was received of an unfinished frame. */
  erase(): void {
    this.#cipher.erase();
    this.#sealed.drop();
    this.#payload = NOTHING;
  }

  #run(chunk: Uint8Array, deliver: (frame: Frame) => void): void {
    let at = 0;
    for (;;) {
      if (this.#header === undefined && this.#sealed.length === 0) {
        at = this.#openFrames(chunk, at, deliver);
      }
      const size = this.#header === undefined ? SEALED_HEADER_SIZE : this.#next() + MAC_SIZE;
      const had = this.#sealed.length;
      const sealed = this.#sealed.take(chunk, at, size);
      if (sealed === undefined) return;
      at += size - had;
      if (this.#header === undefined) this.#openHeader(sealed, deliver);
      else this.#openChunk(this.#header, sealed, deliver);
    }
  }

  /** Opens the small frames that are all there, between frames. @returns Where the next one begins. */
  #openFrames(chunk: Uint8Array, from: number, deliver: (frame: Frame) => void): number {
    const scratch = takeScratch();
    try {
      let at = from;
      while (chunk.length - at >= SEALED_HEADER_SIZE) {
        const opened = this.#cipher.openFrames(chunk, at, scratch);
        if (opened === undefined) break;
        at += opened.consumed;
        this.#deliverAll(scratch, opened.written, deliver);
      }
      return at;
    } finally {
      spare.push(scratch);
    }
  }

  #deliverAll(frames: Uint8Array, end: number, deliver: (frame: Frame) => void): void {
    for (let at = 0; at < end;) {
      const header = decodeHeader(frames, at);
      this.#checkSize(header);
      at += FRAME_HEADER_SIZE + header.msgLength;
      deliver(frameOf(header, frames.subarray(at - header.msgLength, at)));
    }
  }

  /** Plaintext bytes of the chunk that is due. */
  #next(): number {
    return Math.min(CHUNK_SIZE, (this.#header?.msgLength ?? 0) - this.#opened);
  }

  #openHeader(sealed: Uint8Array, deliver: (frame: Frame) => void): void {
    this.#cipher.open(NOTHING, sealed, this.#headerBytes, 0, "frame header");
    const header = decodeHeader(this.#headerBytes);
    this.#checkSize(header);
    if (header.msgLength === 0) deliver(frameOf(header, NOTHING));
    else this.#header = header;
  }

  #checkSize(header: FrameHeader): void {
    if (header.msgLength > this.#maxPayload(header)) {
      throw new DecodeError("too-large", "frame.msg_length", 3);
    }
  }

  #openChunk(header: FrameHeader, sealed: Uint8Array, deliver: (frame: Frame) => void): void {
    const length = this.#next();
    if (header.msgLength === length) {
      const scratch = takeScratch();
      try {
        this.#cipher.open(NOTHING, sealed, scratch, 0, "frame payload");
        this.#header = undefined;
        deliver(frameOf(header, scratch.subarray(0, length)));
      } finally {
        spare.push(scratch);
      }
      return;
    }
    this.#payload = withRoom(this.#payload, this.#opened, length, header.msgLength);
    this.#cipher.open(NOTHING, sealed, this.#payload, this.#opened, "frame payload");
    this.#opened += length;
    if (this.#opened < header.msgLength) return;
    const payload = this.#payload.subarray(0, header.msgLength);
    this.#header = undefined;
    this.#payload = NOTHING;
    this.#opened = 0;
    deliver(frameOf(header, payload));
  }
}

function frameOf({ extensionType, channelMsg, msgType }: FrameHeader, payload: Uint8Array): Frame {
  return { extensionType, channelMsg, msgType, payload };
}

// What is delivered is opened into bytes that all connections share, one after the other. A call within
// `deliver` to another connection's opener takes further ones.
const SCRATCH_SIZE = Math.max(CHUNK_SIZE, AEAD.frames?.limit ?? 0);
const spare: Uint8Array[] = [];

function takeScratch(): Uint8Array {
  return spare.pop() ?? new Uint8Array(SCRATCH_SIZE);
}
