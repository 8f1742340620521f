import { DecodeError } from "../errors.ts";
import type { UnixSeconds } from "../time.ts";
import { hexFromBytes } from "./bytes.ts";
import { sha256d } from "./hash.ts";

/** Bytes of a block header. */
export const HEADER_SIZE = 80;

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

/** Hash of the header, in the byte order in which the next header names it. */
export function blockHash(header: BlockHeader | Uint8Array): Uint8Array {
  return sha256d(header instanceof Uint8Array ? header : encodeHeader(header));
}

/** A block hash or transaction id as people read it: last byte first. */
export function displayHash(hash: Uint8Array): string {
  return hexFromBytes(hash.toReversed());
}
