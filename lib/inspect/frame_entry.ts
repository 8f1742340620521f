import type { Connection, Direction, Micros } from "../capture/capture.ts";
import type { Protocol } from "../codec/message.ts";
import { parseTlvs, type Tlv, TLV_HEADER_SIZE } from "../codec/tlv.ts";
import { DecodeError } from "../errors.ts";
import type { Frame } from "../frame/frame.ts";
import { messageOf } from "../messages/registry.ts";
import type { FrameEntry } from "./entry.ts";
import { MOST_TLVS } from "./explain.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
const NO_TLVS: readonly Tlv[] = [];

/** When and where a frame was seen. */
export interface Sighted {
  readonly number: number;
  readonly time: Micros;
  readonly connection: Connection;
  readonly direction: Direction;
  /** What the connection's SetupConnection asked for, once it was seen. */
  readonly protocol?: Protocol | undefined;
}

/** A frame as an entry: decoded as far as it can be. @param frame Its payload becomes the entry's. */
export function frameEntry(sighted: Sighted, frame: Frame): FrameEntry {
  const { number, time, connection, direction, protocol } = sighted;
  const { extensionType, channelMsg, msgType, payload } = frame;
  const message = messageOf(extensionType, msgType);
  let value: FrameEntry["value"];
  let error: DecodeError | undefined;
  let tlvs = NO_TLVS;
  let rest = NOTHING;
  if (message !== undefined) {
    try {
      const decoded = message.decode(payload);
      value = decoded.value;
      rest = decoded.rest;
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) throw thrown;
      error = thrown;
    }
    if (rest.length > 0) {
      tlvs = parseTlvs(rest, MOST_TLVS);
      rest = rest.subarray(sizeOf(tlvs));
    }
  }
  const entry = {
    kind: "frame",
    number,
    time,
    connection,
    direction,
    extensionType,
    channelMsg,
    msgType,
    payload,
    message,
    value,
    tlvs,
    rest,
    error,
  } as const;
  return protocol === undefined ? entry : { ...entry, protocol };
}

/** Bytes of TLVs on the wire. */
function sizeOf(tlvs: readonly Tlv[]): number {
  let size = 0;
  for (const { value } of tlvs) size += TLV_HEADER_SIZE + value.length;
  return size;
}
