// Hashes shares: the coinbase from a midstate, its merkle path up to the root, the header; four at a
// time. Shares of one batch may belong to different jobs: a lane that is done with its coinbase or
// its path earlier than the others goes on with bytes that do not matter, and its result is kept.

import { gather4, scatter4 } from "./lanes";
import { rehash } from "./digest";
import { absorb1, begin, compress, IV, KW, KW_PADDING_64, schedule, W } from "./sha256";

/** Where slots are. What is below belongs to the module. */
export const ARENA: usize = 1 << 20;
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
export const SHARE_TIME: i32 = 8;
export const SHARE_N_BITS: i32 = 12;
export const SHARE_NONCE: i32 = 16;
/** Bytes of the extranonce. */
export const SHARE_EXTRANONCE_SIZE: i32 = 20;
/** Its place among the results. */
export const SHARE_RESULT: i32 = 24;
/** Of a standard share. */
export const SHARE_PREV_HASH: i32 = 32;
export const SHARE_ROOT: i32 = 64;
/** Up to 64 bytes. */
export const SHARE_EXTRANONCE: i32 = 128;
/** Scratch: the first two blocks after the midstate, and room for what is copied too much. */
const SHARE_HEAD = 192;
export const SHARE_SIZE: i32 = 512;

/** In: extended and standard shares. */
export const SHARES_LIMIT: i32 = 64;
export const EXTENDED: usize = memory.data(64 * 512, 64);
export const STANDARD: usize = memory.data(64 * 512, 64);
/** Out: 32 bytes a share. */
export const RESULTS_LIMIT: i32 = 4096;
export const RESULTS: usize = memory.data(4096 * 32, 64);

/** What the lanes work on. */
const LANE_SHARES: usize = memory.data(16, 16);
const LANE_SLOTS: usize = memory.data(16, 16);
const LANE_HEADS: usize = memory.data(16, 16);
const LANE_BLOCKS: usize = memory.data(16, 16);
const LANE_LEVELS: usize = memory.data(16, 16);
const LANE_RESULTS: usize = memory.data(16, 16);
/** The eight vectors of the hash at hand, and what they were before the step at hand. */
const STATE: usize = memory.data(128, 16);
const BEFORE: usize = memory.data(128, 16);
/** Version, time, nBits and nonce of the headers. */
const FIELDS: usize = memory.data(64, 16);
/** Where the results of lanes go that have nothing to do. */
const NOWHERE: usize = memory.data(32, 16);

@inline
function lane(table: usize, i: usize): usize {
  return load<u32>(table + 4 * i);
}

