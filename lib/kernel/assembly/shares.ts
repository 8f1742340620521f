// Hashes shares: the coinbase from a midstate, its merkle path up to the root, the header; four or
// eight at a time. Shares of one batch may belong to different jobs: a lane that is done with its coinbase or
// its path earlier than the others goes on with bytes that do not matter, and its result is kept.

import { fill, KW_PADDING_64 } from "./areas";
import { gather4, scatter4 } from "./lanes";
import { absorb1, IV } from "./sha256";
import {
  BEGINNING,
  BLOCK,
  BLOCK_KW,
  hashBlocks4,
  hashBlocks8,
  LANES,
  scheduleBlocks4,
  scheduleBlocks8,
  STATE as STATE_OFFSET,
} from "./unrolled";

/** Where slots are. What is below belongs to the module. */
export const ARENA: usize = 1 << 20;
/** Bytes for slots: what jobs may take together. */
export const ARENA_SIZE: i32 = 1 << 25;

/*
 * A slot, laid down once per job: the fields below, the merkle path, the coinbase suffix, a byte
 * 0x80 and 191 zeros.
 */
/** The midstate of the whole blocks of the coinbase prefix: eight words. */
const SLOT_MIDSTATE = 0;
/** Bytes of the prefix in whole blocks, and those that are left; bytes of the suffix. */
const SLOT_WHOLE_SIZE = 32, SLOT_REST_SIZE = 36, SLOT_SUFFIX_SIZE = 40;
/** Levels of the path. */
const SLOT_LEVELS = 44;
const SLOT_N_BITS = 48;
/** Previous block's hash, 32 bytes as in the header. */
export const SLOT_PREV_HASH: i32 = 64;
/** What is left of the prefix, under 64 bytes. */
const SLOT_REST = 128;
/** The path, 32 bytes a level; once laid down as words. */
export const SLOT_PATH: i32 = 192;
/** What a slot takes besides path and suffix. */
export const SLOT_FIXED: i32 = 192 + 192;

/* A share. */
export const SHARE_SLOT: i32 = 0;
/** Version, time, nBits and nonce have to be neighbours. */
export const SHARE_VERSION: i32 = 4;
/** Header's time, 32 bits. */
export const SHARE_TIME: i32 = 8;
/** Header's nBits, of a standard share; an extended one has its slot's. */
export const SHARE_N_BITS: i32 = 12;
/** Header's nonce, 32 bits. */
export const SHARE_NONCE: i32 = 16;
/** Bytes of the extranonce. */
export const SHARE_EXTRANONCE_SIZE: i32 = 20;
/** Its place among the results. */
export const SHARE_RESULT: i32 = 24;
/** Of a standard share. */
export const SHARE_PREV_HASH: i32 = 32;
/** Merkle root of a standard share, 32 bytes. */
export const SHARE_ROOT: i32 = 64;
/** Up to 64 bytes. */
export const SHARE_EXTRANONCE: i32 = 128;
/** Scratch: the first two blocks after the midstate, and room for what is copied too much. */
const SHARE_HEAD = 192;
/** Bytes from one share to the next. */
export const SHARE_SIZE: i32 = 512;

/** In: extended and standard shares. */
export const SHARES_LIMIT: i32 = 64;
/** Shares whose coinbase is to be hashed, {@link SHARES_LIMIT} at most. */
export const EXTENDED: usize = memory.data(64 * 512, 64);
/** Shares that bring their merkle root, {@link SHARES_LIMIT} at most. */
export const STANDARD: usize = memory.data(64 * 512, 64);
/** Out: 32 bytes a share. */
export const RESULTS_LIMIT: i32 = 4096;
/** Hashes, 32 bytes each, by {@link SHARE_RESULT}. */
export const RESULTS: usize = memory.data(4096 * 32, 64);

