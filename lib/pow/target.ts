import { PeerError, UsageError } from "../errors.ts";

/** The easiest target there is: every hash meets it. */
export const MAX_TARGET = (1n << 256n) - 1n;

/** The target whose difficulty is 1: that of Bitcoin's first block, `nBits` 0x1d00ffff. */
export const DIFFICULTY_ONE = 0xffffn << 208n;

/**
 * Target at which a device finds shares at a given pace.
 *
 * With `n = floor(hashRate * secondsPerShare)` hashes a share, that is
 * `(2^256 - 1 - n) div (n + 1)`: the formula of the reference implementation, to the bit, so that
 * both sides of a connection compute one target. A device too slow for the pace gets the easiest.
 *
 * @param hashRate Hashes per second, from 0. Often `nominal_hash_rate`, so peer-controlled.
 * @param secondsPerShare Mean seconds between shares, above 0. Ours.
 * @param maxTarget Never returns an easier one. Peer-controlled (`max_target`).
 * @returns Target as an integer in `[0, maxTarget]`; compare with the hash read little-endian.
 * @throws {PeerError} `invalid-nominal-hashrate` if the rate is NaN, infinite or negative.
 * @throws {UsageError} If the pace is not a positive number.
 * @see SV2 §5.3.2
 */
export function targetForPace(
  hashRate: number,
  secondsPerShare: number,
  maxTarget: bigint = MAX_TARGET,
): bigint {
  if (!isHashRate(hashRate)) throw new PeerError("invalid-nominal-hashrate", "5.3.2");
  if (!(secondsPerShare > 0 && secondsPerShare < Infinity)) {
    throw new UsageError(`Cannot set a pace of ${secondsPerShare} seconds a share`);
  }
  const hashes = floorToU128(hashRate * secondsPerShare);
  const target = (MAX_TARGET - hashes) / (hashes + 1n);
  return target < maxTarget ? target : maxTarget;
}

/**
 * Hash rate of a device that finds `sharesPerMinute` at `target`. Inverse of {@link targetForPace}.
 *
 * @param target In `(0, 2^256)`.
 * @param sharesPerMinute From 0.
 * @returns Hashes per second.
 * @throws {PeerError} `max-target-out-of-range` if the target is 0, which no device meets.
 */
export function hashRateOfTarget(target: bigint, sharesPerMinute: number): number {
  if (target <= 0n || target > MAX_TARGET) throw new PeerError("max-target-out-of-range", "5.3.2");
  return Number((MAX_TARGET - target) / (target + 1n)) * sharesPerMinute / 60;
}

/** Whether `rate` can be a hash rate: finite and not negative, so not -0 either. */
export function isHashRate(rate: number): boolean {
  return Number.isFinite(rate) && rate >= 0 && !Object.is(rate, -0);
}

/**
 * Hashes it takes on average to meet `target`: what one share of it is worth.
 *
 * @param target In `[0, 2^256)`.
 */
export function workOfTarget(target: bigint): number {
  return 2 ** 256 / (Number(target) + 1);
}

/**
 * How many times harder `target` is than {@link DIFFICULTY_ONE}.
 *
 * @returns `Infinity` for a target of 0.
 */
export function difficultyOfTarget(target: bigint): number {
  return Number(DIFFICULTY_ONE) / Number(target);
}

/**
 * The easiest target of at least `difficulty`, to the bit: `floor(DIFFICULTY_ONE / difficulty)`.
 *
 * @param difficulty Above 0. Clamped to targets in `[1, 2^256)`.
 * @throws {UsageError} If it is not a positive, finite number.
 */
export function targetOfDifficulty(difficulty: number): bigint {
  if (!(difficulty > 0 && difficulty < Infinity)) {
    throw new UsageError(`Cannot make a target of difficulty ${difficulty}`);
  }
  // A double is an integer times a power of two, so the division can be exact.
  let mantissa = difficulty;
  let scale = 0n;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    scale += 1n;
  }
  const target = (DIFFICULTY_ONE << scale) / BigInt(mantissa);
  if (target > MAX_TARGET) return MAX_TARGET;
  return target > 0n ? target : 1n;
}

/** A target as `U256` on the wire: 32 bytes, little-endian. @param target In `[0, 2^256)`. */
export function bytesFromTarget(target: bigint): Uint8Array {
  if (target < 0n || target > MAX_TARGET) {
    throw new UsageError("Cannot write a target: not 256 bits");
  }
  return Uint8Array.fromHex(target.toString(16).padStart(64, "0")).reverse();
}

/** The target, or the number of a hash, in 32 little-endian bytes. */
export function targetFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== 32) throw new UsageError(`Cannot read a target of ${bytes.length} bytes`);
  return BigInt(`0x${bytes.toReversed().toHex()}`);
}

/** Whether a header's hash is good enough: read little-endian, at most `target`. */
export function hashMeetsTarget(hash: Uint8Array, target: bigint): boolean {
  return targetFromBytes(hash) <= target;
}

/**
 * {@link hashMeetsTarget} for the path that every share takes: it allocates nothing.
 *
 * @param hash Holds the 32 bytes of the hash from `at` on.
 * @param target 32 bytes, little-endian.
 */
export function hashAtMost(hash: Uint8Array, at: number, target: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (hash[at + i] ?? 0) - (target[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function floorToU128(hashes: number): bigint {
  return hashes < 2 ** 128 ? BigInt(Math.floor(hashes)) : (1n << 128n) - 1n;
}
