// Searches a range of nonces for headers whose hash meets a target, four nonces at a time.
//
// Of a header's two blocks the first does not change with the nonce (its state is the midstate), of
// the second only word 3 does: what of its expansion and its first rounds does not hang on word 3 is
// done once a call. The second hash is followed only until its last word is known, which is round
// 60: that word is the top of the number that is compared with the target, and rules out nearly all
// nonces. Those left are hashed in full.

import { add, swapBytes } from "./lanes";
import {
  absorb1,
  extend,
  finish1,
  IV,
  K,
  put,
  rehash1,
  round1,
  round2,
  sigma0,
  sigma1,
  smallSigma0,
  smallSigma1,
  swapState,
  t1,
  t2,
} from "./sha256";
import { lastWordsWide, prepareWide } from "./scan_wide";
import { DIGEST_KW, DIGEST_W, putDigest, scheduleDigest } from "./digest";

/** In: the 80 bytes of the header; the nonce's bytes are written over. */
export const SCAN_HEADER: usize = memory.data(80, 16);
/** In: the 32 bytes of the target, lowest first. */
export const SCAN_TARGET: usize = memory.data(32, 16);
/** Out: the nonces that were found, 32 bits each. */
export const SCAN_FOUND: usize = memory.data(256 * 4, 16);
export const SCAN_FOUND_LIMIT: u32 = 256;

/** State after the header's first block, and after round 2 of the second. */
const MIDSTATE: usize = memory.data(32, 16);
const ROUND_2: usize = memory.data(32, 16);
/** The same in all lanes. */
const MIDSTATE_LANES: usize = memory.data(128, 16);
const ROUND_2_LANES: usize = memory.data(128, 16);
/** The words of the second block. What the nonce does not change is filled in once a call. */
const HEADER_W: usize = memory.data(64 * 16, 16);
const HEADER_KW: usize = memory.data(64 * 16, 16);
/** What is constant of words 18, 19, 30 and 31. */
const CONSTANT_18: usize = memory.data(16, 16);
const CONSTANT_19: usize = memory.data(16, 16);
const CONSTANT_30: usize = memory.data(16, 16);
const CONSTANT_31: usize = memory.data(16, 16);
/** The second hash after round 0, but for word 0, which is added to its a and e. */
const FIRST_A: usize = memory.data(16, 16);
const FIRST_E: usize = memory.data(16, 16);
/** The eight vectors of the first hash. */
const STATE: usize = memory.data(128, 16);
/** The hash of one header. */
const CANDIDATE: usize = memory.data(32, 16);

@inline
function w(t: usize): v128 {
  return v128.load(HEADER_W + 16 * t);
}

@inline
function set(t: usize, word: v128): void {
  put(HEADER_W, HEADER_KW, 16 * t, word);
}