/** What the lanes work on: eight numbers each. */
const LANE_SHARES: usize = memory.data(32, 16);
const LANE_SLOTS: usize = memory.data(32, 16);
const LANE_HEADS: usize = memory.data(32, 16);
const LANE_BLOCKS: usize = memory.data(32, 16);
const LANE_LEVELS: usize = memory.data(32, 16);
const LANE_RESULTS: usize = memory.data(32, 16);
/** Where the blocks at hand are. */
const LANE_AT: usize = memory.data(32, 16);
/** The words of the block and the state at hand, and what the state was before the step at hand. */
const W: usize = LANES + BLOCK;
const STATE: usize = LANES + STATE_OFFSET;
const BEFORE: usize = memory.data(256, 64);
/** Version, time, nBits and nonce of the headers. */
const FIELDS: usize = memory.data(128, 64);
/** Where the results of lanes go that have nothing to do. */
const NOWHERE: usize = memory.data(32, 16);

/** Lanes in use: four or eight. */
let lanes: u32 = 4;

/** What a table has for lane `i`: a number, or an address. */
@inline
function number(table: usize, i: u32): u32 {
  return load<u32>(table + 4 * i);
}

@inline
function lane(table: usize, i: u32): usize {
  return number(table, i);
}

/** Gathers four words of all lanes from `offset` bytes after what a table points to. */
function gather(to: usize, table: usize, offset: usize, swap: bool): void {
  for (let first: u32 = 0; first < lanes; first += 4) {
    const p0 = lane(table, first) + offset, p1 = lane(table, first + 1) + offset;
    const p2 = lane(table, first + 2) + offset, p3 = lane(table, first + 3) + offset;
    if (swap) gather4(to + 4 * first, p0, p1, p2, p3, true);
    else gather4(to + 4 * first, p0, p1, p2, p3, false);
  }
}

/**
 * Lays down a slot whose prevHash, path and suffix are in place already.
 *
 * @param prefix Bytes of the coinbase prefix at `from`.
 */
export function laySlot(
  slot: usize,
  from: usize,
  prefix: u32,
  suffixSize: u32,
  levels: u32,
  nBits: u32,
): void {
  store<u32>(slot, suffixSize, SLOT_SUFFIX_SIZE);
  store<u32>(slot, levels, SLOT_LEVELS);
  store<u32>(slot, nBits, SLOT_N_BITS);
  const whole = prefix & ~63;
  memory.copy(slot + SLOT_MIDSTATE, IV, 32);
  for (let at: u32 = 0; at < whole; at += 64) absorb1(slot + SLOT_MIDSTATE, from + at);
  store<u32>(slot, prefix - whole, SLOT_REST_SIZE);
  store<u32>(slot, whole, SLOT_WHOLE_SIZE);
  memory.copy(slot + SLOT_REST, from + whole, prefix - whole);
  const suffix = slot + SLOT_PATH + 32 * levels;
  for (let at = slot + SLOT_PATH; at < suffix; at += 4) store<u32>(at, bswap<u32>(load<u32>(at)));
  const end = suffix + suffixSize;
  memory.fill(end, 0, 192);
  store<u8>(end, 0x80);
}

/** Copies 64 bytes. */
@inline
function copy64(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
}

/**
 * Sets a lane to a share, and puts together the first two blocks of what follows the midstate. Each
 * piece is copied at its full room, and the next one over what was too much.
 */
function setLane(i: u32, share: usize, result: usize): void {
  const slot: usize = load<u32>(share, SHARE_SLOT);
  const levels = load<u32>(slot, SLOT_LEVELS);
  const suffixSize = load<u32>(slot, SLOT_SUFFIX_SIZE);
  const suffix = slot + SLOT_PATH + 32 * levels;
  const head = share + SHARE_HEAD;
  copy64(head, slot + SLOT_REST);
  const extranonce = head + load<u32>(slot, SLOT_REST_SIZE);
  copy64(extranonce, share + SHARE_EXTRANONCE);
  const after = extranonce + load<u32>(share, SHARE_EXTRANONCE_SIZE);
  copy64(after, suffix);
  copy64(after + 64, suffix + 64);
  store<u32>(share, load<u32>(slot, SLOT_N_BITS), SHARE_N_BITS);

  store<u32>(LANE_SHARES + 4 * i, share);
  store<u32>(LANE_SLOTS + 4 * i, slot);
  store<u32>(LANE_HEADS + 4 * i, after - head);
  // What is hashed is followed by a byte 0x80 and eight of length.
  store<u32>(LANE_BLOCKS + 4 * i, (after - head + suffixSize + 72) >> 6);
  store<u32>(LANE_LEVELS + 4 * i, levels);
  store<u32>(LANE_RESULTS + 4 * i, result);
}

