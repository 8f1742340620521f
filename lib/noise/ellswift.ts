/**
 * ElligatorSwift, BIP 324: the x coordinate of a point of secp256k1 as 64 bytes that look random.
 * Every 64 bytes are some point's, and every point has about 2^256 of them.
 *
 * @module
 */

import { concatBytes, u32Bytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import {
  bytesFromNumber,
  inverse,
  isOnCurve,
  mod,
  numberFromBytes,
  P,
  rootOfRatio,
  squareRoot,
} from "./field.ts";

/** Bytes of an encoded key on the wire. */
export const ENCODING_SIZE = 64;

/** The square root of -3 that is a square itself. */
const C = 0xa2d2ba93507f1df233770c2a797962cc61f6d15da14ecd47d8d27ae1cd5f852n;
const HALF = (P + 1n) / 2n;
const HALVES = { plus: mod((1n + C) * HALF), minus: mod((1n - C) * HALF) } as const;

/**
 * The x coordinate that 64 bytes stand for. Total: there are no invalid encodings.
 *
 * @param encoding 64 bytes, usually a peer's.
 * @returns 32 bytes, the x coordinate of a point on the curve.
 */
export function decodeX(encoding: Uint8Array): Uint8Array {
  const u = numberFromBytes(encoding.subarray(0, 32)) % P;
  const t = numberFromBytes(encoding.subarray(32, 64)) % P;
  return bytesFromNumber(swift(u === 0n ? 1n : u, t === 0n ? 1n : t));
}

/** XSwiftEC of BIP 324, with u and t remapped from 0. */
function swift(u: bigint, t: bigint): bigint {
  const g = (u * u % P * u + 7n) % P;
  if ((g + t * t) % P === 0n) t = 2n * t % P;
  // X = (g - t²) / 2t and Y = (X + t) / (c·u); with both over one denominator there is one inversion
  // for X/Y and 1/(c·u): Y = (g + t²) / (2t·c·u), X/Y = (g - t²)·c·u / (g + t²).
  const tt = t * t % P;
  const sum = (g + tt) % P;
  const cu = C * u % P;
  const both = 2n * t * cu % P;
  const inverted = inverse(sum * both % P);
  const y = sum * sum % P * inverted % P;
  const ratio = mod(g - tt) * cu % P * both % P * inverted % P;
  const x3 = (u + 4n * y * y) % P;
  if (isOnCurve(x3)) return x3;
  const x2 = mod((-ratio - u) * HALF);
  return isOnCurve(x2) ? x2 : mod((ratio - u) * HALF);
}

/**
 * One of the encodings of an x coordinate, each as likely as any other.
 *
 * @param x 32 bytes, the x coordinate of a point on the curve.
 * @param seed 32 random bytes, secret until the encoding is used; they choose the encoding.
 */
export function encodeX(x: Uint8Array, seed: Uint8Array): Uint8Array {
  const target = numberFromBytes(x);
  let dice: Uint8Array = new Uint8Array(0);
  for (let round = 0;; round++) {
    if (round % 32 === 0) dice = sha256(concatBytes(dice, seed, x));
    const die = dice[round % 32] ?? 0;
    const branch = die & 7;
    const isSecondForm = (branch & 2) !== 0;
    // The second form needs a u for which x - u is a square. Half of them are none, and are given up by
    // this coin; the others are drawn by their root, which saves finding it and leaves them as likely.
    if (isSecondForm && die >= 0x80) continue;
    const drawn = numberFromBytes(sha256(concatBytes(seed, x, u32Bytes(round)))) % P;
    const root = isSecondForm ? drawn : undefined;
    const u = isSecondForm ? mod(target - drawn * drawn) : drawn;
    const t = u === 0n ? undefined : inverseSwift(target, u, branch, root);
    if (t !== undefined) return concatBytes(bytesFromNumber(u), bytesFromNumber(t));
  }
}

/**
 * XSwiftECInv of BIP 324: the t for which (u, t) stands for x, in one of eight branches.
 *
 * @param u In `1..p-1`.
 * @param branch 0 to 7.
 * @param root A root of x - u, if one is known.
 * @returns `undefined` if this branch has none.
 */
export function inverseSwift(
  x: bigint,
  u: bigint,
  branch: number,
  root?: bigint,
): bigint | undefined {
  const uu = u * u % P;
  const g = (uu * u + 7n) % P;
  let v: bigint;
  let w: bigint | undefined;
  if ((branch & 2) === 0) {
    if (isOnCurve(mod(-x - u))) return undefined;
    v = x;
    w = rootOfRatio(mod(-g), (uu + u * v + v * v) % P);
  } else {
    const s = mod(x - u);
    w = s === 0n ? undefined : root ?? squareRoot(s);
    if (w === undefined) return undefined;
    const r = squareRoot(mod(-s * (4n * g + 3n * s * uu)));
    if (r === undefined || ((branch & 1) === 1 && r === 0n)) return undefined;
    v = mod((r * inverse(s) - u) * HALF);
  }
  if (w === undefined) return undefined;
  const half = (branch & 1) === 1 ? HALVES.plus : HALVES.minus;
  const t = w * (u * half + v) % P;
  return (branch & 5) === 0 || (branch & 5) === 5 ? mod(-t) : t;
}
