import { DecodeError, UsageError } from "../errors.ts";

/** Bytes that CompactSize takes for `value`: 1, 3, 5 or 9. */
export function compactSizeLength(value: number): number {
  if (value < 0xfd) return 1;
  if (value <= 0xffff) return 3;
  return value <= 0xffff_ffff ? 5 : 9;
}

/**
 * Bitcoin's variable-length number, as counts and lengths in transactions.
 *
 * @param value Integer in `[0, 2^53)`.
 * @throws {UsageError} Outside of that.
 */
export function encodeCompactSize(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new UsageError(`Cannot write ${value} as CompactSize`);
  }
  const bytes = new Uint8Array(compactSizeLength(value));
  const view = new DataView(bytes.buffer);
  if (bytes.length === 1) bytes[0] = value;
  if (bytes.length === 3) {
    bytes[0] = 0xfd;
    view.setUint16(1, value, true);
  }
  if (bytes.length === 5) {
    bytes[0] = 0xfe;
    view.setUint32(1, value, true);
  }
  if (bytes.length === 9) {
    bytes[0] = 0xff;
    view.setBigUint64(1, BigInt(value), true);
  }
  return bytes;
}

/**
 * Reads the number at `at`. Only the shortest form is valid, as in Bitcoin Core: otherwise one
 * transaction would have many encodings.
 *
 * @returns `value` and where the next field begins, `end`.
 * @throws {DecodeError} `truncated`; `malformed` if a shorter form exists; `too-large` from 2^53.
 */
export function decodeCompactSize(
  bytes: Uint8Array,
  at: number,
  path = "compact_size",
): { value: number; end: number } {
  const first = bytes[at];
  if (first === undefined) throw new DecodeError("truncated", path, at);
  if (first < 0xfd) return { value: first, end: at + 1 };
  const end = at + (first === 0xfd ? 3 : first === 0xfe ? 5 : 9);
  if (end > bytes.length) throw new DecodeError("truncated", path, at);
  let value = 0;
  for (let i = end - 1; i > at; i--) value = value * 256 + (bytes[i] ?? 0);
  if (value > Number.MAX_SAFE_INTEGER) throw new DecodeError("too-large", path, at);
  if (compactSizeLength(value) !== end - at) throw new DecodeError("malformed", path, at);
  return { value, end };
}
