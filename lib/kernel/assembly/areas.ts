// The memory in which the unrolled code computes. See the layout in scripts/kernel_unroll.ts.

import { IV, K as CONSTANTS, KW1_PADDING_64, round1, round2, smallSigma0, smallSigma1 } from "./sha256";
import {
  BEGINNING,
  DIGEST,
  DIGEST_17,
  DIGEST_23,
  DIGEST_24,
  DIGEST_30,
  DIGEST_A,
  DIGEST_E,
  DIGEST_KW,
  HEADER,
  HEADER_19,
  HEADER_30,
  HEADER_31,
  HEADER_KW,
  K,
  LANES,
  MIDSTATE,
  ROUND_2,
} from "./unrolled";

/** `BLOCK_KW` of the block that ends a message of 64 bytes: it never changes. */
export const KW_PADDING_64: usize = memory.data(64 * 32, 64);

/** Sets the word at an address, the same in all lanes. */
export function fill(at: usize, word: u32): void {
  v128.store(at, i32x4.splat(word));
  v128.store(at, i32x4.splat(word), 16);
}

/** Sets word `t` of an area, and its sum with K. */
function set(area: usize, kw: usize, t: usize, word: u32): void {
  fill(LANES + area + 32 * t, word);
  fill(LANES + kw + 32 * t, word + load<u32>(CONSTANTS + 4 * t));
}

@inline
function setNumber(offset: usize, value: u32): void {
  store<u32>(LANES + offset, value);
}

/** Lays down what never changes. Runs when the module is instantiated. */
export function layAreas(): void {
  memory.copy(LANES + K, CONSTANTS, 256);
  for (let i: usize = 0; i < 8; i++) fill(LANES + BEGINNING + 32 * i, load<u32>(IV + 4 * i));
  for (let t: usize = 0; t < 64; t++) fill(KW_PADDING_64 + 32 * t, load<u32>(KW1_PADDING_64 + 4 * t));

  // A header's second block ends after word 3, with padding and a length of 80 bytes.
  set(HEADER, HEADER_KW, 4, 0x80000000);
  for (let t: usize = 5; t < 15; t++) set(HEADER, HEADER_KW, t, 0);
  set(HEADER, HEADER_KW, 15, 640);
  setNumber(HEADER_30, smallSigma0(640));

  // A hash as a message ends after word 7, with padding and a length of 32 bytes.
  set(DIGEST, DIGEST_KW, 8, 0x80000000);
  for (let t: usize = 9; t < 15; t++) set(DIGEST, DIGEST_KW, t, 0);
  set(DIGEST, DIGEST_KW, 15, 256);
  setNumber(DIGEST_17, smallSigma1(256));
  setNumber(DIGEST_23, smallSigma0(0x80000000));
  setNumber(DIGEST_24, 0x80000000);
  setNumber(DIGEST_30, smallSigma0(256));
  const t1 = round1(
    load<u32>(IV, 16),
    load<u32>(IV, 20),
    load<u32>(IV, 24),
    load<u32>(IV, 28),
    load<u32>(CONSTANTS),
  );
  setNumber(DIGEST_E, t1 + load<u32>(IV, 12));
  setNumber(DIGEST_A, t1 + round2(load<u32>(IV), load<u32>(IV, 4), load<u32>(IV, 8)));
}

/**
 * Lays down a header, but for its nonce: what of the second block does not hang on word 3.
 *
 * @param midstate The eight words after the first block.
 * @param w0 The first three words of the second block.
 */
export function layHeader(midstate: usize, w0: u32, w1: u32, w2: u32): void {
  let a = load<u32>(midstate), b = load<u32>(midstate, 4), c = load<u32>(midstate, 8);
  let d = load<u32>(midstate, 12), e = load<u32>(midstate, 16), f = load<u32>(midstate, 20);
  let g = load<u32>(midstate, 24), h = load<u32>(midstate, 28);
  for (let i: usize = 0; i < 8; i++) fill(LANES + MIDSTATE + 32 * i, load<u32>(midstate + 4 * i));
  let x = round1(e, f, g, h, load<u32>(CONSTANTS) + w0);
  d += x, h = x + round2(a, b, c);
  x = round1(d, e, f, g, load<u32>(CONSTANTS, 4) + w1);
  c += x, g = x + round2(h, a, b);
  x = round1(c, d, e, f, load<u32>(CONSTANTS, 8) + w2);
  b += x, f = x + round2(g, h, a);
  fill(LANES + ROUND_2, a);
  fill(LANES + ROUND_2 + 32, b);
  fill(LANES + ROUND_2 + 64, c);
  fill(LANES + ROUND_2 + 96, d);
  fill(LANES + ROUND_2 + 128, e);
  fill(LANES + ROUND_2 + 160, f);
  fill(LANES + ROUND_2 + 192, g);
  fill(LANES + ROUND_2 + 224, h);

  const w16 = w0 + smallSigma0(w1);
  const w17 = w1 + smallSigma0(w2) + smallSigma1(640);
  set(HEADER, HEADER_KW, 16, w16);
  set(HEADER, HEADER_KW, 17, w17);
  // No round of these uses word 2 itself.
  fill(LANES + HEADER + 64, w2 + smallSigma1(w16));
  setNumber(HEADER_19, smallSigma0(0x80000000) + smallSigma1(w17));
  setNumber(HEADER_31, 640 + smallSigma0(w16));
}
