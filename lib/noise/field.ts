// The field of secp256k1: integers modulo p, as bigint. bigint takes a time that depends on its value,
// so this computes on what is public or about to be (the encoding of a key), never on a secret key.

/** The prime 2^256 - 2^32 - 977. */
export const P = 2n ** 256n - 2n ** 32n - 977n;

/** How many points there are: the range of secret keys is `1..n-1`. */
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The representative in `0..p-1`. */
export function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** 1 / value; 0 for 0. @param value In `0..p-1`. */
export function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, P, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return a === 0n ? 0n : mod(x);
}

/** The square root that is itself a square, or `undefined` if there is none; p = 3 mod 4. */
export function squareRoot(value: bigint): bigint | undefined {
  const root = value * power(value) % P;
  return root * root % P === value ? root : undefined;
}

/** value^((p-3)/4): in binary 223 ones, a zero, 22 ones, then 00001011. */
function power(value: bigint): bigint {
  const x2 = value * value % P * value % P;
  const x3 = x2 * x2 % P * value % P;
  const x6 = squarings(x3, 3) * x3 % P;
  const x9 = squarings(x6, 3) * x3 % P;
  const x11 = squarings(x9, 2) * x2 % P;
  const x22 = squarings(x11, 11) * x11 % P;
  const x44 = squarings(x22, 22) * x22 % P;
  const x88 = squarings(x44, 44) * x44 % P;
  const x176 = squarings(x88, 88) * x88 % P;
  const x220 = squarings(x176, 44) * x44 % P;
  const x223 = squarings(x220, 3) * x3 % P;
  const head = squarings(squarings(x223, 23) * x22 % P, 5) * value % P;
  return squarings(head, 3) * x2 % P;
}

function squarings(value: bigint, times: number): bigint {
  for (let left = times; left > 0; left--) value = value * value % P;
  return value;
}

/** The root of top / bottom that {@link squareRoot} gives, without the division. */
export function rootOfRatio(top: bigint, bottom: bigint): bigint | undefined {
  const b2 = bottom * bottom % P;
  const root = top * bottom % P * power(top * bottom % P * b2 % P) % P;
  return root * root % P * bottom % P === top ? root : undefined;
}

/** Whether there is a point with this x coordinate: whether x^3 + 7 is a square. */
export function isOnCurve(x: bigint): boolean {
  return squareRoot((x * x % P * x + 7n) % P) !== undefined;
}

/** 32 bytes, big-endian, as a number; not reduced. */
export function numberFromBytes(bytes: Uint8Array): bigint {
  return BigInt("0x" + bytes.toHex());
}

/** @param value In `0..2^256-1`. @returns 32 bytes, big-endian. */
export function bytesFromNumber(value: bigint): Uint8Array {
  return Uint8Array.fromHex(value.toString(16).padStart(64, "0"));
}