/** The block of a lane's coinbase that comes `block` blocks after the midstate. */
@inline
function blockOf(i: u32, block: u32): usize {
  const at = 64 * min(block, number(LANE_BLOCKS, i) - 1);
  if (at < 128) return lane(LANE_SHARES, i) + SHARE_HEAD + at;
  const suffix = lane(LANE_SLOTS, i) + SLOT_PATH + 32 * number(LANE_LEVELS, i);
  return suffix + at - number(LANE_HEADS, i);
}

/** Puts the length of its coinbase into a lane, if `block` is its last. */
@inline
function putLength(i: u32, block: u32): void {
  if (block + 1 !== number(LANE_BLOCKS, i)) return;
  const slot = lane(LANE_SLOTS, i);
  const size = load<u32>(slot, SLOT_WHOLE_SIZE) + number(LANE_HEADS, i) + load<u32>(slot, SLOT_SUFFIX_SIZE);
  store<u32>(W + 480 + 4 * i, size << 3);
}

/** Takes the block at {@link W} into the state. */
function absorb(): void {
  if (lanes === 8) {
    scheduleBlocks8();
    hashBlocks8();
  } else {
    scheduleBlocks4();
    hashBlocks4();
  }
}

/** Takes in the padding that ends a message of 64 bytes. */
function absorbPadding64(): void {
  memory.copy(LANES + BLOCK_KW, KW_PADDING_64, 2048);
  if (lanes === 8) hashBlocks8();
  else hashBlocks4();
}

function begin(): void {
  memory.copy(STATE, LANES + BEGINNING, 256);
}

/** Hashes the hashes in the state again. */
function rehash(): void {
  memory.copy(W, STATE, 256);
  fill(W + 256, 0x80000000);
  memory.fill(W + 288, 0, 192);
  fill(W + 480, 256);
  begin();
  absorb();
}

/** Undoes the step at hand in lanes that had fewer than `step + 1` to do. */
function keepBefore(table: usize, step: u32): void {
  for (let half: usize = 0; half < 32; half += 16) {
    const active = i32x4.gt_s(v128.load(table + half), i32x4.splat(step));
    if (i32x4.all_true(active)) continue;
    for (let t: usize = half; t < 256; t += 32) {
      v128.store(STATE + t, v128.bitselect(v128.load(STATE + t), v128.load(BEFORE + t), active));
    }
  }
}

/** The largest number in a table. */
function mostOf(table: usize): u32 {
  let most: u32 = 0;
  for (let i: u32 = 0; i < lanes; i++) most = max(most, number(table, i));
  return most;
}

/** The coinbases' transaction ids. */
function hashCoinbases(): void {
  gather(STATE, LANE_SLOTS, SLOT_MIDSTATE, false);
  gather(STATE + 128, LANE_SLOTS, SLOT_MIDSTATE + 16, false);
  const blocks = mostOf(LANE_BLOCKS);
  for (let block: u32 = 0; block < blocks; block++) {
    for (let i: u32 = 0; i < lanes; i++) store<u32>(LANE_AT + 4 * i, <u32> blockOf(i, block));
    for (let word: u32 = 0; word < 4; word++) gather(W + 128 * word, LANE_AT, 16 * word, true);
    for (let i: u32 = 0; i < lanes; i++) putLength(i, block);
    memory.copy(BEFORE, STATE, 256);
    absorb();
    keepBefore(LANE_BLOCKS, block);
  }
  rehash();
}

