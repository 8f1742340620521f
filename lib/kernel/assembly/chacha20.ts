// ChaCha20 (RFC 8439 §2.3), four blocks at a time: lane i is block i.

import { add, transpose4, xor } from "./lanes";

/** Out: four blocks of key stream, 64 bytes each, one after the other. */
export const STREAM: usize = memory.data(256, 64);

/** In: 32 bytes. */
export const KEY: usize = memory.data(32, 16);

/** "expand 32-byte k" */
const CONSTANTS: usize = memory.data<u32>([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);

// Two of the rotations are by whole bytes, which one shuffle does.
@inline
function rotate16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

@inline
function rotate8(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/**
 * Makes four blocks.
 *
 * @param blocks The block counter of each lane.
 * @param low The nonce's words 1 and 2 of each lane; word 0 is zero, as Noise has it.
 */
export function makeStream(blocks: v128, low: v128, high: v128): void {
  let x0 = v128.load32_splat(CONSTANTS), x1 = v128.load32_splat(CONSTANTS, 4);
  let x2 = v128.load32_splat(CONSTANTS, 8), x3 = v128.load32_splat(CONSTANTS, 12);
  let x4 = v128.load32_splat(KEY), x5 = v128.load32_splat(KEY, 4);
  let x6 = v128.load32_splat(KEY, 8), x7 = v128.load32_splat(KEY, 12);
  let x8 = v128.load32_splat(KEY, 16), x9 = v128.load32_splat(KEY, 20);
  let x10 = v128.load32_splat(KEY, 24), x11 = v128.load32_splat(KEY, 28);
  let x12 = blocks, x13 = i32x4.splat(0), x14 = low, x15 = high;
  for (let i = 0; i < 10; i++) {
    // Quarter rounds on columns.
    x0 = add(x0, x4), x12 = rotate16(xor(x12, x0)), x8 = add(x8, x12), x4 = rotate(xor(x4, x8), 12);
    x0 = add(x0, x4), x12 = rotate8(xor(x12, x0)), x8 = add(x8, x12), x4 = rotate(xor(x4, x8), 7);
    x1 = add(x1, x5), x13 = rotate16(xor(x13, x1)), x9 = add(x9, x13), x5 = rotate(xor(x5, x9), 12);
    x1 = add(x1, x5), x13 = rotate8(xor(x13, x1)), x9 = add(x9, x13), x5 = rotate(xor(x5, x9), 7);
    x2 = add(x2, x6), x14 = rotate16(xor(x14, x2)), x10 = add(x10, x14);
    x6 = rotate(xor(x6, x10), 12);
    x2 = add(x2, x6), x14 = rotate8(xor(x14, x2)), x10 = add(x10, x14);
    x6 = rotate(xor(x6, x10), 7);
    x3 = add(x3, x7), x15 = rotate16(xor(x15, x3)), x11 = add(x11, x15);
    x7 = rotate(xor(x7, x11), 12);
    x3 = add(x3, x7), x15 = rotate8(xor(x15, x3)), x11 = add(x11, x15);
    x7 = rotate(xor(x7, x11), 7);
    // Quarter rounds on diagonals.
    x0 = add(x0, x5), x15 = rotate16(xor(x15, x0)), x10 = add(x10, x15);
    x5 = rotate(xor(x5, x10), 12);
    x0 = add(x0, x5), x15 = rotate8(xor(x15, x0)), x10 = add(x10, x15);
    x5 = rotate(xor(x5, x10), 7);
    x1 = add(x1, x6), x12 = rotate16(xor(x12, x1)), x11 = add(x11, x12);
    x6 = rotate(xor(x6, x11), 12);
    x1 = add(x1, x6), x12 = rotate8(xor(x12, x1)), x11 = add(x11, x12);
    x6 = rotate(xor(x6, x11), 7);
    x2 = add(x2, x7), x13 = rotate16(xor(x13, x2)), x8 = add(x8, x13), x7 = rotate(xor(x7, x8), 12);
    x2 = add(x2, x7), x13 = rotate8(xor(x13, x2)), x8 = add(x8, x13), x7 = rotate(xor(x7, x8), 7);
    x3 = add(x3, x4), x14 = rotate16(xor(x14, x3)), x9 = add(x9, x14), x4 = rotate(xor(x4, x9), 12);
    x3 = add(x3, x4), x14 = rotate8(xor(x14, x3)), x9 = add(x9, x14), x4 = rotate(xor(x4, x9), 7);
  }
  x0 = add(x0, v128.load32_splat(CONSTANTS)), x1 = add(x1, v128.load32_splat(CONSTANTS, 4));
  x2 = add(x2, v128.load32_splat(CONSTANTS, 8)), x3 = add(x3, v128.load32_splat(CONSTANTS, 12));
  x4 = add(x4, v128.load32_splat(KEY)), x5 = add(x5, v128.load32_splat(KEY, 4));
  x6 = add(x6, v128.load32_splat(KEY, 8)), x7 = add(x7, v128.load32_splat(KEY, 12));
  x8 = add(x8, v128.load32_splat(KEY, 16)), x9 = add(x9, v128.load32_splat(KEY, 20));
  x10 = add(x10, v128.load32_splat(KEY, 24)), x11 = add(x11, v128.load32_splat(KEY, 28));
  x12 = add(x12, blocks), x14 = add(x14, low), x15 = add(x15, high);
  const p = STREAM;
  transpose4(x0, x1, x2, x3, p, p + 64, p + 128, p + 192);
  transpose4(x4, x5, x6, x7, p + 16, p + 80, p + 144, p + 208);
  transpose4(x8, x9, x10, x11, p + 32, p + 96, p + 160, p + 224);
  transpose4(x12, x13, x14, x15, p + 48, p + 112, p + 176, p + 240);
}

/** Overwrites the key and its stream, so that neither lies about. */
export function wipe(): void {
  memory.fill(KEY, 0, 32);
  memory.fill(STREAM, 0, 256);
}
