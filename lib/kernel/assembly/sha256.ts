// SHA-256 (FIPS 180-4): of one message in plain integers, and what the code for four and eight messages
// is made of, which scripts/kernel_unroll.ts writes.

import { add, rotateRight, xor } from "./lanes";

/** The 64 round constants, FIPS 180-4 §4.2.2. */
// deno-fmt-ignore
export const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** The state a hash begins with, FIPS 180-4 §5.3.3. */
// deno-fmt-ignore
export const IV: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

// ---- One message -------------------------------------------------------------------------------

/** The 64 words of the block at hand, and the same with their round constants added. */
const W1: usize = memory.data(64 * 4, 16);
/** Of these, W + K: what a round takes. */
export const KW1: usize = memory.data(64 * 4, 16);
/** {@link KW1} of the block that ends a message of 64 bytes: it never changes. */
export const KW1_PADDING_64: usize = memory.data(64 * 4, 16);

/** σ0 of FIPS 180-4 §4.1.2. */
@inline
export function smallSigma0(x: u32): u32 {
  return rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3);
}

/** σ1 of FIPS 180-4 §4.1.2. */
@inline
export function smallSigma1(x: u32): u32 {
  return rotr(x, 17) ^ rotr(x, 19) ^ (x >> 10);
}

/** T1 of FIPS 180-4 §6.2.2; `kw` is W + K. */
@inline
export function round1(e: u32, f: u32, g: u32, h: u32, kw: u32): u32 {
  return h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) + kw;
}

/** T2 of FIPS 180-4 §6.2.2. */
@inline
export function round2(a: u32, b: u32, c: u32): u32 {
  return (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + (b ^ ((a ^ b) & (b ^ c)));
}

@inline
function put1(t: usize, word: u32): void {
  store<u32>(W1 + t, word);
  store<u32>(KW1 + t, word + load<u32>(K + t));
}

@inline
function extend1(t: usize): void {
  const early = load<u32>(W1 + t - 64) + smallSigma0(load<u32>(W1 + t - 60));
  put1(t, early + load<u32>(W1 + t - 28) + smallSigma1(load<u32>(W1 + t - 8)));
}

/** Expands the 64 bytes at `block`. */
export function schedule1(block: usize): void {
  for (let t: usize = 0; t < 64; t += 4) put1(t, bswap<u32>(load<u32>(block + t)));
  for (let t: usize = 64; t < 256; t += 16) {
    extend1(t);
    extend1(t + 4);
    extend1(t + 8);
    extend1(t + 12);
  }
}

/** Takes an expanded block into the eight words at `state`. */
export function compress1(state: usize, kw: usize): void {
  let a = load<u32>(state), b = load<u32>(state, 4), c = load<u32>(state, 8);
  let d = load<u32>(state, 12), e = load<u32>(state, 16), f = load<u32>(state, 20);
  let g = load<u32>(state, 24), h = load<u32>(state, 28);
  let x: u32;
  // Eight at a time: after eight rounds each variable has its old role again, so nothing is moved.
  for (let t = kw; t < kw + 256; t += 32) {
    x = round1(e, f, g, h, load<u32>(t)), d += x, h = x + round2(a, b, c);
    x = round1(d, e, f, g, load<u32>(t, 4)), c += x, g = x + round2(h, a, b);
    x = round1(c, d, e, f, load<u32>(t, 8)), b += x, f = x + round2(g, h, a);
    x = round1(b, c, d, e, load<u32>(t, 12)), a += x, e = x + round2(f, g, h);
    x = round1(a, b, c, d, load<u32>(t, 16)), h += x, d = x + round2(e, f, g);
    x = round1(h, a, b, c, load<u32>(t, 20)), g += x, c = x + round2(d, e, f);
    x = round1(g, h, a, b, load<u32>(t, 24)), f += x, b = x + round2(c, d, e);
    x = round1(f, g, h, a, load<u32>(t, 28)), e += x, a = x + round2(b, c, d);
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

/** Eight words of state as the 32 bytes of a hash, or back. The two may be the same place. */
export function swapState(from: usize, to: usize): void {
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(to + i, bswap<u32>(load<u32>(from + i)));
  }
}

/** Takes the 64 bytes at `block` into `state`. */
export function absorb1(state: usize, block: usize): void {
  schedule1(block);
  compress1(state, KW1);
}

/** The last blocks of the message at hand: what is left of it, the padding, its length. */
const TAIL: usize = memory.data(128, 16);

/**
 * Ends a hash: takes in the last `rest` bytes (under 64) of a message of `length` bytes, and the
 * padding.
 */
export function finish1(state: usize, from: usize, rest: u32, length: u32): void {
  memory.fill(TAIL, 0, 128);
  memory.copy(TAIL, from, rest);
  store<u8>(TAIL + rest, 0x80);
  const end = TAIL + (rest < 56 ? 64 : 128);
  store<u32>(end - 8, bswap<u32>(length >> 29));
  store<u32>(end - 4, bswap<u32>(length << 3));
  absorb1(state, TAIL);
  if (rest >= 56) absorb1(state, TAIL + 64);
}

/** Lays down the padding of messages of 64 bytes. Runs when the module is instantiated. */
export function layPadding64(): void {
  memory.fill(TAIL, 0, 64);
  store<u8>(TAIL, 0x80);
  store<u32>(TAIL, bswap<u32>(512), 60);
  schedule1(TAIL);
  memory.copy(KW1_PADDING_64, KW1, 256);
}

/** The words that `state` would be if it was a message, as bytes. */
const INNER: usize = memory.data(32, 16);

/** SHA-256 of the 32 bytes that the words at `state` stand for, in their place. */
export function rehash1(state: usize): void {
  swapState(state, INNER);
  memory.copy(state, IV, 32);
  finish1(state, INNER, 32, 32);
}

// ---- Four messages, one a lane: what unrolled code is made of -----------------------------------

/** σ0 of FIPS 180-4 §4.1.2, in every lane. */
@inline
export function sigma0(x: v128): v128 {
  return xor(xor(rotateRight(x, 7, 25), rotateRight(x, 18, 14)), i32x4.shr_u(x, 3));
}

/** σ1 of FIPS 180-4 §4.1.2, in every lane. */
@inline
export function sigma1(x: v128): v128 {
  return xor(xor(rotateRight(x, 17, 15), rotateRight(x, 19, 13)), i32x4.shr_u(x, 10));
}

/** What a round adds to `d`, and to what becomes `a`: T1 of FIPS 180-4 §6.2.2. */
@inline
export function t1(e: v128, f: v128, g: v128, h: v128, kw: v128): v128 {
  const sigma = xor(xor(rotateRight(e, 6, 26), rotateRight(e, 11, 21)), rotateRight(e, 25, 7));
  return add(add(add(h, kw), xor(g, v128.and(e, xor(f, g)))), sigma);
}

/**
 * T2 of FIPS 180-4 §6.2.2. The majority is written so that its second difference is the first one of
 * the round before, and the compiler takes it over.
 */
@inline
export function t2(a: v128, b: v128, c: v128): v128 {
  const sigma = xor(xor(rotateRight(a, 2, 30), rotateRight(a, 13, 19)), rotateRight(a, 22, 10));
  return add(sigma, xor(b, v128.and(xor(a, b), xor(b, c))));
}
