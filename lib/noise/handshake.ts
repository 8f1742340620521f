/**
 * The handshake, SV2 §4.5: Noise NX with ElligatorSwift keys, and a certificate for the server.
 *
 * ```text
 * -> e
 * <- e, ee, s, es, SIGNATURE_NOISE_MESSAGE
 * ```
 *
 * Both sides are values that are handed randomness and time; each serves one handshake, in which its
 * ephemeral key is erased.
 *
 * @module
 */

import { concatBytes } from "../bitcoin/bytes.ts";
import { DecodeError, UsageError } from "../errors.ts";
import type { UnixSeconds } from "../time.ts";
import { MAC_SIZE } from "./aead.ts";
import {
  CERTIFICATE_SIZE,
  checkCertificate,
  type ServerIdentity,
  type Validity,
  validityOf,
} from "./certificate.ts";
import {
  type EphemeralKey,
  hashSharedX,
  isPublicKey,
  type Point,
  pointAt,
  sharedX,
} from "./crypto.ts";
import { AEAD } from "./ciphers.ts";
import { decodeX, ENCODING_SIZE } from "./ellswift.ts";
import { HandshakeError } from "./handshake_error.ts";
import { SymmetricState } from "./symmetric.ts";

/** Bytes of Act 1. */
export const ACT1_SIZE = ENCODING_SIZE;

/** Bytes of Act 2: the table of SV2 §4.5.2 added up. The "170 bytes" below it are of older keys. */
export const ACT2_SIZE = ENCODING_SIZE + (ENCODING_SIZE + MAC_SIZE) + (CERTIFICATE_SIZE + MAC_SIZE);

const NOTHING: Uint8Array = new Uint8Array(0);

/** What a handshake leaves, from this side's point of view. The keys are the caller's to erase. */
export interface Split {
  /** 32 bytes. */
  readonly sendKey: Uint8Array;
  /** 32 bytes. */
  readonly receiveKey: Uint8Array;
  /** 32 bytes, the same on both sides; names the session and is no secret. */
  readonly handshakeHash: Uint8Array;
}

/** What the dialling side brings to one handshake. */
export interface InitiatorOptions {
  /** Whom to trust: 32 bytes, x-only. Without it the server proves nothing, {@link Initiator.authenticated}. */
  readonly authorityKey?: Uint8Array | undefined;
  readonly ephemeral: EphemeralKey;
  /** The time the certificate is held against. */
  readonly unix: UnixSeconds;
}

/** The side that dials. */
export class Initiator {
  readonly #options: InitiatorOptions;
  readonly #state = new SymmetricState(AEAD);
  readonly #act1: Uint8Array;
  #validity: Validity | undefined;
  #done = false;

  constructor(options: InitiatorOptions) {
    if (options.authorityKey !== undefined && !isPublicKey(options.authorityKey)) {
      throw new UsageError("Cannot trust authority key: not a point on the curve");
    }
    this.#options = options;
    // -> e
    this.#act1 = options.ephemeral.encoding;
    this.#state.mixHash(this.#act1);
    this.#state.encryptAndHash(NOTHING);
  }

  /** Whether {@link Initiator.receive} proves who the server is. */
  get authenticated(): boolean {
    return this.#options.authorityKey !== undefined;
  }

  /** When the server's certificate holds, once it was received. Proven if {@link authenticated}. */
  get validity(): Validity | undefined {
    return this.#validity;
  }

  /** The 64 bytes to send first. */
  act1(): Uint8Array {
    return this.#act1;
  }

