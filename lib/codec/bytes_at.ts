/**
 * Numbers at a place in bytes, for code too hot to make a reader or a view. Little-endian (SV2
 * §3.1). They do not check bounds: what lies beyond the end reads as 0 and is not written.
 *
 * @module
 */

// The same eight bytes as what they may mean. Every platform that Deno runs on is little-endian.
const words = new Uint32Array(2);
const longs = new BigUint64Array(words.buffer);
const floats = new Float32Array(words.buffer);

/** U16 in `[0, 2^16)`. */
export function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8;
}

/** U32 in `[0, 2^32)`. */
export function u32At(bytes: Uint8Array, at: number): number {
  return (u16At(bytes, at) | u16At(bytes, at + 2) << 16) >>> 0;
}

/** U64 in `[0, 2^64)`. */
export function u64At(bytes: Uint8Array, at: number): bigint {
  words[0] = u32At(bytes, at);
  words[1] = u32At(bytes, at + 4);
  return longs[0] ?? 0n;
}

/** F32; any value, NaN and infinities too. */
export function f32At(bytes: Uint8Array, at: number): number {
  words[0] = u32At(bytes, at);
  return floats[0] ?? 0;
}

/** @param value Only its lowest 16 bits count. */
export function setU16At(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** @param value Only its lowest 32 bits count, so it may be signed. */
export function setU32At(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** @param value A whole number in `[0, 2^53]`: a bigint would cost an object. */
export function setU64At(bytes: Uint8Array, at: number, value: number): void {
  setU32At(bytes, at, value % 2 ** 32);
  setU32At(bytes, at + 4, Math.floor(value / 2 ** 32));
}
