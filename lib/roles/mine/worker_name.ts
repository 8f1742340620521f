import type { Tlv } from "../../codec/tlv.ts";
import { UserIdentity } from "../../messages/extensions.ts";

const encoder = new TextEncoder();

/**
 * The worker that found a share, as extension 0x0002 §1.1 has it: UTF-8, not padded, cut at 32 bytes
 * but never inside a character.
 */
export function workerTlv(name: string): Tlv {
  const { extensionType, fieldType, max } = UserIdentity;
  const value = new Uint8Array(max);
  const { written } = encoder.encodeInto(name, value);
  return { extensionType, fieldType, value: value.subarray(0, written) };
}