/** What is the same for all nonces. */
function prepare(): void {
  memory.copy(MIDSTATE, IV, 32);
  absorb1(MIDSTATE, SCAN_HEADER);
  const w0 = bswap<u32>(load<u32>(SCAN_HEADER, 64));
  const w1 = bswap<u32>(load<u32>(SCAN_HEADER, 68));
  const w2 = bswap<u32>(load<u32>(SCAN_HEADER, 72));
  set(4, i32x4.splat(0x80000000));
  for (let t: usize = 5; t < 15; t++) set(t, i32x4.splat(0));
  set(15, i32x4.splat(640));
  const w16 = w0 + smallSigma0(w1);
  const w17 = w1 + smallSigma0(w2) + smallSigma1(640);
  set(16, i32x4.splat(w16));
  set(17, i32x4.splat(w17));
  v128.store(CONSTANT_18, i32x4.splat(w2 + smallSigma1(w16)));
  v128.store(CONSTANT_19, i32x4.splat(smallSigma0(0x80000000) + smallSigma1(w17)));
  v128.store(CONSTANT_30, i32x4.splat(smallSigma0(640)));
  v128.store(CONSTANT_31, i32x4.splat(640 + smallSigma0(w16)));

  let a = load<u32>(MIDSTATE), b = load<u32>(MIDSTATE, 4), c = load<u32>(MIDSTATE, 8);
  let d = load<u32>(MIDSTATE, 12), e = load<u32>(MIDSTATE, 16), f = load<u32>(MIDSTATE, 20);
  let g = load<u32>(MIDSTATE, 24), h = load<u32>(MIDSTATE, 28);
  let x = round1(e, f, g, h, load<u32>(K) + w0);
  d += x, h = x + round2(a, b, c);
  x = round1(d, e, f, g, load<u32>(K, 4) + w1);
  c += x, g = x + round2(h, a, b);
  x = round1(c, d, e, f, load<u32>(K, 8) + w2);
  b += x, f = x + round2(g, h, a);
  store<u32>(ROUND_2, a);
  store<u32>(ROUND_2, b, 4);
  store<u32>(ROUND_2, c, 8);
  store<u32>(ROUND_2, d, 12);
  store<u32>(ROUND_2, e, 16);
  store<u32>(ROUND_2, f, 20);
  store<u32>(ROUND_2, g, 24);
  store<u32>(ROUND_2, h, 28);
  prepareWide(MIDSTATE, ROUND_2, w2, w16, w17);
  for (let i: usize = 0; i < 8; i++) {
    v128.store(MIDSTATE_LANES + 16 * i, v128.load32_splat(MIDSTATE + 4 * i));
    v128.store(ROUND_2_LANES + 16 * i, v128.load32_splat(ROUND_2 + 4 * i));
  }

  a = load<u32>(IV), b = load<u32>(IV, 4), c = load<u32>(IV, 8), d = load<u32>(IV, 12);
  e = load<u32>(IV, 16), f = load<u32>(IV, 20), g = load<u32>(IV, 24), h = load<u32>(IV, 28);
  x = round1(e, f, g, h, load<u32>(K));
  v128.store(FIRST_E, i32x4.splat(d + x));
  v128.store(FIRST_A, i32x4.splat(x + round2(a, b, c)));
}

