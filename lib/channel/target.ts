import { u32At } from "../codec/bytes_at.ts";
import { bytesFromTarget, difficultyOfTarget } from "../pow/target.ts";

/** A target in the forms that judging a share needs, made once. */
export interface Target {
  readonly value: bigint;
  /** 32 bytes, little-endian, as a hash is compared with it. */
  readonly bytes: Uint8Array;
  /** What a share of it is credited: in units of 2^32 hashes, roughly. */
  readonly difficulty: number;
}

/** @param value In `[0, 2^256)`. */
export function targetOf(value: bigint): Target {
  return { value, bytes: bytesFromTarget(value), difficulty: difficultyOfTarget(value) };
}

/** Difficulty that a hash would just have met: {@link difficultyOfTarget} of it, without a bigint. */
export function difficultyOfHash(hash: Uint8Array, at = 0): number {
  let value = 0;
  for (let i = 28; i >= 0; i -= 4) value = value * 2 ** 32 + u32At(hash, at + i);
  return value === 0 ? Infinity : DIFFICULTY_ONE / value;
}

const DIFFICULTY_ONE = 0xffff * 2 ** 208;
