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

import { DecodeError, UsageError } from "../errors.ts";
import { setU16At, u16At } from "./bytes_at.ts";
import { allocate } from "./memory.ts";
import type { Writer } from "./writer.ts";

/** One appended field, as it stands on the wire; on receipt all of it is the peer's choice. */
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

/**
 * Every whole TLV in `rest`, in the order they came; values are views of `rest`. Never throws.
 *
 * @param most Read no more than these: a peer can put three millions into a payload.
 */
export function parseTlvs(rest: Uint8Array, most = Infinity): Tlv[] {
  const tlvs: Tlv[] = [];
  let at = 0;
  for (;;) {
    const end = tlvs.length < most ? endOfTlv(rest, at) : -1;
    if (end === -1) return tlvs;
    tlvs.push({
      extensionType: u16At(rest, at),
      fieldType: rest[at + 2] ?? 0,
      value: rest.subarray(at + TLV_HEADER_SIZE, end),
    });
    at = end;
  }
}

/**
 * Value of the first TLV that is `spec`, as a view of `payload`; no list is built.
 *
 * @param from Where the message's own fields end and its TLVs begin.
 * @returns `undefined` if there is none, or none that is whole.
 * @throws {DecodeError} `"too-long"` if it has more than `spec.max` bytes: the message that it came
 * with is to be rejected (SV2 §3.4.3). The reference ignores such a field instead.
 */
export function findTlv(payload: Uint8Array, from: number, spec: TlvSpec): Uint8Array | undefined {
  let at = from;
  for (;;) {
    const end = endOfTlv(payload, at);
    if (end === -1) return undefined;
    if (u16At(payload, at) === spec.extensionType && payload[at + 2] === spec.fieldType) {
      if (end - at - TLV_HEADER_SIZE > spec.max) {
        throw new DecodeError("too-long", `${spec.extends}.${spec.name}`, at);
      }
      return payload.subarray(at + TLV_HEADER_SIZE, end);
    }
    at = end;
  }
}

/**
 * One TLV on the wire. @throws {UsageError} If a number or the value is too large for its place.
 */
export function encodeTlv(tlv: Tlv): Uint8Array {
  assertFits(tlv);
  const { extensionType, fieldType, value } = tlv;
  const bytes = allocate(TLV_HEADER_SIZE + value.length);
  setU16At(bytes, 0, extensionType);
  bytes[2] = fieldType;
  setU16At(bytes, 3, value.length);
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

function assertFits({ extensionType, fieldType, value }: Tlv): void {
  if (extensionType !== (extensionType & 0x7fff) || fieldType !== (fieldType & 0xff)) {
    throw new UsageError(`Cannot write a TLV of type ${extensionType}, ${fieldType}`);
  }
  if (value.length > 0xffff) {
    throw new UsageError(`Cannot write a TLV of ${value.length} bytes: the limit is 65535`);
  }
}
