import { DecodeError } from "../errors.ts";

/**
 * What a coinbase's script must begin with: the block's height, pushed in the shortest way.
 *
 * @param height In `[0, 2^31)`.
 * @see BIP 34
 */
export function heightPush(height: number): Uint8Array {
  if (height === 0) return Uint8Array.of(0);
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const bytes: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  // The top bit is the sign.
  if ((bytes.at(-1) ?? 0) >= 0x80) bytes.push(0);
  return Uint8Array.of(bytes.length, ...bytes);
}

/**
 * The height that a coinbase's script, or a template's `coinbase_prefix`, begins with; undefined if it
 * does not begin with one.
 *
 * @param script May be peer-controlled.
 * @see BIP 34
 */
export function heightOf(script: Uint8Array): number | undefined {
  const [opcode, ...bytes] = script;
  if (opcode === undefined) return undefined;
  if (opcode > 0x50 && opcode <= 0x60) return opcode - 0x50;
  if (opcode > 4 || bytes.length < opcode) return undefined;
  return bytes.slice(0, opcode).reduceRight((height, byte) => height * 256 + byte, 0);
}

/** The same, where there must be one. @throws {DecodeError} If there is none. */
export function pushedHeight(script: Uint8Array): number {
  const height = heightOf(script);
  if (height === undefined) throw new DecodeError("malformed", "coinbase_prefix", 0);
  return height;
}
