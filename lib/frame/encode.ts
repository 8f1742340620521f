import { assertPayloadSize, type Fields, type Message, type Values } from "../codec/message.ts";
import { type Tlv, writeTlvs } from "../codec/tlv.ts";
import { Writer } from "../codec/writer.ts";

const HEADER_SIZE = 6;
const LENGTH_AT = 3;
const CHANNEL_MSG = 0x8000;

const scratch = new Writer();

/**
 * A message as it goes into the cipher: header (SV2 §3.2), payload, TLVs in their order. The channel
 * bit and the extension are the definition's; TLVs change neither.
 *
 * @throws {UsageError} If a value is outside its field's type, or the payload above 16,777,215 bytes.
 */
export function encodeFrame<F extends Fields>(
  message: Message<F>,
  value: Values<F>,
  tlvs?: readonly Tlv[],
): Uint8Array {
  scratch.clear();
  scratch.u16(message.extension | (message.channel ? CHANNEL_MSG : 0));
  scratch.u8(message.id);
  scratch.u24(0);
  message.write(scratch, value);
  if (tlvs !== undefined) writeTlvs(scratch, tlvs);
  const size = scratch.length - HEADER_SIZE;
  assertPayloadSize(message.name, size);
  scratch.patchU24(LENGTH_AT, size);
  return scratch.finish();
}
