import { DecodeError } from "../errors.ts";
import type { UnixSeconds } from "../time.ts";
import { hexFromBytes } from "./bytes.ts";
import { sha256d } from "./hash.ts";

/** Bytes of a block header. */
export const HEADER_SIZE = 80;

/** Seconds that a header's time may be ahead of the clock, by consensus. */
export const MAX_FUTURE_TIME = 7_200;

/** What proof of work is done on. Hashes are in the header's byte order, reversed in displays. */
export interface BlockHeader {
  /** Unsigned, 32 bits; which of them a miner may change is SV2 §5.1. */
  readonly version: number;
  readonly prevHash: Uint8Array;
  readonly merkleRoot: Uint8Array;
  readonly time: UnixSeconds;
  /** The network's target in compact form, see `targetFromCompact`. */
  readonly nBits: number;
  readonly nonce: number;
}

/** The 80 bytes that are hashed. */
export function encodeHeader(header: BlockHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.version, true);
  bytes.set(header.prevHash, 4);
  bytes.set(header.merkleRoot, 36);
  view.setUint32(68, header.time, true);
  view.setUint32(72, header.nBits, true);
  view.setUint32(76, header.nonce, true);
  return bytes;
}

/** @throws {DecodeError} If `bytes` are fewer or more than 80. */
export function decodeHeader(bytes: Uint8Array): BlockHeader {
  if (bytes.length < HEADER_SIZE) throw new DecodeError("truncated", "block_header", bytes.length);
  if (bytes.length > HEADER_SIZE) throw new DecodeError("too-long", "block_header", HEADER_SIZE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  return {
    version: view.getUint32(0, true),
    prevHash: bytes.slice(4, 36),
    merkleRoot: bytes.slice(36, 68),
    time: view.getUint32(68, true),
    nBits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  };
}

/** What a miner may change in a header that it was given, and a device reports of a hash it found. */
export type Rolled = Pick<BlockHeader, "version" | "time" | "nonce">;

/** A copy of an encoded header, with another version, time or nonce. @param header 80 bytes. */
export function rolledHeader(header: Uint8Array, rolled: Partial<Rolled>): Uint8Array {
  const bytes = header.slice();
  const view = new DataView(bytes.buffer);
  if (rolled.version !== undefined) view.setUint32(0, rolled.version, true);
  if (rolled.time !== undefined) view.setUint32(68, rolled.time, true);
  if (rolled.nonce !== undefined) view.setUint32(NONCE_AT, rolled.nonce, true);
  return bytes;
}

/** Changes the nonce in place: for loops over nonces. @param header 80 bytes. */
export function setNonce(header: Uint8Array, nonce: number): void {
  header[NONCE_AT] = nonce;
  header[NONCE_AT + 1] = nonce >>> 8;
  header[NONCE_AT + 2] = nonce >>> 16;
  header[NONCE_AT + 3] = nonce >>> 24;
}

const NONCE_AT = 76;

/** Hash of the header, in the byte order in which the next header names it. */
export function blockHash(header: BlockHeader | Uint8Array): Uint8Array {
  return sha256d(header instanceof Uint8Array ? header : encodeHeader(header));
}

/** A block hash or transaction id as people read it: last byte first. */
export function displayHash(hash: Uint8Array): string {
  return hexFromBytes(hash.toReversed());
}
