import { targetFromCompact } from "../bitcoin/compact.ts";

/** What the operator sets of the embedded chain's consensus. All nodes of one chain agree on it. */
export interface ChainRules {
  /**
   * Seconds between blocks that the difficulty aims at. 0: every block at {@link POW_LIMIT_BITS},
   * as on plain regtest.
   */
  readonly blockTime: number;
  /** Hashes a second behind the first block after the bootstrap; see `difficulty.ts`. */
  readonly hashRate: number;
  /** Blocks after the genesis that are mined at {@link POW_LIMIT_BITS}. */
  readonly bootstrap: number;
}

/** The easiest target a block may have: regtest's, one hash in two. */
export const POW_LIMIT_BITS = 0x207f_ffff;
/** {@link POW_LIMIT_BITS} as a number. */
export const POW_LIMIT = targetFromCompact(POW_LIMIT_BITS);

/** Blocks between two halvings of the subsidy: regtest's. */
export const HALVING_INTERVAL = 150;

/** Satoshis in a bitcoin. */
export const COIN = 100_000_000n;
/** Satoshis that there can ever be; no output, and no sum of outputs, is above. */
export const MAX_MONEY = 21_000_000n * COIN;

/** A coinbase's outputs can be spent that many blocks later. */
export const COINBASE_MATURITY = 100;

/** Weight units that a block may have, BIP 141. */
export const MAX_BLOCK_WEIGHT = 4_000_000;
/** A byte that is not witness weighs this much. */
export const WITNESS_SCALE = 4;
/** Cost of signature operations that a block may have, BIP 141. */
export const MAX_BLOCK_SIGOPS = 80_000;

/** Satoshis that the block at `height` may create. */
export function subsidyAt(height: number): bigint {
  const halvings = Math.floor(height / HALVING_INTERVAL);
  return halvings < 64 ? (50n * COIN) >> BigInt(halvings) : 0n;
}
