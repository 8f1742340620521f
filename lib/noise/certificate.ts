import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import { UsageError } from "../errors.ts";
import { spanOf, type UnixSeconds, utc } from "../time.ts";
import { publicKeyOf, sign, verify } from "./crypto.ts";
import { encodeX } from "./ellswift.ts";
import { HandshakeError } from "./handshake_error.ts";
import { formatAuthorityKey } from "./keys.ts";

/** Bytes of SIGNATURE_NOISE_MESSAGE, SV2 §4.5.2. */
export const CERTIFICATE_SIZE = 74;

/** The only version there is. */
const VERSION = 0;

/** Seconds by which a clock may be wrong in either direction; the reference allows as many. */
export const CLOCK_LEEWAY = 10;

const LAST_SECOND = 0xffff_ffff;

/** A server's static key and what its authority says about it; serves any number of handshakes. */
export interface ServerIdentity {
  /** 32 bytes. */
  readonly staticSecret: Uint8Array;
  /** The static public key as it goes over the wire: 64 bytes, ElligatorSwift. */
  readonly staticEncoding: Uint8Array;
  /** SIGNATURE_NOISE_MESSAGE, 74 bytes. */
  readonly certificate: Uint8Array;
  /** Whose signature that is: the public key that clients are given, 32 bytes, x-only. */
  readonly authorityKey: Uint8Array;
  readonly validFrom: UnixSeconds;
  readonly notValidAfter: UnixSeconds;
}

/** What goes into a server's certificate; all of it is the operator's. */
export interface IdentityOptions {
  /** 32 bytes; used here and not kept. */
  readonly authoritySecret: Uint8Array;
  /** 32 bytes; kept, not copied. */
  readonly staticSecret: Uint8Array;
  readonly validFrom: UnixSeconds;
  readonly notValidAfter: UnixSeconds;
}

/**
 * Signs a static key with the authority's, SV2 §4.5.3. Deterministic: the encoding of the static key
 * only travels encrypted, and BIP 340 derives its nonce from the secret and the message.
 *
 * @throws {UsageError} If a secret is not in `1..n-1` or a time is not 32 bits.
 */
export function issueIdentity(options: IdentityOptions): ServerIdentity {
  const { authoritySecret, staticSecret, validFrom, notValidAfter } = options;
  const terms = new Uint8Array(10);
  const view = new DataView(terms.buffer);
  view.setUint16(0, VERSION, true);
  view.setUint32(2, assertSecond(validFrom), true);
  view.setUint32(6, assertSecond(notValidAfter), true);
  const x = publicKeyOf(staticSecret);
  const signature = sign(signedHash(terms, x), authoritySecret, new Uint8Array(32));
  return {
    staticSecret,
    staticEncoding: encodeX(x, sha256(staticSecret)),
    certificate: concatBytes(terms, signature),
    authorityKey: publicKeyOf(authoritySecret),
    validFrom,
    notValidAfter,
  };
}

function assertSecond(unix: UnixSeconds): UnixSeconds {
  if (Number.isInteger(unix) && unix >= 0 && unix <= LAST_SECOND) return unix;
  throw new UsageError(`Cannot certify until or from second ${unix}: not 32 bits`);
}

/** SHA-256 over version, times and the x-only key, SV2 §4.5.3.1. */
function signedHash(terms: Uint8Array, staticKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(terms, staticKey));
}

/** How identities are made for as long as a server runs. */
export interface IdentityTerms {
  readonly authoritySecret: Uint8Array;
  readonly staticSecret: Uint8Array;
  /** Seconds from issue to expiry, at least 120. Served certificates have half of it left. */
  readonly lifetime: number;
}

/**
 * Certificates begin this many seconds before they are issued, for clients whose clock is behind.
 */
const BACKDATED = 60;

/**
 * The identity to serve at `unix`: `current` while it is good for at least half its lifetime, a new
 * one after that or when the clock was set back.
 */
