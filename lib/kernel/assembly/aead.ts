// ChaCha20-Poly1305 (RFC 8439 §2.8) with the nonces of Noise, of one text or of whole Sv2 frames.
//
// A frame is sealed in two texts (SV2 §4.6): its header with one nonce, its payload with the next. Two
// blocks of key stream for the header (the one-time key of its tag and six bytes), two for a payload of
// up to 64 bytes: with four lanes they all come from one pass of the cipher.

import { KEY, makeStream, STREAM, wipe } from "./chacha20";
import { absorbTag, beginTag, finishTag, TAG } from "./poly1305";
import { add, xor } from "./lanes";

/** In: associated data, up to 1 KiB. */
export const ASSOCIATED: usize = memory.data(1024, 16);
/** Bytes of associated data that there is room for. */
export const ASSOCIATED_SIZE: i32 = 1024;
/** In: a text or frames; out: the same sealed or opened. Room for a little more is behind each. */
export const TEXT_SIZE: i32 = 131072;
/** Where what is given goes. */
export const TEXT_IN: usize = memory.data(131072 + 256, 64);
/** Where what is made of it comes out. */
export const TEXT_OUT: usize = memory.data(131072 + 256, 64);

const MAC_SIZE: u32 = 16;
const HEADER_SIZE: u32 = 6;
/** Plaintext of a full chunk of payload. */
const CHUNK_SIZE: u32 = 65519;

/** The last block of what is authenticated: two lengths. Also the last bytes of a text, padded. */
const LENGTHS: usize = memory.data(16, 16);
const PADDED: usize = memory.data(16, 16);
/** 16 bytes of ones, then 16 of zeros: what is left of a block at any length. */
const ONES: usize = memory.data<u64>([~0, ~0, 0, 0]);

const ONE_TIME_KEY: usize = memory.data(32, 16);

/** The nonce at hand. */
let nonce: u64 = 0;

/** Takes `size` bytes into the tag, the last block padded with zeros. */
function absorbPadded(from: usize, size: u32): void {
  const rest = size & 15;
  absorbTag(from, size - rest);
  if (rest === 0) return;
  v128.store(PADDED, v128.and(v128.load(from + size - rest), v128.load(ONES + 16 - rest)));
  absorbTag(PADDED, 16);
}

/** Computes the tag of a ciphertext, with the one-time key at `key`. */
function makeTag(key: usize, associated: u32, from: usize, size: u32): void {
  beginTag(key);
  absorbPadded(ASSOCIATED, associated);
  absorbPadded(from, size);
  store<u64>(LENGTHS, associated);
  store<u64>(LENGTHS, size, 8);
  absorbTag(LENGTHS, 16);
  finishTag();
}

/** Whether the tag at `tag` is the one just made. Looks at all of it in any case. */
@inline
function isTag(tag: usize): bool {
  return !v128.any_true(xor(v128.load(tag), v128.load(TAG)));
}

/**
 * Adds the key stream at `stream` to up to 64 bytes. What is written beyond them is overwritten.
 */
@inline
function cipher64(to: usize, from: usize, stream: usize): void {
  v128.store(to, xor(v128.load(from), v128.load(stream)));
  v128.store(to, xor(v128.load(from, 16), v128.load(stream, 16)), 16);
  v128.store(to, xor(v128.load(from, 32), v128.load(stream, 32)), 32);
  v128.store(to, xor(v128.load(from, 48), v128.load(stream, 48)), 48);
}

/** Makes four blocks of the key stream of `nonce`, from `block` on. */
@inline
function makeBlocks(block: u32): void {
  makeStream(
    add(i32x4.splat(block), i32x4(0, 1, 2, 3)),
    i32x4.splat(<u32> nonce),
    i32x4.splat(<u32> (nonce >> 32)),
  );
}

/** Adds the key stream of `nonce` to bytes `done` to `size` of a text; block 1 is for the first. */
function cipherFrom(done: u32, to: usize, from: usize, size: u32): void {
  while (done < size) {
    makeBlocks(1 + (done >> 6));
    for (let block: u32 = 0; block < 4 && done < size; block++) {
      cipher64(to + done, from + done, STREAM + 64 * block);
      done += 64;
    }
  }
}

@inline
function setNonce(low: u32, high: u32): void {
  nonce = (<u64> high << 32) | low;
}

/** Copies the one-time key at the start of a block, which later blocks overwrite. */
@inline
function keepKey(stream: usize): void {
  v128.store(ONE_TIME_KEY, v128.load(stream));
  v128.store(ONE_TIME_KEY, v128.load(stream, 16), 16);
}

/** Seals a text with the nonce at hand and associated data in place: ciphertext, then tag. */
function seal(to: usize, from: usize, associated: u32, size: u32): void {
  // The first pass of the cipher is good for the tag's key and 192 bytes.
  makeBlocks(0);
  keepKey(STREAM);
  for (let at: u32 = 0; at < min<u32>(size, 192); at += 64) {
    cipher64(to + at, from + at, STREAM + 64 + at);
  }
  cipherFrom(192, to, from, size);
  makeTag(ONE_TIME_KEY, associated, to, size);
  v128.store(to + size, v128.load(TAG));
}

/** Seals `size` bytes at {@link TEXT_IN} to {@link TEXT_OUT}, with the key at {@link KEY}. */
export function sealText(low: u32, high: u32, associated: u32, size: u32): void {
  setNonce(low, high);
  seal(TEXT_OUT, TEXT_IN, associated, size);
  wipe();
}

