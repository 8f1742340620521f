import type { Fields, Message, Values } from "../../codec/message.ts";
import type { Entry } from "../entry.ts";

/** The value of an entry that is `message`; undefined if it is none, or could not be decoded. */
export function valueIn<F extends Fields>(
  entry: Entry,
  message: Message<F>,
): Values<F> | undefined {
  if (entry.kind !== "frame" || entry.message as unknown !== message) return undefined;
  return entry.value as Values<F> | undefined;
}

/**
 * Bytes to be kept for long. What was decoded may be a small part of memory that is shared, see
 * `lib/codec/memory.ts`; kept as it is, four bytes could keep eight thousand alive.
 */
export function kept(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

/** The same for many, which share one piece of memory. @param parts 32 bytes each. */
export function keptHashes(parts: readonly Uint8Array[]): Uint8Array[] {
  const whole = new Uint8Array(parts.length * 32);
  return parts.map((part, i) => {
    whole.set(part, i * 32);
    return whole.subarray(i * 32, i * 32 + 32);
  });
}
