// Poly1305 (RFC 8439 §2.5) over whole blocks of 16 bytes, which is all that the AEAD construction
// asks for. The numbers modulo 2^130 - 5 are five limbs of 26 bits, whose products fit 64.

/** The running sum, what it is multiplied by, and what is added in the end. */
const H: usize = memory.data(5 * 8, 16);
const R: usize = memory.data(5 * 8, 16);
const S: usize = memory.data(16, 16);
/** Out: the tag. */
export const TAG: usize = memory.data(16, 16);

const LIMB: u64 = 0x3ffffff;

/** Begins, with the 32 bytes of one-time key at `key`. */
export function beginTag(key: usize): void {
  // RFC 8439 §2.5.1 clears some bits of r; the rest is cut into limbs.
  const low = load<u64>(key) & 0x0ffffffc0fffffff;
  const high = load<u64>(key, 8) & 0x0ffffffc0ffffffc;
  store<u64>(R, low & LIMB);
  store<u64>(R, (low >> 26) & LIMB, 8);
  store<u64>(R, ((low >> 52) | (high << 12)) & LIMB, 16);
  store<u64>(R, (high >> 14) & LIMB, 24);
  store<u64>(R, high >> 40, 32);
  store<u64>(S, load<u64>(key, 16));
  store<u64>(S, load<u64>(key, 24), 8);
  memory.fill(H, 0, 40);
}

/** Takes in `size` bytes, a multiple of 16. */
export function absorbTag(from: usize, size: u32): void {
  const r0 = load<u64>(R), r1 = load<u64>(R, 8), r2 = load<u64>(R, 16);
  const r3 = load<u64>(R, 24), r4 = load<u64>(R, 32);
  // What overflows 2^130 comes back times five.
  const s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5;
  let h0 = load<u64>(H), h1 = load<u64>(H, 8), h2 = load<u64>(H, 16);
  let h3 = load<u64>(H, 24), h4 = load<u64>(H, 32);
  for (const end = from + size; from < end; from += 16) {
    const low = load<u64>(from), high = load<u64>(from, 8);
    h0 += low & LIMB;
    h1 += (low >> 26) & LIMB;
    h2 += ((low >> 52) | (high << 12)) & LIMB;
    h3 += (high >> 14) & LIMB;
    h4 += (high >> 40) | (1 << 24);
    const d0 = h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1;
    const d1 = h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2 + (d0 >> 26);
    const d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3 + (d1 >> 26);
    const d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4 + (d2 >> 26);
    const d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + (d3 >> 26);
    h0 = (d0 & LIMB) + (d4 >> 26) * 5;
    h1 = (d1 & LIMB) + (h0 >> 26);
    h0 &= LIMB;
    h2 = d2 & LIMB;
    h3 = d3 & LIMB;
    h4 = d4 & LIMB;
  }
  store<u64>(H, h0);
  store<u64>(H, h1, 8);
  store<u64>(H, h2, 16);
  store<u64>(H, h3, 24);
  store<u64>(H, h4, 32);
}

/** Writes the tag to {@link TAG}, and wipes the key. */
export function finishTag(): void {
  let h0 = load<u64>(H), h1 = load<u64>(H, 8), h2 = load<u64>(H, 16);
  let h3 = load<u64>(H, 24), h4 = load<u64>(H, 32);
  h2 += h1 >> 26, h1 &= LIMB;
  h3 += h2 >> 26, h2 &= LIMB;
  h4 += h3 >> 26, h3 &= LIMB;
  h0 += (h4 >> 26) * 5, h4 &= LIMB;
  h1 += h0 >> 26, h0 &= LIMB;
  // h - p, and then by its sign, without a branch, the one of the two that is reduced.
  let g0 = h0 + 5;
  let g1 = h1 + (g0 >> 26);
  let g2 = h2 + (g1 >> 26);
  let g3 = h3 + (g2 >> 26);
  const g4 = h4 + (g3 >> 26) - (1 << 26);
  const keep: u64 = <u64> (<i64> g4 >> 63);
  h0 = (h0 & keep) | (g0 & LIMB & ~keep);
  h1 = (h1 & keep) | (g1 & LIMB & ~keep);
  h2 = (h2 & keep) | (g2 & LIMB & ~keep);
  h3 = (h3 & keep) | (g3 & LIMB & ~keep);
  h4 = (h4 & keep) | (g4 & ~keep);
  // As 128 bits, plus s.
  const low = h0 | (h1 << 26) | (h2 << 52);
  const high = (h2 >> 12) | (h3 << 14) | (h4 << 40);
  const sum = low + load<u64>(S);
  store<u64>(TAG, sum);
  store<u64>(TAG, high + load<u64>(S, 8) + u64(sum < low), 8);
  memory.fill(R, 0, 40);
  memory.fill(S, 0, 16);
}
