import { createBase58check } from "@scure/base";
import { sha256 } from "./hash.ts";

const base58check = createBase58check(sha256);

/**
 * Text of `payload` in base 58 with four bytes of checksum: Sv2 keys, legacy addresses.
 *
 * @see SV2 §4.8
 */
export function encodeBase58Check(payload: Uint8Array): string {
  return base58check.encode(payload);
}

/**
 * The payload that {@link encodeBase58Check} made `text` from.
 *
 * @param text Anything at all; read from a person or a file.
 * @returns `undefined` if it is not base 58, too short, or its checksum is wrong. The reason never
 * quotes `text`, which may be a secret key.
 */
export function decodeBase58Check(text: string): Uint8Array | undefined {
  if (text.length > MAX_TEXT) return undefined;
  try {
    return base58check.decode(text);
  } catch {
    return undefined;
  }
}

// Base 58 takes time in the square of its length; nothing we read is longer than an extended key.
const MAX_TEXT = 120;
