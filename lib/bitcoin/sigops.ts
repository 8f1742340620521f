import type { TxOutput } from "./transaction.ts";

const OP_PUSHDATA1 = 0x4c;
const OP_PUSHDATA4 = 0x4e;
const OP_CHECKSIG = 0xac;
const OP_CHECKSIGVERIFY = 0xad;
const OP_CHECKMULTISIG = 0xae;
const OP_CHECKMULTISIGVERIFY = 0xaf;

/**
 * Signature checks that consensus counts in `script`, the legacy way: 20 for each multisig, up to
 * the first push that runs over the end.
 */
export function countSigops(script: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < script.length;) {
    const opcode = script[at++] ?? 0;
    if (opcode === OP_CHECKSIG || opcode === OP_CHECKSIGVERIFY) count += 1;
    if (opcode === OP_CHECKMULTISIG || opcode === OP_CHECKMULTISIGVERIFY) count += 20;
    if (opcode > OP_PUSHDATA4) continue;
    if (opcode < OP_PUSHDATA1) {
      at += opcode;
      continue;
    }
    const width = 1 << (opcode - OP_PUSHDATA1);
    if (at + width > script.length) return count;
    let length = 0;
    for (let i = width - 1; i >= 0; i--) length = length * 256 + (script[at + i] ?? 0);
    at += width + length;
  }
  return count;
}

/**
 * What outputs take of a block's 80,000: four for each check, as `BIP 141` weighs it. P2PKH is 4,
 * P2WPKH and P2TR are 0. This is `coinbase_output_max_additional_sigops`.
 *
 * @see SV2 §7.1
 */
export function sigopCost(outputs: readonly TxOutput[]): number {
  return outputs.reduce((cost, { scriptPubKey }) => cost + 4 * countSigops(scriptPubKey), 0);
}
