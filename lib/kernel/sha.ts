import { UsageError } from "../errors.ts";
import {
  absorbMessage,
  beginMessage,
  DIGEST,
  finishMessage,
  foldMessage,
  MESSAGE,
  MESSAGE_SIZE,
} from "./kernel.wasm";
import { BYTES } from "./memory.ts";

/** SHA-256. @returns 32 bytes of the caller's. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash(bytes, 0);
}

/** SHA-256 of SHA-256: block hashes, transaction ids. @returns 32 bytes of the caller's. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return hash(bytes, 1);
}

/** Levels of a merkle path; a block of 2^32 transactions would not fit anywhere. */
export const MERKLE_LEVELS = 32;

/**
 * The merkle root above a coinbase whose siblings are `path`.
 *
 * @param coinbaseTxid 32 bytes.
 * @param path At most {@link MERKLE_LEVELS}, 32 bytes each, the deepest first. Empty: the root is
 * the id.
 * @returns 32 bytes of the caller's.
 * @throws {UsageError} If something has another size.
 */
export function merkleFold(coinbaseTxid: Uint8Array, path: readonly Uint8Array[]): Uint8Array {
  if (coinbaseTxid.length !== 32 || path.length > MERKLE_LEVELS) {
    throw new UsageError("Cannot fold merkle path: too long, or no id of 32 bytes");
  }
  let at = MESSAGE;
  for (const sibling of path) {
    if (sibling.length !== 32) throw new UsageError("Cannot fold merkle path: not 32 bytes each");
    BYTES.set(sibling, at);
    at += 32;
  }
  BYTES.set(coinbaseTxid, DIGEST);
  foldMessage(path.length);
  return BYTES.slice(DIGEST, DIGEST + 32);
}

function hash(bytes: Uint8Array, twice: 0 | 1): Uint8Array {
  if (bytes.length >= 2 ** 32) throw new UsageError("Cannot hash 4 GiB or more");
  beginMessage();
  let at = 0;
  while (bytes.length - at > MESSAGE_SIZE) {
    BYTES.set(bytes.subarray(at, at + MESSAGE_SIZE), MESSAGE);
    absorbMessage(MESSAGE_SIZE);
    at += MESSAGE_SIZE;
  }
  BYTES.set(at === 0 ? bytes : bytes.subarray(at), MESSAGE);
  finishMessage(bytes.length - at, bytes.length, twice);
  return BYTES.slice(DIGEST, DIGEST + 32);
}