  /**
   * Takes the server's answer and checks who it is. To be called once.
   *
   * @param act2 Exactly {@link ACT2_SIZE} bytes from the peer.
   * @throws {HandshakeError} If it is not the server it should be. The connection has to be closed.
   */
  receive(act2: Uint8Array): Split {
    assertOnce(this.#done);
    this.#done = true;
    const state = this.#state;
    const { ephemeral, authorityKey, unix } = this.#options;
    try {
      assertSize(act2, ACT2_SIZE);
      // <- e
      const theirs = act2.slice(0, ENCODING_SIZE);
      state.mixHash(theirs);
      // <- ee
      state.mixKey(this.#ecdh(theirs));
      // <- s
      const server = this.#open(act2, ENCODING_SIZE, ENCODING_SIZE, "static key");
      // <- es
      state.mixKey(this.#ecdh(server));
      // <- SIGNATURE_NOISE_MESSAGE
      const at = ENCODING_SIZE * 2 + MAC_SIZE;
      const certificate = this.#open(act2, at, CERTIFICATE_SIZE, "certificate");
      this.#validity = validityOf(certificate);
      checkCertificate({ certificate, staticKey: decodeX(server), authorityKey, unix });
      const handshakeHash = state.hash;
      const { fromInitiator, fromResponder } = state.split();
      return { sendKey: fromInitiator, receiveKey: fromResponder, handshakeHash };
    } finally {
      ephemeral.secret.fill(0);
      state.erase();
    }
  }

  #ecdh(theirs: Uint8Array): Uint8Array {
    const { secret, encoding } = this.#options.ephemeral;
    const shared = sharedX(secret, pointAt(decodeX(theirs)));
    const mixed = hashSharedX({ initiator: encoding, responder: theirs }, shared);
    shared.fill(0);
    return mixed;
  }

  #open(act2: Uint8Array, at: number, size: number, what: string): Uint8Array {
    try {
      return this.#state.decryptAndHash(act2.subarray(at, at + size + MAC_SIZE), what);
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      throw new HandshakeError(
        "act-2-unauthentic",
        `The server's ${what} does not decrypt: it does not speak Stratum V2, or something between ` +
          "changes what is sent",
        { cause },
      );
    }
  }
}

/** What the listening side brings to one handshake. */
export interface ResponderOptions {
  readonly identity: ServerIdentity;
  readonly ephemeral: EphemeralKey;
}

/** The side that listens. */
export class Responder {
  readonly #options: ResponderOptions;
  #done = false;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /**
   * Answers Act 1. Any 64 bytes are answered: whether they were meant is seen when the first frame
   * decrypts. To be called once.
   *
   * @param act1 Exactly {@link ACT1_SIZE} bytes from the peer.
   */
  receive(act1: Uint8Array): { readonly act2: Uint8Array; readonly split: Split } {
    assertOnce(this.#done);
    this.#done = true;
    const { identity, ephemeral } = this.#options;
    const state = new SymmetricState(AEAD);
    try {
      assertSize(act1, ACT1_SIZE);
      // -> e
      const theirs = act1.slice();
      state.mixHash(theirs);
      state.decryptAndHash(NOTHING, "act 1");
      const point = pointAt(decodeX(theirs));
      // <- e
      state.mixHash(ephemeral.encoding);
      // <- ee
      state.mixKey(ecdh(theirs, point, ephemeral.secret, ephemeral.encoding));
      // <- s
      const sealedKey = state.encryptAndHash(identity.staticEncoding);
      // <- es
      state.mixKey(ecdh(theirs, point, identity.staticSecret, identity.staticEncoding));
      // <- SIGNATURE_NOISE_MESSAGE
      const sealedCertificate = state.encryptAndHash(identity.certificate);
      const handshakeHash = state.hash;
      const { fromInitiator, fromResponder } = state.split();
      return {
        act2: concatBytes(ephemeral.encoding, sealedKey, sealedCertificate),
        split: { sendKey: fromResponder, receiveKey: fromInitiator, handshakeHash },
      };
    } finally {
      ephemeral.secret.fill(0);
      state.erase();
    }
  }
}

/** The responder's ECDH. @param point `theirs` decoded, once for both. */
function ecdh(
  theirs: Uint8Array,
  point: Point,
  secret: Uint8Array,
  encoding: Uint8Array,
): Uint8Array {
  const shared = sharedX(secret, point);
  const mixed = hashSharedX({ initiator: theirs, responder: encoding }, shared);
  shared.fill(0);
  return mixed;
}

function assertOnce(done: boolean): void {
  if (done) throw new UsageError("Cannot use a handshake twice: its key is gone");
}

function assertSize(act: Uint8Array, size: number): void {
  if (act.length !== size) throw new UsageError(`Cannot read act: not ${size} bytes`);
}
