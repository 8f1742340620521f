// Four computations at a time: lane i of every vector belongs to the i-th of them. In memory the vectors
// of a state or a schedule are 32 bytes apart: beside each is room for that of four more lanes, for the
// code that computes eight (scripts/kernel_unroll.ts).

/** Four sums modulo 2^32. */
@inline
export function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

/** Four words, each exclusive-ored. */
@inline
export function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

/**
 * Rotates each word right. There is no such instruction: two shifts and an or.
 *
 * @param rest 32 - bits, written out: see scripts/kernel_unroll.ts.
 */
@inline
export function rotateRight(x: v128, bits: i32, rest: i32): v128 {
  return v128.or(i32x4.shr_u(x, bits), i32x4.shl(x, rest));
}

/** Turns each word's bytes around: hashes and headers are big-endian inside, memory is little. */
@inline
export function swapBytes(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/**
 * Reads four words at each of `p0` to `p3` and writes them as four vectors, 32 bytes apart: lane 0 from
 * `p0`, and so on. As big-endian words, which is how hash functions read bytes, if `swap`.
 */
@inline
export function gather4(
  to: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  swap: bool,
): void {
  const from0 = v128.load(p0), from1 = v128.load(p1);
  const from2 = v128.load(p2), from3 = v128.load(p3);
  const low01 = v128.shuffle<u32>(from0, from1, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(from0, from1, 2, 6, 3, 7);
  const low23 = v128.shuffle<u32>(from2, from3, 0, 4, 1, 5);
  const high23 = v128.shuffle<u32>(from2, from3, 2, 6, 3, 7);
  const w0 = v128.shuffle<u64>(low01, low23, 0, 2);
  const w1 = v128.shuffle<u64>(low01, low23, 1, 3);
  const w2 = v128.shuffle<u64>(high01, high23, 0, 2);
  const w3 = v128.shuffle<u64>(high01, high23, 1, 3);
  v128.store(to, swap ? swapBytes(w0) : w0);
  v128.store(to, swap ? swapBytes(w1) : w1, 32);
  v128.store(to, swap ? swapBytes(w2) : w2, 64);
  v128.store(to, swap ? swapBytes(w3) : w3, 96);
}

/** Writes four words to each of `p0` to `p3`: lane 0 of the vectors to `p0`, and so on. */
@inline
export function transpose4(
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
): void {
  const low01 = v128.shuffle<u32>(w0, w1, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(w0, w1, 2, 6, 3, 7);
  const low23 = v128.shuffle<u32>(w2, w3, 0, 4, 1, 5);
  const high23 = v128.shuffle<u32>(w2, w3, 2, 6, 3, 7);
  v128.store(p0, v128.shuffle<u64>(low01, low23, 0, 2));
  v128.store(p1, v128.shuffle<u64>(low01, low23, 1, 3));
  v128.store(p2, v128.shuffle<u64>(high01, high23, 0, 2));
  v128.store(p3, v128.shuffle<u64>(high01, high23, 1, 3));
}

/** The way back from `gather4`, bytes swapped. */
@inline
export function scatter4(from: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  transpose4(
    swapBytes(v128.load(from)),
    swapBytes(v128.load(from, 32)),
    swapBytes(v128.load(from, 64)),
    swapBytes(v128.load(from, 96)),
    p0,
    p1,
    p2,
    p3,
  );
}
