/**
 * The curve and the reference cipher: the one door to @noble/curves and @noble/ciphers.
 *
 * @module
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import { UsageError } from "../errors.ts";
import type { Random } from "../ports.ts";
import { type Aead, MAC_SIZE, writeNonce } from "./aead.ts";
import { encodeX } from "./ellswift.ts";
import { isOnCurve, numberFromBytes, P } from "./field.ts";

/** A secret key that is used for one handshake, with its public key as it goes over the wire. */
export interface EphemeralKey {
  /** 32 bytes. Erased when the handshake is over. */
  readonly secret: Uint8Array;
  /** 64 bytes, ElligatorSwift. */
  readonly encoding: Uint8Array;
}

/** Whether 32 bytes are a secret key: a number in `1..n-1`, SV2 §4.3.1.1. */
export function isSecretKey(secret: Uint8Array): boolean {
  return secret.length === 32 && secp256k1.utils.isValidSecretKey(secret);
}

/** Whether 32 bytes are the x coordinate of a point on the curve. */
export function isPublicKey(x: Uint8Array): boolean {
  if (x.length !== 32) return false;
  const number = numberFromBytes(x);
  return number < P && isOnCurve(number);
}

/** The x coordinate of a secret key's point, 32 bytes. @throws {UsageError} If it is no secret key. */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  if (!isSecretKey(secret)) throw new UsageError("Cannot use secret key: not in 1..n-1");
  return schnorr.getPublicKey(secret);
}

/**
 * A key for one handshake out of randomness: a value to be made ahead, in idle time.
 *
 * @param secret 32 random bytes, kept (not copied) until the handshake is over.
 * @param seed 32 random bytes that choose among the encodings.
 * @throws {UsageError} If `secret` is not in `1..n-1`.
 */
export function ephemeralKey(secret: Uint8Array, seed: Uint8Array): EphemeralKey {
  return { secret, encoding: encodeX(publicKeyOf(secret), seed) };
}

/** A fresh {@link EphemeralKey}. @throws {UsageError} If the source of randomness is broken. */
export function generateEphemeral(random: Random): EphemeralKey {
  return ephemeralKey(generateSecretKey(random), random.bytes(32));
}

/**
 * 32 random bytes in `1..n-1`. One draw in 2^128 fails, so a few in a row mean that the source is
 * broken, and no key is better than a bad one.
 *
 * @throws {UsageError} If the source of randomness is broken.
 */
export function generateSecretKey(random: Random): Uint8Array {
  for (let draws = 0; draws < 8; draws++) {
    const secret = random.bytes(32);
    if (isSecretKey(secret)) return secret;
  }
  throw new UsageError("Cannot make secret key: random bytes are not random");
}

/**
 * The x coordinate of `secret` times the point at `x`, whichever of its two y: BIP 324's
 * `ellswift_ecdh_xonly` after decoding.
 *
 * @param x 32 bytes, on the curve.
 */
export function sharedX(secret: Uint8Array, x: Uint8Array): Uint8Array {
  return secp256k1.getSharedSecret(secret, concatBytes(EVEN, x)).slice(1);
}

const EVEN = Uint8Array.of(2);

/** The ends of an ECDH, SV2 §4.4.2. */
export interface Ends {
  /** 64 bytes as they went over the wire; the initiator's always comes first. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
}

const TAG = sha256(new TextEncoder().encode("bip324_ellswift_xonly_ecdh"));

/** `v2_ecdh` of BIP 324 without the multiplication: hashes a shared x with both encodings. */
export function hashSharedX(ends: Ends, shared: Uint8Array): Uint8Array {
  return sha256(concatBytes(TAG, TAG, ends.initiator, ends.responder, shared));
}

/** A signature of BIP 340, 64 bytes. @param aux 32 random bytes. */
export function sign(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array {
  return schnorr.sign(message, secret, aux);
}

/** Whether `signature` is BIP 340's over `message`. Total: false for anything odd. */
export function verify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return signature.length === 64 && publicKey.length === 32 &&
    schnorr.verify(signature, message, publicKey);
}

/** The reference {@link Aead}. */
export const NOBLE: Aead = {
  seal(key, counter, associated, plaintext, into, at): void {
    const nonce = new Uint8Array(12);
    writeNonce(counter, nonce);
    const room = into.subarray(at, at + plaintext.length + MAC_SIZE);
    chacha20poly1305(key, nonce, associated).encrypt(plaintext, room);
  },
  open(key, counter, associated, sealed, into, at): boolean {
    const nonce = new Uint8Array(12);
    writeNonce(counter, nonce);
    const room = into.subarray(at, at + sealed.length - MAC_SIZE);
    try {
      chacha20poly1305(key, nonce, associated).decrypt(sealed, room);
      return true;
    } catch {
      return false;
    }
  },
};