/** The first hash of the headers with the nonces in `word3`: eight vectors at {@link STATE}. */
function hashHeaders(word3: v128): void {
  set(3, word3);
  set(18, add(v128.load(CONSTANT_18), sigma0(word3)));
  set(19, add(v128.load(CONSTANT_19), word3));
  set(20, add(w(4), sigma1(w(18))));
  set(21, sigma1(w(19)));
  set(22, add(w(15), sigma1(w(20))));
  set(23, add(w(16), sigma1(w(21))));
  set(24, add(w(17), sigma1(w(22))));
  set(25, add(w(18), sigma1(w(23))));
  set(26, add(w(19), sigma1(w(24))));
  set(27, add(w(20), sigma1(w(25))));
  set(28, add(w(21), sigma1(w(26))));
  set(29, add(w(22), sigma1(w(27))));
  set(30, add(add(v128.load(CONSTANT_30), w(23)), sigma1(w(28))));
  set(31, add(add(v128.load(CONSTANT_31), w(24)), sigma1(w(29))));
  for (let t: usize = 16 * 32; t < 16 * 64; t += 64) {
    extend(HEADER_W, HEADER_KW, t);
    extend(HEADER_W, HEADER_KW, t + 16);
    extend(HEADER_W, HEADER_KW, t + 32);
    extend(HEADER_W, HEADER_KW, t + 48);
  }
  let a = v128.load(ROUND_2_LANES), b = v128.load(ROUND_2_LANES, 16);
  let c = v128.load(ROUND_2_LANES, 32), d = v128.load(ROUND_2_LANES, 48);
  let e = v128.load(ROUND_2_LANES, 64), f = v128.load(ROUND_2_LANES, 80);
  let g = v128.load(ROUND_2_LANES, 96), h = v128.load(ROUND_2_LANES, 112);
  let x: v128;
  x = t1(b, c, d, e, v128.load(HEADER_KW, 48)), a = add(a, x), e = add(x, t2(f, g, h));
  x = t1(a, b, c, d, v128.load(HEADER_KW, 64)), h = add(h, x), d = add(x, t2(e, f, g));
  x = t1(h, a, b, c, v128.load(HEADER_KW, 80)), g = add(g, x), c = add(x, t2(d, e, f));
  x = t1(g, h, a, b, v128.load(HEADER_KW, 96)), f = add(f, x), b = add(x, t2(c, d, e));
  x = t1(f, g, h, a, v128.load(HEADER_KW, 112)), e = add(e, x), a = add(x, t2(b, c, d));
  for (let t = HEADER_KW + 128; t < HEADER_KW + 1024; t += 128) {
    x = t1(e, f, g, h, v128.load(t)), d = add(d, x), h = add(x, t2(a, b, c));
    x = t1(d, e, f, g, v128.load(t, 16)), c = add(c, x), g = add(x, t2(h, a, b));
    x = t1(c, d, e, f, v128.load(t, 32)), b = add(b, x), f = add(x, t2(g, h, a));
    x = t1(b, c, d, e, v128.load(t, 48)), a = add(a, x), e = add(x, t2(f, g, h));
    x = t1(a, b, c, d, v128.load(t, 64)), h = add(h, x), d = add(x, t2(e, f, g));
    x = t1(h, a, b, c, v128.load(t, 80)), g = add(g, x), c = add(x, t2(d, e, f));
    x = t1(g, h, a, b, v128.load(t, 96)), f = add(f, x), b = add(x, t2(c, d, e));
    x = t1(f, g, h, a, v128.load(t, 112)), e = add(e, x), a = add(x, t2(b, c, d));
  }
  v128.store(STATE, add(a, v128.load(MIDSTATE_LANES)));
  v128.store(STATE, add(b, v128.load(MIDSTATE_LANES, 16)), 16);
  v128.store(STATE, add(c, v128.load(MIDSTATE_LANES, 32)), 32);
  v128.store(STATE, add(d, v128.load(MIDSTATE_LANES, 48)), 48);
  v128.store(STATE, add(e, v128.load(MIDSTATE_LANES, 64)), 64);
  v128.store(STATE, add(f, v128.load(MIDSTATE_LANES, 80)), 80);
  v128.store(STATE, add(g, v128.load(MIDSTATE_LANES, 96)), 96);
  v128.store(STATE, add(h, v128.load(MIDSTATE_LANES, 112)), 112);
}

/** The last word of the second hash, of the hashes at {@link STATE}. */
function lastWord(): v128 {
  putDigest(STATE);
  scheduleDigest(60);
  extend(DIGEST_W, DIGEST_KW, 960);
  const w0 = v128.load(STATE);
  let a = v128.load32_splat(IV), b = v128.load32_splat(IV, 4), c = v128.load32_splat(IV, 8);
  let d = add(w0, v128.load(FIRST_E)), e = v128.load32_splat(IV, 16);
  let f = v128.load32_splat(IV, 20), g = v128.load32_splat(IV, 24);
  let h = add(w0, v128.load(FIRST_A));
  let x: v128;
  x = t1(d, e, f, g, v128.load(DIGEST_KW, 16)), c = add(c, x), g = add(x, t2(h, a, b));
  x = t1(c, d, e, f, v128.load(DIGEST_KW, 32)), b = add(b, x), f = add(x, t2(g, h, a));
  x = t1(b, c, d, e, v128.load(DIGEST_KW, 48)), a = add(a, x), e = add(x, t2(f, g, h));
  x = t1(a, b, c, d, v128.load(DIGEST_KW, 64)), h = add(h, x), d = add(x, t2(e, f, g));
  x = t1(h, a, b, c, v128.load(DIGEST_KW, 80)), g = add(g, x), c = add(x, t2(d, e, f));
  x = t1(g, h, a, b, v128.load(DIGEST_KW, 96)), f = add(f, x), b = add(x, t2(c, d, e));
  x = t1(f, g, h, a, v128.load(DIGEST_KW, 112)), e = add(e, x), a = add(x, t2(b, c, d));
  for (let t = DIGEST_KW + 128; t < DIGEST_KW + 896; t += 128) {
    x = t1(e, f, g, h, v128.load(t)), d = add(d, x), h = add(x, t2(a, b, c));
    x = t1(d, e, f, g, v128.load(t, 16)), c = add(c, x), g = add(x, t2(h, a, b));
    x = t1(c, d, e, f, v128.load(t, 32)), b = add(b, x), f = add(x, t2(g, h, a));
    x = t1(b, c, d, e, v128.load(t, 48)), a = add(a, x), e = add(x, t2(f, g, h));
    x = t1(a, b, c, d, v128.load(t, 64)), h = add(h, x), d = add(x, t2(e, f, g));
    x = t1(h, a, b, c, v128.load(t, 80)), g = add(g, x), c = add(x, t2(d, e, f));
    x = t1(g, h, a, b, v128.load(t, 96)), f = add(f, x), b = add(x, t2(c, d, e));
    x = t1(f, g, h, a, v128.load(t, 112)), e = add(e, x), a = add(x, t2(b, c, d));
  }
  // The last word is h after round 63, which is e after round 60. What rounds 57 to 60 make of a
  // would come into an e only later.
  x = t1(e, f, g, h, v128.load(DIGEST_KW, 896)), d = add(d, x), h = add(x, t2(a, b, c));
  x = t1(d, e, f, g, v128.load(DIGEST_KW, 912)), c = add(c, x);
  x = t1(c, d, e, f, v128.load(DIGEST_KW, 928)), b = add(b, x);
  x = t1(b, c, d, e, v128.load(DIGEST_KW, 944)), a = add(a, x);
  x = t1(a, b, c, d, v128.load(DIGEST_KW, 960));
  return add(add(h, x), v128.load32_splat(IV, 28));
}

