/** Most weight a block may have. `BIP 141` */
export const MAX_BLOCK_WEIGHT = 4_000_000;

/** Most that signature checks may cost in a block. `BIP 141` */
export const MAX_BLOCK_SIGOPS = 80_000;

/**
 * Weight that a template leaves free for what its client decides: the header, the count of
 * transactions, and a coinbase with the longest script and `additionalSize` bytes of outputs.
 *
 * @param additionalSize `coinbase_output_max_additional_size`; unsigned, 32 bits, peer-controlled.
 * The result may exceed {@link MAX_BLOCK_WEIGHT}; it never wraps.
 * @param segwit Whether the coinbase has a witness and its commitment.
 * @see SV2 §7.1
 */
export function reservedWeight(additionalSize: number, segwit: boolean): number {
  return (segwit ? SEGWIT : LEGACY) + 4 * additionalSize;
}

const HEADER = 320;
const TRANSACTION_COUNT = 12;
const SCRIPT_SIG = 400;
const OUTPUT_COUNT = 12;
const LEGACY = HEADER + TRANSACTION_COUNT + 200 + SCRIPT_SIG + OUTPUT_COUNT;
const SEGWIT = HEADER + TRANSACTION_COUNT + 236 + SCRIPT_SIG + OUTPUT_COUNT + 188;
