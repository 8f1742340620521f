import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "./bytes.ts";

// The one door to @noble/hashes. Slow but reviewed: what is hashed a thousand times a second goes
// through lib/kernel, which is checked against this.

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** SHA-256 of SHA-256: block hashes, transaction ids, merkle nodes. 32 bytes. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return nobleSha256(nobleSha256(bytes));
}

/** SHA-256 bound to a purpose, so that a hash made for one is worthless for another. `BIP 340`. */
export function taggedHash(tag: string, ...parts: Uint8Array[]): Uint8Array {
  const tagHash = sha256(new TextEncoder().encode(tag));
  return sha256(concatBytes(tagHash, tagHash, ...parts));
}

/** HMAC-SHA-256, 32 bytes. `RFC 2104` */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message);
}
