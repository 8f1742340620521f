/**
 * The one door to @noble/curves, @noble/ciphers and `node:crypto`: keys and points of secp256k1,
 * signatures, HKDF, and two implementations of ChaCha20-Poly1305.
 *
 * Secret keys are multiplied by the platform (in Deno: RustCrypto, constant time), which takes a tenth
 * of the time that bigint does; tests hold it to @noble/curves on random keys.
 *
 * @module
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { schnorr } from "@noble/curves/secp256k1.js";
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import { UsageError } from "../errors.ts";
import type { Random } from "../ports.ts";
import { type Aead, MAC_SIZE, writeNonce } from "./aead.ts";
import { encodeX } from "./ellswift.ts";
import { isOnCurve, N, numberFromBytes, P } from "./field.ts";

/** A secret key that is used for one handshake, with its public key as it goes over the wire. */
export interface EphemeralKey {
  /** 32 bytes. Erased when the handshake is over. */
  readonly secret: Uint8Array;
  /** 64 bytes, ElligatorSwift. */
  readonly encoding: Uint8Array;
}

/** Whether these are a secret key: 32 bytes, a number in `1..n-1`, SV2 §4.3.1.1. */
export function isSecretKey(secret: Uint8Array): boolean {
  if (secret.length !== 32) return false;
  const number = numberFromBytes(secret);
  return number > 0n && number < N;
}

function assertSecretKey(secret: Uint8Array): void {
  if (!isSecretKey(secret)) throw new UsageError("Cannot use secret key: not in 1..n-1");
}

/** Whether these are a public key: 32 bytes, the x coordinate of a point on the curve. */
export function isPublicKey(x: Uint8Array): boolean {
  if (x.length !== 32) return false;
  const number = numberFromBytes(x);
  return number < P && isOnCurve(number);
}

/** The x coordinate of a secret key's point, 32 bytes. @throws {UsageError} If it is no secret key. */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  assertSecretKey(secret);
  const key = createECDH("secp256k1");
  key.setPrivateKey(secret);
  return Uint8Array.from(key.getPublicKey().subarray(1, 33));
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

/** Someone's public key, read once to be multiplied several times. */
export type Point = KeyObject;

// What RFC 5480 and RFC 5208 put around a compressed point and a secret key on secp256k1.
const POINT_PREFIX = Uint8Array.fromHex("3036301006072a8648ce3d020106052b8104000a03220002");
const SECRET_PREFIX = Uint8Array.fromHex(
  "303e020100301006072a8648ce3d020106052b8104000a042730250201010420",
);

/** The point of even y at `x`. @throws If there is none. */
export function pointAt(x: Uint8Array): Point {
  return createPublicKey({ key: der(POINT_PREFIX, x), format: "der", type: "spki" });
}

/**
 * The x coordinate of `secret` times `point`, 32 bytes: `ellswift_ecdh_xonly` of BIP 324 after
 * decoding. The sign of either makes no difference.
 *
 * @throws If `secret` is not in `1..n-1`.
 */
export function sharedX(secret: Uint8Array, point: Point): Uint8Array {
  const key = der(SECRET_PREFIX, secret);
  try {
    const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
    return diffieHellman({ privateKey, publicKey: point });
  } finally {
    key.fill(0);
  }
}

function der(prefix: Uint8Array, body: Uint8Array): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(prefix.length + body.length);
  bytes.set(prefix);
  bytes.set(body, prefix.length);
  return bytes;
}

/** The keys of an ECDH as they went over the wire, 64 bytes each, SV2 §4.4.2. */
export interface Ends {
  /** Always comes first, whoever computes. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
}

const TAG = sha256(new TextEncoder().encode("bip324_ellswift_xonly_ecdh"));

/** `v2_ecdh` of BIP 324 but for the multiplication: binds a shared x to both encodings. */
export function hashSharedX({ initiator, responder }: Ends, shared: Uint8Array): Uint8Array {
  const all = concatBytes(TAG, TAG, initiator, responder, shared);
  const hash = sha256(all);
  all.fill(0);
  return hash;
}

/**
 * A signature of BIP 340, 64 bytes.
 *
 * @param aux 32 bytes, random or not.
 * @throws {UsageError} If `secret` is not in `1..n-1`.
 */
export function sign(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array {
  assertSecretKey(secret);
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

/** HKDF-SHA-256 of RFC 5869 with an empty `info`: two keys of 32 bytes. */
export function hkdf(salt: Uint8Array, material: Uint8Array): [Uint8Array, Uint8Array] {
  const both = new Uint8Array(hkdfSync("sha256", material, salt, "", 64));
  const keys: [Uint8Array, Uint8Array] = [both.slice(0, 32), both.slice(32)];
  both.fill(0);
  return keys;
}

/** The reference {@link Aead}. @param nonceOf For vectors whose nonces are not counters. */
export function nobleAead(nonceOf: (counter: number) => Uint8Array = counterNonce): Aead {
  return {
    seal(key, counter, associated, plaintext, into, at): void {
      const room = into.subarray(at, at + plaintext.length + MAC_SIZE);
      chacha20poly1305(key, nonceOf(counter), associated).encrypt(plaintext, room);
    },
    open(key, counter, associated, sealed, into, at): boolean {
      const room = into.subarray(at, at + sealed.length - MAC_SIZE);
      try {
        chacha20poly1305(key, nonceOf(counter), associated).decrypt(sealed, room);
        return true;
      } catch {
        return false;
      }
    },
  };
}

const CIPHER = "chacha20-poly1305";
const OPTIONS = { authTagLength: MAC_SIZE } as const;

/** The platform's {@link Aead}: slow to start, fast on long texts. @param nonceOf As above. */
export function nativeAead(nonceOf: (counter: number) => Uint8Array = counterNonce): Aead {
  return {
    seal(key, counter, associated, plaintext, into, at): void {
      const cipher = createCipheriv(CIPHER, key, nonceOf(counter), OPTIONS);
      if (associated.length > 0) cipher.setAAD(associated, { plaintextLength: plaintext.length });
      into.set(cipher.update(plaintext), at);
      cipher.final();
      into.set(cipher.getAuthTag(), at + plaintext.length);
    },
    open(key, counter, associated, sealed, into, at): boolean {
      const length = sealed.length - MAC_SIZE;
      const decipher = createDecipheriv(CIPHER, key, nonceOf(counter), OPTIONS);
      if (associated.length > 0) decipher.setAAD(associated, { plaintextLength: length });
      decipher.setAuthTag(sealed.subarray(length));
      const plaintext = decipher.update(sealed.subarray(0, length));
      try {
        decipher.final();
      } catch {
        return false;
      }
      into.set(plaintext, at);
      return true;
    },
  };
}

function counterNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(12);
  writeNonce(counter, nonce);
  return nonce;
}
