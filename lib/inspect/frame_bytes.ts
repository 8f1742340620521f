import { encodeHeader, FRAME_HEADER_SIZE } from "../frame/header.ts";
import type { FrameEntry } from "./entry.ts";

/** A frame as it was before it was encrypted: header and payload. */
export function frameBytes(
  { extensionType, channelMsg, msgType, payload }: Pick<
    FrameEntry,
    "extensionType" | "channelMsg" | "msgType" | "payload"
  >,
): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  encodeHeader({ extensionType, channelMsg, msgType, msgLength: payload.length }, frame);
  frame.set(payload, FRAME_HEADER_SIZE);
  return frame;
}

/** What stands behind a frame's header, as a view. */
export function payloadOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(FRAME_HEADER_SIZE);
}
