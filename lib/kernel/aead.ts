import { UsageError } from "../errors.ts";
import * as wasm from "./kernel.wasm";
import { BYTES } from "./memory.ts";

// Arguments are lists and not objects because these run for every frame. Keys are handed over with
// each call and wiped at its end, so that the kernel knows no connection.

const MAC_SIZE = 16;
/** Longest plaintext that is sealed or opened at once: what a Noise message can hold. */
export const TEXT_LIMIT = 65519;
/** Sealed bytes of frames that are opened by one call, and of those that are made by one. */
export const FRAMES_LIMIT: number = wasm.TEXT_SIZE;

/**
 * ChaCha20-Poly1305 of RFC 8439, nonce as in Noise: encrypts `plaintext` to `into`, from `at` on, MAC
 * behind it.
 *
 * @param key 32 bytes.
 * @param counter The nonce, an integer from 0 to 2^53 - 1; never twice with one key.
 * @param associated At most 1,024 bytes.
 * @param plaintext At most {@link TEXT_LIMIT} bytes. May overlap `into`.
 * @throws {UsageError} If one of them has another size. `RangeError` if there is no room.
 */
export function seal(
  key: Uint8Array,
  counter: number,
  associated: Uint8Array,
  plaintext: Uint8Array,
  into: Uint8Array,
  at: number,
): void {
  const { length } = plaintext;
  prepare(key, associated, length);
  BYTES.set(plaintext, wasm.TEXT_IN);
  wasm.sealText(counter, Math.floor(counter / 2 ** 32), associated.length, length);
  copyOut(length + MAC_SIZE, into, at);
}

/**
 * Checks `sealed`, ciphertext and MAC, and decrypts it to `into` from `at` on.
 *
 * @param sealed 16 to {@link TEXT_LIMIT} + 16 bytes. May overlap `into`.
 * @returns `false` if it is not authentic; `into` is as it was then.
 * @throws {UsageError} If an argument has a size that cannot be. `RangeError` if there is no room.
 */
export function open(
  key: Uint8Array,
  counter: number,
  associated: Uint8Array,
  sealed: Uint8Array,
  into: Uint8Array,
  at: number,
): boolean {
  const length = sealed.length - MAC_SIZE;
  prepare(key, associated, length);
  BYTES.set(sealed, wasm.TEXT_IN);
  const high = Math.floor(counter / 2 ** 32);
  if (wasm.openText(counter, high, associated.length, length) === 0) return false;
  copyOut(length, into, at);
  return true;
}

/**
 * Seals whole Sv2 frames, SV2 §4.6: each header with a nonce, each chunk of payload with the next.
 *
 * @param counter The first nonce. One more is used for every 16 bytes by which the result is longer
 * than `frames`.
 * @param frames Headers and payloads, one after the other. Sealed at most {@link FRAMES_LIMIT} bytes.
 * @returns Bytes written to `into`, from `at` on.
 * @throws {UsageError} If they are not whole frames or too long. `RangeError` if there is no room.
 */
export function sealFrames(
  key: Uint8Array,
  counter: number,
  frames: Uint8Array,
  into: Uint8Array,
  at: number,
): number {
  const { length } = frames;
  if (length === 0) return 0;
  if (key.length !== 32 || length > FRAMES_LIMIT) {
    throw new UsageError("Cannot seal frames: key not of 32 bytes, or too much at once");
  }
  BYTES.set(key, wasm.KEY);
  BYTES.set(frames, wasm.TEXT_IN);
  const written = wasm.sealFrames(counter, Math.floor(counter / 2 ** 32), length) >>> 0;
  if (written === 0) throw new UsageError("Cannot seal frames: not whole, or too much at once");
  copyOut(written, into, at);
  return written;
}

/** What {@link openFrames} did. One object for all calls: read it before the next. */
export interface Opened {
  /** Sealed bytes of the frames that were opened. */
  readonly consumed: number;
  /** Bytes of plain frames written. One nonce was used for every 16 bytes fewer than consumed. */
  readonly written: number;
  /**
   * Why it went no further: the next frame is not all there (or not begun); is not authentic; or
   * has a payload of several chunks, to be opened one by one.
   */
  readonly stopped: "incomplete" | "unauthentic" | "long";
}

const opened = { consumed: 0, written: 0, stopped: "incomplete" as Opened["stopped"] };
const STOPPED = ["incomplete", "unauthentic", "long"] as const;

/**
 * Opens as many whole frames as there are, from a boundary of frames on. A frame of which a part is
 * missing uses no nonce and is looked at again by the next call.
 *
 * @param counter The nonce of the first header.
 * @param chunk From `from` on; no more than {@link FRAMES_LIMIT} bytes of it are used.
 * @param into Gets the plain frames, headers and payloads one after the other; at least as long as
 * what is used of `chunk`. Only what is authentic gets there.
 */
export function openFrames(
  key: Uint8Array,
  counter: number,
  chunk: Uint8Array,
  from: number,
  into: Uint8Array,
): Opened {
  if (key.length !== 32) throw new UsageError("Cannot open frames: key not of 32 bytes");
  const size = Math.min(chunk.length - from, FRAMES_LIMIT);
  BYTES.set(key, wasm.KEY);
  BYTES.set(chunk.length === size ? chunk : chunk.subarray(from, from + size), wasm.TEXT_IN);
  opened.consumed = wasm.openFrames(counter, Math.floor(counter / 2 ** 32), size);
  opened.written = wasm.openedSize();
  opened.stopped = STOPPED[wasm.openStopped()] ?? "unauthentic";
  copyOut(opened.written, into, 0);
  return opened;
}

function prepare(key: Uint8Array, associated: Uint8Array, length: number): void {
  if (
    key.length !== 32 || associated.length > wasm.ASSOCIATED_SIZE || length < 0 ||
    length > TEXT_LIMIT
  ) {
    throw new UsageError("Cannot seal or open: key, associated data or text of wrong size");
  }
  BYTES.set(key, wasm.KEY);
  if (associated.length > 0) BYTES.set(associated, wasm.ASSOCIATED);
}

function copyOut(size: number, into: Uint8Array, at: number): void {
  into.set(BYTES.subarray(wasm.TEXT_OUT, wasm.TEXT_OUT + size), at);
}
