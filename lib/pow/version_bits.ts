/** Bits of a header's version that miners may set as they like. `BIP 323` */
export const GENERAL_PURPOSE_BITS = 0x1fff_ffe0;

/**
 * The `index`-th of all numbers that have no bit outside `mask`, in ascending order: the bits of
 * `index`, lowest first, put where `mask` has its.
 *
 * @param index From 0; what does not fit into the mask is lost.
 * @param mask Unsigned, 32 bits.
 */
export function spreadBits(index: number, mask: number): number {
  let spread = 0;
  let rest = index;
  for (let bit = 0; bit < 32 && rest > 0; bit++) {
    if ((mask >>> bit & 1) === 0) continue;
    if (rest % 2 === 1) spread |= 1 << bit;
    rest = Math.floor(rest / 2);
  }
  return spread >>> 0;
}

/** How many numbers have no bit outside `mask`. */
export function countUnder(mask: number): number {
  let count = 1;
  for (let bit = 0; bit < 32; bit++) if ((mask >>> bit & 1) === 1) count *= 2;
  return count;
}
