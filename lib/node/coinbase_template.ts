import type { CoinbaseTemplate } from "../bitcoin/coinbase.ts";
import type { TemplateCoinbase } from "./node.ts";

/** A node's coinbase under the names that messages and coinbases have for it, SV2 §7.2. */
export function coinbaseTemplate(coinbase: TemplateCoinbase): CoinbaseTemplate {
  return {
    coinbaseTxVersion: coinbase.version,
    coinbasePrefix: coinbase.scriptSigPrefix,
    coinbaseTxInputSequence: coinbase.sequence,
    coinbaseTxValueRemaining: coinbase.valueRemaining,
    coinbaseTxOutputsCount: coinbase.outputCount,
    coinbaseTxOutputs: coinbase.outputs,
    coinbaseTxLocktime: coinbase.lockTime,
  };
}