@inline
function gather(to: usize, table: usize, offset: usize, swap: bool): void {
  gather4(
    to,
    lane(table, 0) + offset,
    lane(table, 1) + offset,
    lane(table, 2) + offset,
    lane(table, 3) + offset,
    swap,
  );
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
function setLane(i: usize, share: usize, result: usize): void {
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
function blockOf(i: usize, block: usize): usize {
  const at = 64 * min<usize>(block, lane(LANE_BLOCKS, i) - 1);
  if (at < 128) return lane(LANE_SHARES, i) + SHARE_HEAD + at;
  const suffix = lane(LANE_SLOTS, i) + SLOT_PATH + 32 * lane(LANE_LEVELS, i);
  return suffix + at - lane(LANE_HEADS, i);
}

/** Puts the length of its coinbase into a lane, if `block` is its last. */
@inline
function putLength(i: usize, block: usize): void {
  if (block + 1 !== lane(LANE_BLOCKS, i)) return;
  const slot = lane(LANE_SLOTS, i);
  const size = load<u32>(slot, SLOT_WHOLE_SIZE) + lane(LANE_HEADS, i) + load<u32>(slot, SLOT_SUFFIX_SIZE);
  store<u32>(W + 240 + 4 * i, size << 3);
}

/** Remembers the state, so that {@link keepBefore} can leave some lanes as they were. */
@inline
function saveState(): void {
  copy64(BEFORE, STATE);
  copy64(BEFORE + 64, STATE + 64);
}

/** Undoes the step at hand in lanes that had fewer than `step + 1` to do. */
function keepBefore(table: usize, step: i32): void {
  const active = i32x4.gt_s(v128.load(table), i32x4.splat(step));
  if (i32x4.all_true(active)) return;
  for (let t: usize = 0; t < 128; t += 16) {
    v128.store(STATE + t, v128.bitselect(v128.load(STATE + t), v128.load(BEFORE + t), active));
  }
}

@inline
function mostOf(table: usize): usize {
  return max(
    max(lane(table, 0), lane(table, 1)),
    max(lane(table, 2), lane(table, 3)),
  );
}

/** The coinbases' transaction ids. */
function hashCoinbases(): void {
  gather(STATE, LANE_SLOTS, SLOT_MIDSTATE, false);
  gather(STATE + 64, LANE_SLOTS, SLOT_MIDSTATE + 16, false);
  const blocks = mostOf(LANE_BLOCKS);
  for (let block: usize = 0; block < blocks; block++) {
    const p0 = blockOf(0, block), p1 = blockOf(1, block);
    const p2 = blockOf(2, block), p3 = blockOf(3, block);
    gather4(W, p0, p1, p2, p3, true);
    gather4(W + 64, p0 + 16, p1 + 16, p2 + 16, p3 + 16, true);
    gather4(W + 128, p0 + 32, p1 + 32, p2 + 32, p3 + 32, true);
    gather4(W + 192, p0 + 48, p1 + 48, p2 + 48, p3 + 48, true);
    for (let i: usize = 0; i < 4; i++) putLength(i, block);
    saveState();
    schedule();
    compress(STATE, KW);
    keepBefore(LANE_BLOCKS, block);
  }
  rehash(STATE);
}

/** From the transaction ids to the merkle roots. */
function foldPaths(): void {
  const levels = mostOf(LANE_LEVELS);
  for (let level: usize = 0; level < levels; level++) {
    // A lane that has no such level reads what comes behind its path.
    gather(W + 128, LANE_SLOTS, SLOT_PATH + 32 * level, false);
    gather(W + 192, LANE_SLOTS, SLOT_PATH + 32 * level + 16, false);
    saveState();
    copy64(W, STATE);
    copy64(W + 64, STATE + 64);
    begin(STATE);
    schedule();
    compress(STATE, KW);
    compress(STATE, KW_PADDING_64);
    rehash(STATE);
    keepBefore(LANE_LEVELS, level);
  }
}

/** The headers' hashes, with the merkle roots at {@link STATE}. */
function hashHeaders(prevHashes: usize, offset: usize): void {
  gather(FIELDS, LANE_SHARES, SHARE_VERSION, true);
  v128.store(W, v128.load(FIELDS));
  gather(W + 16, prevHashes, offset, true);
  gather(W + 80, prevHashes, offset + 16, true);
  for (let t: usize = 0; t < 112; t += 16) v128.store(W + 144 + t, v128.load(STATE + t));
  const root7 = v128.load(STATE, 112);
  begin(STATE);
  schedule();
  compress(STATE, KW);
  v128.store(W, root7);
  v128.store(W, v128.load(FIELDS, 16), 16);
  v128.store(W, v128.load(FIELDS, 32), 32);
  v128.store(W, v128.load(FIELDS, 48), 48);
  v128.store(W, i32x4.splat(0x80000000), 64);
  for (let t: usize = 80; t < 240; t += 16) v128.store(W + t, i32x4.splat(0));
  v128.store(W, i32x4.splat(640), 240);
  schedule();
  compress(STATE, KW);
  rehash(STATE);
  const r0 = lane(LANE_RESULTS, 0), r1 = lane(LANE_RESULTS, 1);
  const r2 = lane(LANE_RESULTS, 2), r3 = lane(LANE_RESULTS, 3);
  scatter4(STATE, r0, r1, r2, r3);
  scatter4(STATE + 64, r0 + 16, r1 + 16, r2 + 16, r3 + 16);
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

/** Hashes the shares that have been put down in both areas. */
export function hashShares(extended: u32, standard: u32): void {
  for (let first: u32 = 0; first < extended; first += 4) {
    for (let i: u32 = 0; i < 4; i++) {
      const share = shareOf(EXTENDED, first, i, extended);
      setLane(i, share, resultOf(share, first, i, extended));
    }
    hashCoinbases();
    foldPaths();
    hashHeaders(LANE_SLOTS, SLOT_PREV_HASH);
  }
  for (let first: u32 = 0; first < standard; first += 4) {
    for (let i: u32 = 0; i < 4; i++) {
      const share = shareOf(STANDARD, first, i, standard);
      store<u32>(LANE_SHARES + 4 * i, share);
      store<u32>(LANE_RESULTS + 4 * i, resultOf(share, first, i, standard));
    }
    gather(STATE, LANE_SHARES, SHARE_ROOT, true);
    gather(STATE + 64, LANE_SHARES, SHARE_ROOT + 16, true);
    hashHeaders(LANE_SHARES, SHARE_PREV_HASH);
  }
}
