import { decodeBase58Check, encodeBase58Check } from "../bitcoin/base58.ts";
import { concatBytes } from "../bitcoin/bytes.ts";
import { OperatorError } from "../errors.ts";
import { isPublicKey, isSecretKey } from "./crypto.ts";

/** The version of authority keys, a little-endian U16 before the key, SV2 §4.7. */
const PREFIX = Uint8Array.of(1, 0);

/** An authority's public key as people copy it. @param key 32 bytes, x-only. */
export function formatAuthorityKey(key: Uint8Array): string {
  return encodeBase58Check(concatBytes(PREFIX, key));
}

/**
 * Reads what {@link formatAuthorityKey} writes.
 *
 * @returns 32 bytes, x-only, on the curve.
 * @throws {OperatorError} `config`, saying what is wrong with it.
 */
export function parseAuthorityKey(text: string): Uint8Array {
  const payload = decodeBase58Check(text);
  if (payload === undefined) {
    throw wrong("authority key", "mistyped or cut off: its checksum does not match");
  }
  if (payload.length === 32) {
    throw wrong("authority key", "it looks like a secret key; keep that one to yourself");
  }
  if (payload.length !== 34) throw wrong("authority key", "it does not hold 32 bytes");
  if (payload[0] !== PREFIX[0] || payload[1] !== PREFIX[1]) {
    throw wrong("authority key", "of a version that is not known here");
  }
  const key = payload.slice(2);
  if (!isPublicKey(key)) throw wrong("authority key", "it is not a point on the curve");
  return key;
}

/** A secret key as it stands in a key file. @param secret 32 bytes. */
export function formatSecretKey(secret: Uint8Array): string {
  return encodeBase58Check(secret);
}

/**
 * Reads what {@link formatSecretKey} writes. The specification has no text form for secret keys; this
 * is the reference's, without a prefix.
 *
 * @returns 32 bytes, in `1..n-1`.
 * @throws {OperatorError} `config`; never quotes the key.
 */
export function parseSecretKey(text: string): Uint8Array {
  const payload = decodeBase58Check(text);
  if (payload === undefined) {
    throw wrong("secret key", "mistyped or cut off: its checksum does not match");
  }
  if (payload.length === 34) throw wrong("secret key", "it looks like a public key");
  if (payload.length !== 32) throw wrong("secret key", "it does not hold 32 bytes");
  if (!isSecretKey(payload)) throw wrong("secret key", "out of range");
  return payload;
}

function wrong(what: string, why: string): OperatorError {
  return new OperatorError("config", `Cannot use this ${what}: ${why}`);
}

/** A server, as an operator writes it down. */
export interface StratumUrl {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** 32 bytes, x-only; absent if the address has no path. */
  readonly authorityKey: Uint8Array | undefined;
}

const SCHEME = "stratum2+tcp://";

/**
 * Reads `stratum2+tcp://host:port/KEY`, SV2 §4.7. The key is optional here, as it can be configured
 * apart; whether one may do without it is not for an address to say.
 *
 * @throws {OperatorError} `config`, saying which part is wrong and how it should look.
 */
export function parseStratumUrl(text: string): StratumUrl {
  if (text.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw badUrl(text, `it should start with ${SCHEME}`);
  }
  const rest = text.slice(SCHEME.length);
  const slash = rest.search(/[/?#]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  if (authority.includes("@")) {
    // Not quoted: what is there may be a password.
    throw new OperatorError("config", "Cannot use address: user names have no place in it");
  }
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(authority);
  const hostname = match?.[1] ?? match?.[2];
  if (hostname === undefined) {
    const hint = authority.split(":").length > 2 ? "; an IPv6 address goes in brackets" : "";
    throw badUrl(text, `"${authority}" is not host:port${hint}`);
  }
  if (match?.[3] === undefined) throw badUrl(text, "the port is missing");
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) throw badUrl(text, `there is no port ${port}`);
  return { hostname, port, authorityKey: keyInPath(text, slash < 0 ? "" : rest.slice(slash)) };
}

function keyInPath(text: string, path: string): Uint8Array | undefined {
  if (path === "" || path === "/") return undefined;
  let key: string;
  try {
    key = decodeURIComponent(path.slice(1));
  } catch {
    throw badUrl(text, "its percent signs are not followed by two digits");
  }
  if (!path.startsWith("/") || /[/?#]/.test(key)) {
    throw badUrl(text, "only the authority key may follow the port");
  }
  return parseAuthorityKey(key);
}

function badUrl(text: string, why: string): OperatorError {
  return new OperatorError("config", `Cannot use ${JSON.stringify(text)} as an address: ${why}`);
}
