/**
 * The target that a header's `nBits` stands for: a base-256 float of one byte of exponent and
 * three of mantissa.
 *
 * @param nBits Unsigned, 32 bits; peer-controlled.
 * @returns The target, or 0 for what no block can meet: a negative, zero or overflowing number.
 */
export function targetFromCompact(nBits: number): bigint {
  const size = nBits >>> 24;
  const mantissa = nBits & 0x007f_ffff;
  if ((nBits & 0x0080_0000) !== 0) return 0n;
  const target = size <= 3
    ? BigInt(mantissa >>> (8 * (3 - size)))
    : BigInt(mantissa) << BigInt(8 * (size - 3));
  return target >> 256n === 0n ? target : 0n;
}

/**
 * `target` rounded down to what `nBits` can express.
 *
 * @param target In `[0, 2^256)`.
 */
export function compactFromTarget(target: bigint): number {
  let size = Math.ceil(target.toString(16).length / 2);
  if (target === 0n) return 0;
  let mantissa = size <= 3
    ? Number(target) << (8 * (3 - size))
    : Number(target >> BigInt(8 * (size - 3)));
  // The mantissa's top bit is its sign.
  if ((mantissa & 0x0080_0000) !== 0) {
    mantissa >>>= 8;
    size += 1;
  }
  return ((size << 24) | mantissa) >>> 0;
}
