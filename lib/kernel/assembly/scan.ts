// Searches a range of nonces for headers whose hash meets a target, four or eight nonces at a time.
//
// Of a header's two blocks the first does not change with the nonce (its state is the midstate), of
// the second only word 3 does: what of its expansion and its first rounds does not hang on word 3 is
// done once a call. The second hash is followed only until its last word is known, which is round
// 60: that word is the top of the number that is compared with the target, and rules out nearly all
// nonces. Those left are hashed in full.

import { layHeader } from "./areas";
import { add, swapBytes } from "./lanes";
import { absorb1, finish1, IV, K, rehash1, swapState } from "./sha256";
import {
  HEADER,
  HEADER_KW,
  hashHeaders4,
  hashHeaders8,
  LANES,
  LAST,
  lastWords4,
  lastWords8,
  scheduleDigests4,
  scheduleDigests8,
  scheduleHeaders4,
  scheduleHeaders8,
} from "./unrolled";

/** In: the 80 bytes of the header; the nonce's bytes are written over. */
export const SCAN_HEADER: usize = memory.data(80, 16);
/** In: the 32 bytes of the target, lowest first. */
export const SCAN_TARGET: usize = memory.data(32, 16);
/** Out: the nonces that were found, 32 bits each. */
export const SCAN_FOUND: usize = memory.data(256 * 4, 16);
/** Nonces that there is room for: a scan ends where one more step could find too many. */
export const SCAN_FOUND_LIMIT: u32 = 256;

/** State after the header's first block. */
const MIDSTATE: usize = memory.data(32, 16);
/** The hash of one header. */
const CANDIDATE: usize = memory.data(32, 16);

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

/** Nonces that the last {@link scan} went through. */
export function scanLength(): u32 {
  return scanned;
}

/** Makes nonces word 3 of the headers, in one half of the lanes. */
@inline
function putNonces(half: usize, nonces: v128): void {
  const word = swapBytes(nonces);
  v128.store(LANES + HEADER + 96 + half, word);
  v128.store(LANES + HEADER_KW + 96 + half, add(word, v128.load32_splat(K + 12)));
}

/** Looks closer at four nonces from `first` on, whose last words are in one half of the lanes. */
@inline
function sift(half: usize, top: v128, first: u32, count: u32): void {
  const lastWord = add(v128.load(LANES + LAST + half), v128.load32_splat(IV + 28));
  let lanes = i32x4.bitmask(i32x4.le_u(swapBytes(lastWord), top));
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
  memory.copy(MIDSTATE, IV, 32);
  absorb1(MIDSTATE, SCAN_HEADER);
  layHeader(
    MIDSTATE,
    bswap<u32>(load<u32>(SCAN_HEADER, 64)),
    bswap<u32>(load<u32>(SCAN_HEADER, 68)),
    bswap<u32>(load<u32>(SCAN_HEADER, 72)),
  );
  const top = v128.load32_splat(SCAN_TARGET, 28);
  const step: u32 = wide ? 8 : 4;
  let nonces = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  scanned = found = 0;
  while (scanned < count && found <= SCAN_FOUND_LIMIT - 8) {
    const left = count - scanned;
    putNonces(0, nonces);
    if (wide) {
      putNonces(16, i32x4.add(nonces, i32x4.splat(4)));
      scheduleHeaders8();
      hashHeaders8();
      scheduleDigests8();
      lastWords8();
      sift(0, top, first + scanned, left);
      if (left > 4) sift(16, top, first + scanned + 4, left - 4);
    } else {
      scheduleHeaders4();
      hashHeaders4();
      scheduleDigests4();
      lastWords4();
      sift(0, top, first + scanned, left);
    }
    scanned = left < step ? count : scanned + step;
    nonces = i32x4.add(nonces, i32x4.splat(step));
  }
  return found;
}
