// A new ArrayBuffer costs Deno 2.9 most of a microsecond, whatever its size, and each small message
// would need one or more. So small arrays share one, as Node's Buffers do. Held for long, such an
// array keeps its whole slab alive; that is the price, and SLAB_SIZE bounds it.
const SLAB_SIZE = 8192;
const SMALL = 1024;

let slab = new Uint8Array(SLAB_SIZE);
let used = 0;

/**
 * `length` bytes that nobody else has, all 0. Its `buffer` may be shared with other such arrays: heed
 * `byteOffset`, and do not transfer it to a worker.
 */
export function allocate(length: number): Uint8Array {
  if (length > SMALL) return new Uint8Array(length);
  if (used + length > SLAB_SIZE) {
    slab = new Uint8Array(SLAB_SIZE);
    used = 0;
  }
  const start = used;
  used += length;
  return slab.subarray(start, used);
}

/** A copy of `bytes`, as {@link allocate} gives memory. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * `bytes` if `more` fit behind the first `used`, or else a copy with room for them: twice as large, as
 * far as that is not beyond `limit`.
 */
export function withRoom(
  bytes: Uint8Array,
  used: number,
  more: number,
  limit: number,
): Uint8Array {
  if (used + more <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(used + more, Math.min(limit, 2 * bytes.length)));
  larger.set(bytes.subarray(0, used));
  return larger;
}
