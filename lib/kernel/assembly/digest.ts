// The second of Bitcoin's two hashes: of 32 bytes, so that half of its only block is padding, and a
// third of the message schedule is shorter than in general.

import { add } from "./lanes";
import { begin, compress, extend, put, sigma0, sigma1 } from "./sha256";

/** The words of the four blocks, as in {@link W}. Words 8 to 15 are the padding and stay. */
export const DIGEST_W: usize = memory.data(64 * 16, 16);
export const DIGEST_KW: usize = memory.data(64 * 16, 16);

/** What padding alone adds to words 17, 23 and 30. */
const CONSTANT_17: usize = memory.data(16, 16);
const CONSTANT_23: usize = memory.data(16, 16);
const CONSTANT_30: usize = memory.data(16, 16);

@inline
function w(t: usize): v128 {
  return v128.load(DIGEST_W + 16 * t);
}

@inline
function set(t: usize, word: v128): void {
  put(DIGEST_W, DIGEST_KW, 16 * t, word);
}

/** Makes the four hashes at `state` the message. */
export function putDigest(state: usize): void {
  for (let t: usize = 0; t < 8; t++) set(t, v128.load(state + 16 * t));
}

/** Expands the message, up to word `end`, a multiple of four above 32. */
@inline
export function scheduleDigest(end: usize): void {
  set(16, add(w(0), sigma0(w(1))));
  set(17, add(add(w(1), sigma0(w(2))), v128.load(CONSTANT_17)));
  set(18, add(add(w(2), sigma0(w(3))), sigma1(w(16))));
  set(19, add(add(w(3), sigma0(w(4))), sigma1(w(17))));
  set(20, add(add(w(4), sigma0(w(5))), sigma1(w(18))));
  set(21, add(add(w(5), sigma0(w(6))), sigma1(w(19))));
  set(22, add(add(add(w(6), sigma0(w(7))), w(15)), sigma1(w(20))));
  set(23, add(add(add(w(7), v128.load(CONSTANT_23)), w(16)), sigma1(w(21))));
  set(24, add(add(w(8), w(17)), sigma1(w(22))));
  set(25, add(w(18), sigma1(w(23))));
  set(26, add(w(19), sigma1(w(24))));
  set(27, add(w(20), sigma1(w(25))));
  set(28, add(w(21), sigma1(w(26))));
  set(29, add(w(22), sigma1(w(27))));
  set(30, add(add(v128.load(CONSTANT_30), w(23)), sigma1(w(28))));
  set(31, add(add(add(w(15), sigma0(w(16))), w(24)), sigma1(w(29))));
  for (let t: usize = 16 * 32; t < 16 * end; t += 64) {
    extend(DIGEST_W, DIGEST_KW, t);
    extend(DIGEST_W, DIGEST_KW, t + 16);
    extend(DIGEST_W, DIGEST_KW, t + 32);
    extend(DIGEST_W, DIGEST_KW, t + 48);
  }
}

/** Hashes the four hashes at `state` again, in place. */
export function rehash(state: usize): void {
  putDigest(state);
  scheduleDigest(64);
  begin(state);
  compress(state, DIGEST_KW);
}

/** Lays down the padding. Runs when the module is instantiated. */
export function layDigestPadding(): void {
  set(8, i32x4.splat(0x80000000));
  for (let t: usize = 9; t < 15; t++) set(t, i32x4.splat(0));
  set(15, i32x4.splat(256));
  v128.store(CONSTANT_17, sigma1(w(15)));
  v128.store(CONSTANT_23, sigma0(w(8)));
  v128.store(CONSTANT_30, sigma0(w(15)));
}