export function renewIdentity(
  terms: IdentityTerms,
  unix: UnixSeconds,
  current?: ServerIdentity,
): ServerIdentity {
  const { authoritySecret, staticSecret, lifetime } = terms;
  if (!(lifetime >= 2 * BACKDATED)) {
    throw new UsageError(`Cannot issue certificates for ${lifetime} s: at least ${2 * BACKDATED}`);
  }
  if (
    current !== undefined && unix >= current.validFrom &&
    current.notValidAfter - unix >= lifetime / 2
  ) return current;
  return issueIdentity({
    authoritySecret,
    staticSecret,
    validFrom: Math.max(0, unix - BACKDATED),
    notValidAfter: Math.min(LAST_SECOND, unix + lifetime),
  });
}

/** What a client has to judge a server by. */
export interface CertificateCheck {
  /** SIGNATURE_NOISE_MESSAGE as decrypted, 74 bytes. */
  readonly certificate: Uint8Array;
  /** The server's static key as received in this handshake, x-only: what the certificate is about. */
  readonly staticKey: Uint8Array;
  /** From the operator. Without it nothing is proven, and only the version is looked at. */
  readonly authorityKey: Uint8Array | undefined;
  readonly unix: UnixSeconds;
}

/** When a certificate holds, by its own word. */
export interface Validity {
  readonly validFrom: UnixSeconds;
  readonly notValidAfter: UnixSeconds;
}

/** @param certificate SIGNATURE_NOISE_MESSAGE as decrypted, 74 bytes; nothing of it is checked. */
export function validityOf(certificate: Uint8Array): Validity {
  const view = new DataView(certificate.buffer, certificate.byteOffset, certificate.byteLength);
  return { validFrom: view.getUint32(2, true), notValidAfter: view.getUint32(6, true) };
}

/**
 * Checks that the authority vouches for this server now, SV2 §4.5.3. The signature comes before the
 * times, so that what is said about the times is what the authority signed.
 *
 * @throws {HandshakeError}
 */
export function checkCertificate(check: CertificateCheck): void {
  const { certificate, staticKey, authorityKey, unix } = check;
  const view = new DataView(certificate.buffer, certificate.byteOffset, certificate.byteLength);
  const version = view.getUint16(0, true);
  if (version !== VERSION) {
    throw new HandshakeError(
      "certificate-version",
      `The server's certificate is of version ${version}; only version ${VERSION} is known here`,
    );
  }
  if (authorityKey === undefined) return;
  const hash = signedHash(certificate.subarray(0, 10), staticKey);
  if (!verify(certificate.subarray(10), hash, authorityKey)) {
    throw new HandshakeError(
      "wrong-authority-key",
      `The server's certificate is not signed by ${formatAuthorityKey(authorityKey)}: ` +
        "the authority key in the configuration is wrong, or this is not the server it belongs to",
    );
  }
  checkWindow(validityOf(certificate), unix);
}

function checkWindow({ validFrom, notValidAfter }: Validity, unix: UnixSeconds): void {
  if (notValidAfter < validFrom) {
    throw new HandshakeError(
      "certificate-window",
      `The server's certificate ends (${utc(notValidAfter)}) before it begins (${utc(validFrom)})`,
    );
  }
  if (unix + CLOCK_LEEWAY < validFrom) {
    throw new HandshakeError(
      "certificate-not-yet-valid",
      `The server's certificate is not valid before ${utc(validFrom)} and it is ${
        utc(unix)
      } here: ` +
        `your clock seems ${duration(validFrom - unix)} behind, or the server's is ahead`,
    );
  }
  if (unix - CLOCK_LEEWAY > notValidAfter) {
    throw new HandshakeError(
      "certificate-expired",
      `The server's certificate expired at ${utc(notValidAfter)} and it is ${utc(unix)} here: ` +
        `your clock seems ${duration(unix - notValidAfter)} ahead, ` +
        "or the server does not renew its certificate",
    );
  }
}

function duration(seconds: number): string {
  const { count, unit } = spanOf(seconds);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
