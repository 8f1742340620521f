/**
 * Fields that extensions append to a message, SV2 §3.4.3. All numbers are little-endian as §3.1
 * says; the example bytes in §3.4.3 are printed big-endian, and no implementation sends them so.
 *
 * We send them ordered, and read them in any order as extension 0x0002 §1.3 asks. Of two fields of
 * the same type the first counts. A field that the payload ends in ends the list: what follows the
 * message proper is not ours to judge unless an extension was negotiated.
 *
 * @module
 */

import { UsageError } from "../errors.ts";
import type { Writer } from "./writer.ts";

export interface Tlv {
  /** Which extension the field belongs to. */
  readonly extensionType: number;
  /** Which of the extension's fields it is. */
  readonly fieldType: number;
  readonly value: Uint8Array;
}

/** What an extension says about a field of its own. */
export interface TlvSpec {
  readonly name: string;
  readonly extensionType: number;
  readonly fieldType: number;
  /** Name of the message that it extends. */
  readonly extends: string;
  /** Most bytes of its value; a message with more is to be rejected, SV2 §3.4.3. */
  readonly max: number;
  readonly spec: string;
  readonly doc: string;
}

/** Bytes of a TLV before its value. */
export const TLV_HEADER_SIZE = 5;

/** Every whole TLV in `rest`, in the order they came; values are views of `rest`. Never throws. */
export function parseTlvs(rest: Uint8Array): Tlv[] {
  const tlvs: Tlv[] = [];
  let at = 0;
  for (;;) {
    const end = endOfTlv(rest, at);
    if (end === -1) return tlvs;
    tlvs.push({
      extensionType: u16At(rest, at),
      fieldType: byteAt(rest, at + 2),
      value: rest.subarray(at + TLV_HEADER_SIZE, end),
    });
    at = end;
  }
}

/** Value of the first TLV that is `spec`, as a view of `rest`: no list is built. Never throws. */
export function findTlv(
  rest: Uint8Array,
  spec: Pick<TlvSpec, "extensionType" | "fieldType">,
): Uint8Array | undefined {
  let at = 0;
  for (;;) {
    const end = endOfTlv(rest, at);
    if (end === -1) return undefined;
    if (u16At(rest, at) === spec.extensionType && byteAt(rest, at + 2) === spec.fieldType) {
      return rest.subarray(at + TLV_HEADER_SIZE, end);
    }
    at = end;
  }
}

/** One TLV on the wire. @throws {UsageError} If a number or the value is too large for its place. */
export function encodeTlv(tlv: Tlv): Uint8Array {
  assertFits(tlv);
  const { extensionType, fieldType, value } = tlv;
  const bytes = new Uint8Array(TLV_HEADER_SIZE + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, extensionType, true);
  view.setUint8(2, fieldType);
  view.setUint16(3, value.length, true);
  bytes.set(value, TLV_HEADER_SIZE);
  return bytes;
}

/**
 * Appends `tlvs` in the order SV2 §3.4.3 demands: by extension, and within one as they are given,
 * which is to be the order of the extension.
 *
 * @throws {UsageError} As {@link encodeTlv}.
 */
export function writeTlvs(w: Writer, tlvs: readonly Tlv[]): void {
  for (const tlv of tlvs.toSorted((a, b) => a.extensionType - b.extensionType)) {
    w.bytes(encodeTlv(tlv));
  }
}

/** Where the TLV at `at` ends, or -1 if it is not whole. */
function endOfTlv(rest: Uint8Array, at: number): number {
  if (at + TLV_HEADER_SIZE > rest.length) return -1;
  const end = at + TLV_HEADER_SIZE + u16At(rest, at + 3);
  return end > rest.length ? -1 : end;
}

function u16At(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) | byteAt(bytes, at + 1) << 8;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function assertFits({ extensionType, fieldType, value }: Tlv): void {
  if (!(extensionType >= 0 && extensionType <= 0x7fff && fieldType >= 0 && fieldType <= 0xff)) {
    throw new UsageError(`Cannot write a TLV of type ${extensionType}, ${fieldType}`);
  }
  if (value.length > 0xffff) {
    throw new UsageError(`Cannot write a TLV of ${value.length} bytes: the limit is 65535`);
  }
}