/** Whether the header with this nonce meets the target, all 256 bits of it. */
function meetsTarget(nonce: u32): bool {
  store<u32>(SCAN_HEADER, nonce, 76);
  memory.copy(CANDIDATE, MIDSTATE, 32);
  finish1(CANDIDATE, SCAN_HEADER + 64, 16, 80);
  rehash1(CANDIDATE);
  swapState(CANDIDATE, CANDIDATE);
  for (let i: usize = 28; i < 32; i -= 4) {
    const hash = load<u32>(CANDIDATE + i), target = load<u32>(SCAN_TARGET + i);
    if (hash !== target) return hash < target;
  }
  return true;
}

/** How many nonces the last {@link scan} went through, and how many it found. */
let scanned: u32 = 0;
let found: u32 = 0;

export function scanLength(): u32 {
  return scanned;
}

/** Looks closer at the nonces from `first` on whose lanes' last words are `lastWords`. */
@inline
function sift(lastWords: v128, top: v128, first: u32, count: u32): void {
  let lanes = i32x4.bitmask(i32x4.le_u(swapBytes(lastWords), top));
  for (; lanes !== 0; lanes &= lanes - 1) {
    const lane: u32 = ctz(lanes);
    if (lane < count && meetsTarget(first + lane)) {
      store<u32>(SCAN_FOUND + 4 * found, first + lane);
      found++;
    }
  }
}

/**
 * Tries `count` nonces from `first` on (not beyond 2^32), and stops early when the list is full:
 * {@link scanLength} says how far it came.
 *
 * @param wide In eight lanes, and not in four.
 * @returns How many are in {@link SCAN_FOUND}, in ascending order.
 */
export function scan(first: u32, count: u32, wide: bool): u32 {
  prepare();
  const top = v128.load32_splat(SCAN_TARGET, 28);
  let nonces = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const step: u32 = wide ? 8 : 4;
  scanned = found = 0;
  while (scanned < count && found <= SCAN_FOUND_LIMIT - 8) {
    const left = count - scanned;
    if (wide) {
      const last = lastWordsWide(nonces, i32x4.add(nonces, i32x4.splat(4)));
      sift(v128.load(last), top, first + scanned, left);
      if (left > 4) sift(v128.load(last, 16), top, first + scanned + 4, left - 4);
    } else {
      hashHeaders(swapBytes(nonces));
      sift(lastWord(), top, first + scanned, left);
    }
    scanned = left < step ? count : scanned + step;
    nonces = i32x4.add(nonces, i32x4.splat(step));
  }
  return found;
}
