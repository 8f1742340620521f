/** Bytes that are told before and behind a place. */
const AROUND = 16;

/** Some bytes around a place, for a person to see what is wrong there. */
export interface Around {
  /** Where the first of them is. */
  readonly start: number;
  readonly hex: string;
  /** Digits of `hex` before the place. */
  readonly before: number;
}

/** @param offset A place in `bytes`, or their end. */
export function bytesAround(bytes: Uint8Array, offset: number): Around {
  const start = Math.max(0, offset - AROUND);
  const hex = bytes.subarray(start, offset + AROUND).toHex();
  return { start, hex, before: 2 * (Math.min(offset, bytes.length) - start) };
}
