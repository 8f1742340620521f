import { MAX_PAYLOAD_SIZE } from "../../codec/writer.ts";
import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { MAC_SIZE } from "../../noise/aead.ts";
import { CHUNK_SIZE } from "../../noise/transport.ts";
import type { Side } from "../keys/keys.ts";

/** Bytes of a frame's header once it is encrypted. */
export const SEALED_HEADER_SIZE = FRAME_HEADER_SIZE + MAC_SIZE;

/**
 * Bytes of payload in `sealed` encrypted bytes, if they are one frame: 22 bytes of header, then 16 more
 * than the payload for each 65,519 bytes of it.
 *
 * @returns `undefined` if no single frame has this size.
 */
export function payloadOfSealed(sealed: number): number | undefined {
  const rest = sealed - SEALED_HEADER_SIZE;
  if (rest === 0) return 0;
  const chunks = Math.ceil(rest / (CHUNK_SIZE + MAC_SIZE));
  const payload = rest - chunks * MAC_SIZE;
  // The last chunk has at least one byte.
  const fits = payload > (chunks - 1) * CHUNK_SIZE && payload <= MAX_PAYLOAD_SIZE;
  return chunks > 0 && fits ? payload : undefined;
}

/** Messages that `side` sends whose payload always has `payload` bytes. */
export function messagesOfSize(payload: number, side: Side): string[] {
  return MESSAGES.filter(({ minSize, maxSize, from }) =>
    minSize === payload && maxSize === payload && (from === side || from === "both")
  ).map(({ name }) => name);
}

/**
 * Most nonces that a sender can use in `bytes` encrypted bytes: a frame with one byte of payload takes
 * two in 39 bytes. One more for a frame that began before, one for a header that ends after.
 */
export function mostNonces(bytes: number): number {
  return 2 * Math.ceil(bytes / (SEALED_HEADER_SIZE + 1 + MAC_SIZE)) + 2;
}
