import type { CoinbaseOutputConstraints } from "../../messages/template.ts";
import type { TemplateConstraints } from "../../node/node.ts";

/** Constraints that clients share if they share the key: then they get the same templates. */
export interface Shape extends TemplateConstraints {
  readonly key: string;
}

/**
 * What a template must leave free, SV2 §7.1: header, count of transactions, the coinbase with a script
 * of 100 bytes, its witness commitment, and the client's outputs.
 *
 * @param asked Peer-controlled.
 * @returns `undefined` if no block has that much room.
 */
export function shapeOf(asked: CoinbaseOutputConstraints): Shape | undefined {
  const size = asked.coinbaseOutputMaxAdditionalSize;
  const sigops = asked.coinbaseOutputMaxAdditionalSigops;
  const reservedWeight = Math.max(FLOOR, FIXED_WEIGHT + 4 * size);
  if (reservedWeight > MAX_BLOCK_WEIGHT) return undefined;
  return { key: `${reservedWeight}/${sigops}`, reservedWeight, reservedSigops: sigops };
}

/** Most bytes of outputs that a client can ask room for. */
export const MAX_OUTPUTS_SIZE = 999_708;

const MAX_BLOCK_WEIGHT = 4_000_000;
/** Header 320, count 12, the coinbase's fixed fields 236, script 400, count 12, commitment 188. */
const FIXED_WEIGHT = 1_168;
/** Bitcoin Core reserves no less. */
const FLOOR = 2_000;
