import { MAX_PAYLOAD_SIZE } from "../codec/writer.ts";
import { UsageError } from "../errors.ts";

/** Bytes before every payload, SV2 §3.2. */
export const FRAME_HEADER_SIZE = 6;

/** What stands before a payload, SV2 §3.2. All of it is the sender's word. */
export interface FrameHeader {
  /** The low 15 bits of `extension_type`: the channel bit is no part of the lookup, SV2 §3.2.1. */
  readonly extensionType: number;
  /** The payload starts with a `channel_id`. */
  readonly channelMsg: boolean;
  readonly msgType: number;
  /** Bytes of payload, without the header; `channel_id` and TLVs included. */
  readonly msgLength: number;
}

/**
 * Writes a header into the first six bytes of `into`.
 *
 * @throws {UsageError} If a number does not fit; a length never wraps.
 */
export function encodeHeader(header: FrameHeader, into: Uint8Array): void {
  const { extensionType, channelMsg, msgType, msgLength } = header;
  if (extensionType !== (extensionType & 0x7fff) || msgType !== (msgType & 0xff)) {
    throw new UsageError(`Cannot frame message 0x${msgType.toString(16)}: type out of range`);
  }
  if (!Number.isInteger(msgLength) || msgLength < 0 || msgLength > MAX_PAYLOAD_SIZE) {
    throw new UsageError(`Cannot frame ${msgLength} bytes: at most ${MAX_PAYLOAD_SIZE}`);
  }
  if (into.length < FRAME_HEADER_SIZE) throw new UsageError("Cannot write header: no room");
  into[0] = extensionType & 0xff;
  into[1] = (extensionType >> 8) | (channelMsg ? 0x80 : 0);
  into[2] = msgType;
  into[3] = msgLength & 0xff;
  into[4] = (msgLength >> 8) & 0xff;
  into[5] = msgLength >> 16;
}

/**
 * Reads the header at `at`. Every six bytes are a header; whether its length is bearable is for the
 * caller to say.
 *
 * @throws {UsageError} If there are no six bytes at `at`.
 */
export function decodeHeader(bytes: Uint8Array, at = 0): FrameHeader {
  const msgLength = frameLength(bytes, at);
  const low = bytes[at] ?? 0;
  const high = bytes[at + 1] ?? 0;
  return {
    extensionType: low | (high & 0x7f) << 8,
    channelMsg: high >= 0x80,
    msgType: bytes[at + 2] ?? 0,
    msgLength,
  };
}

/** `msg_length` of the header at `at`. @throws {UsageError} If there are no six bytes at `at`. */
export function frameLength(bytes: Uint8Array, at = 0): number {
  const high = bytes[at + 5];
  if (high === undefined) throw new UsageError("Cannot read header: fewer than 6 bytes");
  return (bytes[at + 3] ?? 0) | (bytes[at + 4] ?? 0) << 8 | high << 16;
}