/** From the transaction ids to the merkle roots. */
function foldPaths(): void {
  const levels = mostOf(LANE_LEVELS);
  for (let level: u32 = 0; level < levels; level++) {
    memory.copy(BEFORE, STATE, 256);
    memory.copy(W, STATE, 256);
    // A lane that has no such level reads what comes behind its path.
    gather(W + 256, LANE_SLOTS, SLOT_PATH + 32 * level, false);
    gather(W + 384, LANE_SLOTS, SLOT_PATH + 32 * level + 16, false);
    begin();
    absorb();
    absorbPadding64();
    rehash();
    keepBefore(LANE_LEVELS, level);
  }
}

/** The headers' hashes, with the merkle roots in the state. */
function hashHeaders(prevHashes: usize, offset: usize): void {
  gather(FIELDS, LANE_SHARES, SHARE_VERSION, true);
  memory.copy(W, FIELDS, 32);
  gather(W + 32, prevHashes, offset, true);
  gather(W + 160, prevHashes, offset + 16, true);
  memory.copy(W + 288, STATE, 224);
  memory.copy(BEFORE, STATE + 224, 32);
  begin();
  absorb();
  memory.copy(W, BEFORE, 32);
  memory.copy(W + 32, FIELDS + 32, 96);
  fill(W + 128, 0x80000000);
  memory.fill(W + 160, 0, 320);
  fill(W + 480, 640);
  absorb();
  rehash();
  for (let first: u32 = 0; first < lanes; first += 4) {
    const r0 = lane(LANE_RESULTS, first), r1 = lane(LANE_RESULTS, first + 1);
    const r2 = lane(LANE_RESULTS, first + 2), r3 = lane(LANE_RESULTS, first + 3);
    const state = STATE + 4 * first;
    scatter4(state, r0, r1, r2, r3);
    scatter4(state + 128, r0 + 16, r1 + 16, r2 + 16, r3 + 16);
  }
}

/** The share for lane `i` of those from `first` on; lanes without one repeat the first. */
@inline
function shareOf(area: usize, first: u32, i: u32, count: u32): usize {
  return area + SHARE_SIZE * (first + i < count ? first + i : first);
}

@inline
function resultOf(share: usize, first: u32, i: u32, count: u32): usize {
  return first + i < count ? RESULTS + 32 * load<u32>(share, SHARE_RESULT) : NOWHERE;
}

/** Sets {@link lanes} for `left` shares: four that are enough are faster than eight. */
@inline
function setLanes(left: u32, wide: bool): void {
  lanes = wide && left > 4 ? 8 : 4;
}

/** Hashes the shares that have been put down in both areas, in up to eight lanes if `wide`. */
export function hashShares(extended: u32, standard: u32, wide: bool): void {
  for (let first: u32 = 0; first < extended; first += lanes) {
    setLanes(extended - first, wide);
    for (let i: u32 = 0; i < lanes; i++) {
      const share = shareOf(EXTENDED, first, i, extended);
      setLane(i, share, resultOf(share, first, i, extended));
    }
    hashCoinbases();
    foldPaths();
    hashHeaders(LANE_SLOTS, SLOT_PREV_HASH);
  }
  for (let first: u32 = 0; first < standard; first += lanes) {
    setLanes(standard - first, wide);
    for (let i: u32 = 0; i < lanes; i++) {
      const share = shareOf(STANDARD, first, i, standard);
      store<u32>(LANE_SHARES + 4 * i, share);
      store<u32>(LANE_RESULTS + 4 * i, resultOf(share, first, i, standard));
    }
    gather(STATE, LANE_SHARES, SHARE_ROOT, true);
    gather(STATE + 128, LANE_SHARES, SHARE_ROOT + 16, true);
    hashHeaders(LANE_SHARES, SHARE_PREV_HASH);
  }
}
