/**
 * Numbers at a place in bytes, in the order of the network or of the machine that wrote the capture.
 * They do not check bounds: what lies beyond the end reads as 0 and is not written.
 *
 * @module
 */

import { u16At, u32At } from "../codec/bytes_at.ts";

/** Big-endian, as in every header on the network; in `[0, 2^16)`. */
export function net16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}

/** Big-endian; in `[0, 2^32)`. */
export function net32(bytes: Uint8Array, at: number): number {
  return (net16(bytes, at) << 16 | net16(bytes, at + 2)) >>> 0;
}

/** In the order of a file that may be either; in `[0, 2^16)`. */
export function file16(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? u16At(bytes, at) : net16(bytes, at);
}

/** In the order of a file that may be either; in `[0, 2^32)`. */
export function file32(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? u32At(bytes, at) : net32(bytes, at);
}

/** Big-endian. @param value Only its lowest 16 bits count. */
export function setNet16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Big-endian. @param value Only its lowest 32 bits count. */
export function setNet32(bytes: Uint8Array, at: number, value: number): void {
  setNet16(bytes, at, value >>> 16);
  setNet16(bytes, at + 2, value);
}