/** Opens `size` bytes and a tag, likewise. @returns Whether it is authentic; if not, nothing is. */
export function openText(low: u32, high: u32, associated: u32, size: u32): bool {
  setNonce(low, high);
  makeBlocks(0);
  makeTag(STREAM, associated, TEXT_IN, size);
  const authentic = isTag(TEXT_IN + size);
  if (authentic) {
    for (let at: u32 = 0; at < min<u32>(size, 192); at += 64) {
      cipher64(TEXT_OUT + at, TEXT_IN + at, STREAM + 64 + at);
    }
    cipherFrom(192, TEXT_OUT, TEXT_IN, size);
  }
  wipe();
  return authentic;
}

/** Where the four blocks of a frame are: a one-time key and 64 bytes for each of its two texts. */
const HEADER_KEY = STREAM, HEADER_STREAM = STREAM + 64;
const PAYLOAD_KEY = STREAM + 128, PAYLOAD_STREAM = STREAM + 192;

/** Makes the blocks of a frame: two of the nonce at hand, two of the next. */
@inline
function makeFrameBlocks(): void {
  const next = nonce + 1;
  const n0 = <u32> nonce, n1 = <u32> next;
  const high0 = <u32> (nonce >> 32), high1 = <u32> (next >> 32);
  makeStream(
    i32x4(0, 1, 0, 1),
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(n0), 2, n1), 3, n1),
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(high0), 2, high1), 3, high1),
  );
}

/** The 24 bits of `msg_length` in the plain header at `at`. */
@inline
function lengthAt(at: usize): u32 {
  return load<u32>(at, 2) >> 8;
}

/** Bytes of plaintext that {@link openFrames} gave, and why it stopped. */
let opened: u32 = 0;
let stopped: u32 = 0;

/** Bytes of plaintext that the last {@link openFrames} gave. */
export function openedSize(): u32 {
  return opened;
}

/**
 * 0: the next frame is not all there. 1: it is not authentic. 2: its payload has several chunks.
 */
export function openStopped(): u32 {
  return stopped;
}

/**
 * Seals `size` bytes of whole frames at {@link TEXT_IN}, one after the other.
 *
 * @returns Bytes written to {@link TEXT_OUT}: 16 more for every nonce that was used. 0 if the input
 * is not whole frames, or the output would not fit.
 */
export function sealFrames(low: u32, high: u32, size: u32): u32 {
  setNonce(low, high);
  const end = TEXT_IN + size;
  let from = TEXT_IN, to = TEXT_OUT;
  while (from < end) {
    const length = end - from < HEADER_SIZE ? size : lengthAt(from);
    const chunks = (length + CHUNK_SIZE - 1) / CHUNK_SIZE;
    const sealed = HEADER_SIZE + length + MAC_SIZE * (1 + chunks);
    if (end - from < HEADER_SIZE + length || to + sealed > TEXT_OUT + TEXT_SIZE) {
      to = TEXT_OUT;
      break;
    }
    makeFrameBlocks();
    v128.store(to, xor(v128.load(from), v128.load(HEADER_STREAM)));
    makeTag(HEADER_KEY, 0, to, HEADER_SIZE);
    v128.store(to + HEADER_SIZE, v128.load(TAG));
    nonce++;
    from += HEADER_SIZE;
    to += HEADER_SIZE + MAC_SIZE;
    if (length > 0) {
      const first = min(length, CHUNK_SIZE);
      keepKey(PAYLOAD_KEY);
      cipher64(to, from, PAYLOAD_STREAM);
      cipherFrom(64, to, from, first);
      makeTag(ONE_TIME_KEY, 0, to, first);
      v128.store(to + first, v128.load(TAG));
      nonce++;
      from += first;
      to += first + MAC_SIZE;
      for (let rest = length - first; rest > 0;) {
        const chunk = min(rest, CHUNK_SIZE);
        seal(to, from, 0, chunk);
        nonce++;
        from += chunk;
        to += chunk + MAC_SIZE;
        rest -= chunk;
      }
    }
  }
  wipe();
  return <u32> (to - TEXT_OUT);
}

/**
 * Opens the whole frames among the `size` bytes at {@link TEXT_IN}, whose payloads are one chunk, to
 * {@link TEXT_OUT}: plain headers and payloads one after the other.
 *
 * @returns Bytes of them. {@link openedSize} has the plaintext's, 16 fewer for every nonce used.
 */
export function openFrames(low: u32, high: u32, size: u32): u32 {
  setNonce(low, high);
  const end = TEXT_IN + size;
  let from = TEXT_IN, to = TEXT_OUT;
  stopped = 0;
  while (end - from >= HEADER_SIZE + MAC_SIZE) {
    makeFrameBlocks();
    makeTag(HEADER_KEY, 0, from, HEADER_SIZE);
    if (!isTag(from + HEADER_SIZE)) {
      stopped = 1;
      break;
    }
    v128.store(to, xor(v128.load(from), v128.load(HEADER_STREAM)));
    const length = lengthAt(to);
    if (length > CHUNK_SIZE) {
      stopped = 2;
      break;
    }
    const payload = from + HEADER_SIZE + MAC_SIZE;
    const next = payload + (length > 0 ? length + MAC_SIZE : <u32> 0);
    if (next > end) break;
    if (length > 0) {
      makeTag(PAYLOAD_KEY, 0, payload, length);
      if (!isTag(payload + length)) {
        stopped = 1;
        break;
      }
      nonce++;
      cipher64(to + HEADER_SIZE, payload, PAYLOAD_STREAM);
      cipherFrom(64, to + HEADER_SIZE, payload, length);
    }
    nonce++;
    from = next;
    to += HEADER_SIZE + length;
  }
  opened = <u32> (to - TEXT_OUT);
  wipe();
  return <u32> (from - TEXT_IN);
}
