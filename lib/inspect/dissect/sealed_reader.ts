import { allocate, copyOf } from "../../codec/memory.ts";
import { Gathering } from "../../frame/gathering.ts";
import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from "../../frame/header.ts";
import { MAC_SIZE } from "../../noise/aead.ts";
import { AEAD } from "../../noise/ciphers.ts";
import { CHUNK_SIZE, sealedPayloadSize } from "../../noise/transport.ts";
import { SEALED_HEADER_SIZE } from "./arithmetic.ts";
import type { FrameListener, Loss } from "./frame_listener.ts";
import { Growing } from "./growing.ts";
import type { Room } from "./room.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
/** Up to here it costs less to open frames into new memory than to copy them there. */
const SMALL = 1_024;
const scratch = new Uint8Array(Math.max(AEAD.frames?.limit ?? 0, FRAME_HEADER_SIZE));

/**
 * One encrypted direction as a bystander reads it. Unlike `FrameOpener` of lib/noise, which ends with
 * the first fault, this goes on wherever it is known where the next frame begins, and with which nonce.
 */
export class SealedReader {
  readonly #key: Uint8Array;
  readonly #listener: FrameListener;
  readonly #sealed = new Gathering();
  readonly #payload: Growing;
  #counter: number;
  #header: FrameHeader | undefined;
  /** Encrypted bytes until the next frame, of one that is lost. */
  #skip = 0;

  /** @param key 32 bytes; kept. @param counter Nonce of the next block. */
  constructor(
    { key, counter, room, listener }: {
      readonly key: Uint8Array;
      readonly counter: number;
      readonly room: Room;
      readonly listener: FrameListener;
    },
  ) {
    this.#key = key;
    this.#counter = counter;
    this.#listener = listener;
    this.#payload = new Growing(room);
  }

  /** Nonce of the next block. */
  get counter(): number {
    return this.#counter;
  }

  /**
   * @param chunk Used during the call only.
   * @returns `undefined`, or where in `chunk` a header was expected that does not open: from there on
   * it is not known where frames begin, and nothing more may be pushed.
   */
  push(chunk: Uint8Array): number | undefined {
    for (let at = 0;;) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#header === undefined && this.#sealed.length === 0) at = this.#openFrames(chunk, at);
      const size = this.#header === undefined ? SEALED_HEADER_SIZE : this.#next() + MAC_SIZE;
      const had = this.#sealed.length;
      const sealed = this.#sealed.take(chunk, at, size);
      if (sealed === undefined) return undefined;
      at += size - had;
      if (this.#header !== undefined) this.#openChunk(this.#header, sealed);
      else if (!this.#openHeader(sealed)) return Math.max(0, at - size);
    }
  }

  /**
   * Bytes are missing between what was pushed and what will be.
   *
   * @param bytes 0 if it is not known how many.
   * @returns How many of them lie beyond the frame they began in, so that it is no longer known where
   * frames begin; nothing more may be pushed then. `undefined` if it is still known.
   */
  miss(bytes: number): number | undefined {
    if (this.#header !== undefined) this.#lose(this.#header, "gap");
    const known = Math.min(this.#skip, bytes);
    this.#skip -= known;
    const beyond = bytes - known + this.#sealed.length;
    if (bytes > 0 && beyond === 0) return undefined;
    this.drop();
    return beyond;
  }

  /** Gives back what is held of an unfinished frame. */
  drop(): void {
    this.#sealed.drop();
    this.#payload.drop();
  }

  /** Opens the small frames that are all there. @returns Where the next one begins. */
  #openFrames(chunk: Uint8Array, from: number): number {
    const { frames } = AEAD;
    let at = from;
    while (frames !== undefined && chunk.length - at >= SEALED_HEADER_SIZE) {
      // In memory of their own: who hears of one may read another connection, and keeps what it hears.
      const left = chunk.length - at;
      const into = left <= SMALL ? allocate(left) : scratch;
      const { consumed, written } = frames.open(this.#key, this.#counter, chunk, at, into);
      if (consumed === 0) break;
      at += consumed;
      this.#counter += (consumed - written) / MAC_SIZE;
      const plain = into === scratch ? copyOf(into.subarray(0, written)) : into;
      for (let start = 0; start < written;) {
        const header = decodeHeader(plain, start);
        start += FRAME_HEADER_SIZE + header.msgLength;
        this.#deliver(header, plain.subarray(start - header.msgLength, start));
      }
    }
    return at;
  }

  #openHeader(sealed: Uint8Array): boolean {
    if (!AEAD.open(this.#key, this.#counter, NOTHING, sealed, scratch, 0)) return false;
    this.#counter++;
    const header = decodeHeader(scratch);
    if (header.msgLength === 0) this.#deliver(header, NOTHING);
    else this.#header = header;
    return true;
  }

  /** Plaintext bytes of the chunk that is due. */
  #next(): number {
    return Math.min(CHUNK_SIZE, (this.#header?.msgLength ?? 0) - this.#payload.length);
  }

  #openChunk(header: FrameHeader, sealed: Uint8Array): void {
    const into = this.#payload.next(this.#next(), header.msgLength);
    if (into === undefined) return this.#lose(header, "too-large", sealed.length);
    if (!AEAD.open(this.#key, this.#counter, NOTHING, sealed, into, 0)) {
      return this.#lose(header, "unauthentic", sealed.length, into.length);
    }
    this.#counter++;
    if (this.#payload.length < header.msgLength) return;
    this.#header = undefined;
    this.#deliver(header, this.#payload.finish());
  }

  /**
   * Passes over the rest of a frame, in which each chunk has its nonce.
   *
   * @param read Encrypted bytes that were taken of the chunk that is due.
   * @param written Plaintext bytes that were counted of it.
   */
  #lose(header: FrameHeader, why: Loss, read = this.#sealed.length, written = 0): void {
    const left = header.msgLength - (this.#payload.length - written);
    this.#counter += Math.ceil(left / CHUNK_SIZE);
    this.#skip = sealedPayloadSize(left) - read;
    this.#header = undefined;
    this.drop();
    this.#listener.lost(header, why);
  }

  #deliver({ extensionType, channelMsg, msgType }: FrameHeader, payload: Uint8Array): void {
    this.#listener.frame({ extensionType, channelMsg, msgType, payload });
  }
}
