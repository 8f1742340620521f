import { concatBytes, equalBytes } from "./bytes.ts";
import { sha256d } from "./hash.ts";
import { merkleRoot } from "./merkle.ts";
import type { TxOutput } from "./transaction.ts";

/** The coinbase's only witness item, as Sv2 has it: 32 zeros. SV2 §7.2 */
export const WITNESS_RESERVED_VALUE = new Uint8Array(32);

/**
 * The output that binds a block to its witnesses.
 *
 * @param wtxids Of all transactions but the coinbase, in block order.
 * @returns An output of value 0; must be the coinbase's last that looks like one.
 * @see BIP 141
 */
export function witnessCommitmentOutput(wtxids: readonly Uint8Array[]): TxOutput {
  const root = merkleRoot([COINBASE_WTXID, ...wtxids]);
  return commitmentOutput(sha256d(concatBytes(root, WITNESS_RESERVED_VALUE)));
}

/**
 * The same, for those who have hashed already.
 *
 * @param commitment Hash of the merkle root over wtxids and of the reserved value, 32 bytes.
 */
export function commitmentOutput(commitment: Uint8Array): TxOutput {
  return { value: 0n, scriptPubKey: concatBytes(HEADER, commitment) };
}

/**
 * Whether a coinbase with `outputs` commits to witnesses: with a commitment its witness is
 * mandatory, without one it is forbidden.
 */
export function hasWitnessCommitment(outputs: readonly TxOutput[]): boolean {
  return outputs.some(({ scriptPubKey }) =>
    scriptPubKey.length >= 38 && equalBytes(scriptPubKey.subarray(0, HEADER.length), HEADER)
  );
}

const COINBASE_WTXID = new Uint8Array(32);

// OP_RETURN, a push of 36 bytes, and the four that say what they are.
const HEADER = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);
