// The search of scan.ts in eight lanes. What hashes is written by scripts/kernel_unroll.ts.

import { add, swapBytes } from "./lanes";
import { IV, K as CONSTANTS, smallSigma0, smallSigma1 } from "./sha256";
import {
  BEGINNING,
  DIGEST,
  DIGEST_24,
  DIGEST_30,
  DIGEST_KW,
  HEADER,
  HEADER_19,
  HEADER_30,
  HEADER_31,
  HEADER_KW,
  K,
  LAST,
  MIDSTATE,
  ROUND_2,
  roundsDigests,
  roundsHeaders,
  scheduleDigests,
  scheduleHeaders,
  WIDE,
} from "./unrolled";

/** Sets the pair at `offset` to a word, the same in all lanes. */
function fill(offset: usize, word: u32): void {
  v128.store(WIDE + offset, i32x4.splat(word));
  v128.store(WIDE + offset, i32x4.splat(word), 16);
}

/** Sets word `t` of an area, and its sum with K. */
function set(area: usize, kw: usize, t: usize, word: u32): void {
  fill(area + 32 * t, word);
  fill(kw + 32 * t, word + load<u32>(CONSTANTS + 4 * t));
}

/** Lays down what never changes. Runs when the module is instantiated. */
export function layWideConstants(): void {
  memory.copy(WIDE + K, CONSTANTS, 256);
  for (let i: usize = 0; i < 8; i++) fill(BEGINNING + 32 * i, load<u32>(IV + 4 * i));
  set(HEADER, HEADER_KW, 4, 0x80000000);
  for (let t: usize = 5; t < 15; t++) set(HEADER, HEADER_KW, t, 0);
  set(HEADER, HEADER_KW, 15, 640);
  set(DIGEST, DIGEST_KW, 8, 0x80000000);
  for (let t: usize = 9; t < 15; t++) set(DIGEST, DIGEST_KW, t, 0);
  set(DIGEST, DIGEST_KW, 15, 256);
  store<u32>(WIDE + HEADER_30, smallSigma0(640));
  store<u32>(WIDE + DIGEST_24, 0x80000000);
  store<u32>(WIDE + DIGEST_30, smallSigma0(256));
}

/** Lays down what is the same for all nonces of a header. See `prepare` of scan.ts. */
export function prepareWide(midstate: usize, round2: usize, w2: u32, w16: u32, w17: u32): void {
  for (let i: usize = 0; i < 32; i += 4) {
    fill(MIDSTATE + 8 * i, load<u32>(midstate + i));
    fill(ROUND_2 + 8 * i, load<u32>(round2 + i));
  }
  fill(HEADER + 64, w2 + smallSigma1(w16));
  set(HEADER, HEADER_KW, 16, w16);
  set(HEADER, HEADER_KW, 17, w17);
  store<u32>(WIDE + HEADER_19, smallSigma0(0x80000000) + smallSigma1(w17));
  store<u32>(WIDE + HEADER_31, 640 + smallSigma0(w16));
}

/** The last words of the hashes of eight headers with these nonces: two vectors at what it returns. */
export function lastWordsWide(low: v128, high: v128): usize {
  const word0 = swapBytes(low), word1 = swapBytes(high);
  const k = v128.load32_splat(CONSTANTS + 12);
  v128.store(WIDE + HEADER + 96, word0);
  v128.store(WIDE + HEADER + 112, word1);
  v128.store(WIDE + HEADER_KW + 96, add(word0, k));
  v128.store(WIDE + HEADER_KW + 112, add(word1, k));
  scheduleHeaders();
  roundsHeaders();
  scheduleDigests();
  roundsDigests();
  const last = v128.load32_splat(IV + 28);
  const at = WIDE + LAST;
  v128.store(at, add(v128.load(at), last));
  v128.store(at, add(v128.load(at, 16), last), 16);
  return at;
}
