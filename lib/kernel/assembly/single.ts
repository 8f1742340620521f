// Hashes of one message: what there is only one of gains nothing from lanes.

import {
  absorb1,
  compress1,
  finish1,
  IV,
  KW1,
  KW1_PADDING_64,
  rehash1,
  schedule1,
  swapState,
} from "./sha256";

/** In: a message, or a stretch of one. */
export const MESSAGE: usize = memory.data(65536, 16);
/** Bytes that fit at a time. */
export const MESSAGE_SIZE: i32 = 65536;
/** Out: a hash. */
export const DIGEST: usize = memory.data(32, 16);

const STATE: usize = memory.data(32, 16);

/** Begins a message. */
export function beginMessage(): void {
  memory.copy(STATE, IV, 32);
}

/** Takes in `size` bytes, a multiple of 64. */
export function absorbMessage(size: u32): void {
  for (let at: u32 = 0; at < size; at += 64) absorb1(STATE, MESSAGE + at);
}

/**
 * Takes in the last `size` bytes of a message of `length`, and writes its hash to {@link DIGEST}:
 * SHA-256, or if `twice` the SHA-256 of that.
 */
export function finishMessage(size: u32, length: u32, twice: bool): void {
  const whole = size & ~63;
  absorbMessage(whole);
  finish1(STATE, MESSAGE + whole, size - whole, length);
  if (twice) rehash1(STATE);
  swapState(STATE, DIGEST);
}

const PAIR: usize = memory.data(64, 16);

/**
 * Folds the 32 bytes at {@link DIGEST} with `levels` times 32 bytes at {@link MESSAGE}, in place.
 */
export function foldMessage(levels: u32): void {
  for (let level: u32 = 0; level < levels; level++) {
    memory.copy(PAIR, DIGEST, 32);
    memory.copy(PAIR + 32, MESSAGE + 32 * level, 32);
    memory.copy(STATE, IV, 32);
    schedule1(PAIR);
    compress1(STATE, KW1);
    compress1(STATE, KW1_PADDING_64);
    rehash1(STATE);
    swapState(STATE, DIGEST);
  }
}
