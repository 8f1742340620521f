import type { Fields, Message, Values } from "../codec/message.ts";
import { type Tlv, writeTlvs } from "../codec/tlv.ts";
import { Writer } from "../codec/writer.ts";
import { encodeHeader, FRAME_HEADER_SIZE } from "./header.ts";

const scratch = new Writer();

/**
 * A message as it goes into the cipher: header (SV2 §3.2), payload, TLVs in their order. The channel
 * bit and the extension are the definition's; TLVs change neither.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * import { encodeFrame } from "headframe/frame/encode.ts";
 * import { SetTarget } from "headframe/messages/mining.ts";
 *
 * const frame = encodeFrame(SetTarget, { channelId: 1, maximumTarget: 255n });
 * strictEqual(frame.toHex(), `008021240000${"01000000"}${"ff".padEnd(64, "0")}`);
 * ```
 *
 * @throws {UsageError} If a value is outside its field's type, or the payload above 16,777,215 bytes.
 */
export function encodeFrame<F extends Fields>(
  message: Message<F>,
  value: Values<F>,
  tlvs?: readonly Tlv[],
): Uint8Array {
  scratch.clear();
  scratch.skip(FRAME_HEADER_SIZE);
  message.write(scratch, value);
  if (tlvs !== undefined) writeTlvs(scratch, tlvs);
  const frame = scratch.finish();
  encodeHeader({
    extensionType: message.extension,
    channelMsg: message.channel,
    msgType: message.id,
    msgLength: frame.length - FRAME_HEADER_SIZE,
  }, frame);
  return frame;
}
