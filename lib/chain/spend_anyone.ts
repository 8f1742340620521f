import { bytesFromHex } from "../bitcoin/bytes.ts";
import type { Transaction, TxOutput } from "../bitcoin/transaction.ts";
import type { Outpoint } from "./coins.ts";
import { ANYONE } from "./scripts.ts";

/**
 * A transaction that spends coins of {@link ANYONE_P2WSH}. It can be replaced, `BIP 125`.
 *
 * @param coins Their names; spent in this order.
 */
export function spendAnyone(coins: readonly Outpoint[], outputs: readonly TxOutput[]): Transaction {
  return {
    version: 2,
    inputs: coins.map((name) => {
      const at = name.indexOf(":");
      return {
        prevTxid: bytesFromHex(name.slice(0, at)),
        vout: Number(name.slice(at + 1)),
        scriptSig: new Uint8Array(),
        sequence: 0xffff_fffd,
        witness: [ANYONE],
      };
    }),
    outputs,
    lockTime: 0,
  };
}
