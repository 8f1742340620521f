import type { Network } from "./network.ts";

const FIRST = 5_000_000_000n;

/**
 * Satoshis that the block at `height` may create, fees apart.
 *
 * @param height In `[0, 2^31)`.
 */
export function subsidyAt(height: number, network: Network): bigint {
  const halvings = Math.floor(height / (network === "regtest" ? 150 : 210_000));
  return halvings < 64 ? FIRST >> BigInt(halvings) : 0n;
}
