import { UsageError } from "../errors.ts";

/** All `parts`, one after the other, in bytes of their own. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether both hold the same bytes. Allocates nothing. Not constant in time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Two lower-case digits a byte, first byte first. */
export function hexFromBytes(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** @throws {UsageError} If `hex` is not an even number of hexadecimal digits. */
export function bytesFromHex(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new UsageError("Cannot read hex: odd or not digits");
  return Uint8Array.fromHex(hex);
}

/** A number as 4 bytes, little-endian. @param value Unsigned, 32 bits. */
export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A number as 8 bytes, little-endian. @param value Unsigned, 64 bits. */
export function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
