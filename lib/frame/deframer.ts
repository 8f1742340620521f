import { MAX_PAYLOAD_SIZE } from "../codec/writer.ts";
import { DecodeError } from "../errors.ts";
import type { Frame } from "./frame.ts";
import { Gathering } from "./gathering.ts";
import { decodeHeader, FRAME_HEADER_SIZE, frameLength } from "./header.ts";

/**
 * Frames out of bytes that are not encrypted: files, captures that were decrypted, tests. What comes
 * from a peer goes through `FrameOpener` of lib/noise.
 */
export class Deframer {
  readonly #maxPayload: number;
  readonly #gathering = new Gathering();
  #header: Uint8Array | undefined;

  /** @param maxPayload Largest payload taken, in bytes. */
  constructor(maxPayload: number = MAX_PAYLOAD_SIZE) {
    this.#maxPayload = maxPayload;
  }

  /** Bytes that have come of a frame that is not complete; 0 between frames. */
  get pending(): number {
    return this.#gathering.length + (this.#header?.length ?? 0);
  }

  /**
   * @param chunk Bytes in any pieces.
   * @param deliver Called for each frame that is complete, before this returns; the payload is a view
   * that may be overwritten afterwards.
   * @throws {DecodeError} `too-large`; nothing can be read from here on.
   */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void): void {
    let at = 0;
    for (;;) {
      const size = this.#header === undefined ? FRAME_HEADER_SIZE : frameLength(this.#header);
      const had = this.#gathering.length;
      const block = this.#gathering.take(chunk, at, size);
      if (block === undefined) return;
      at += size - had;
      if (this.#header === undefined) {
        if (frameLength(block) > this.#maxPayload) {
          throw new DecodeError("too-large", "frame.msg_length", 3);
        }
        this.#header = block.slice();
        continue;
      }
      const { extensionType, channelMsg, msgType } = decodeHeader(this.#header);
      this.#header = undefined;
      deliver({ extensionType, channelMsg, msgType, payload: block });
    }
  }
}
