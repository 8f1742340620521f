import {
  decodeTransaction,
  encodeTransaction,
  txid,
  type TxOutput,
} from "../../lib/bitcoin/transaction.ts";
import { type Outpoint, outpoint } from "../../lib/chain/coins.ts";
import type { EmbeddedNode } from "../../lib/chain/embedded.ts";
import { ANYONE_P2WSH } from "../../lib/chain/scripts.ts";
import { spend, toAnyone } from "./regtest.ts";

/** How many transactions of how many bytes; the larger ones pay better. */
const SIZES = [[12, 95_000, 10n], [12, 9_500, 5n], [12, 950, 3n], [80, 20, 1n]] as const;

/**
 * Gives the node's pool more than a block's worth of transactions, some of every size, so that a block
 * is filled up to a few hundred weight units.
 */
export async function fillPool(node: EmbeddedNode): Promise<void> {
  const coins = await coinsOf(node, 116);
  for (const [count, size, rate] of SIZES) {
    for (let i = 0; i < count; i++) {
      const note = { value: 0n, scriptPubKey: new Uint8Array(size).fill(0x6a) };
      give(node, coins.pop(), note, BigInt(size + 200) * 4n * rate);
    }
  }
}

/** Gives the pool transactions that together count 120,000 checks of signatures, 2,000 each. */
export async function fillWithSigops(node: EmbeddedNode): Promise<void> {
  const coins = await coinsOf(node, 60);
  const checks = { value: 0n, scriptPubKey: new Uint8Array(500).fill(0xac) };
  for (const coin of coins.splice(0, 60)) give(node, coin, checks, 50_000n);
}

interface Spendable {
  readonly name: Outpoint;
  readonly value: bigint;
}

function give(
  node: EmbeddedNode,
  coin: Spendable | undefined,
  output: TxOutput,
  fee: bigint,
): void {
  if (coin === undefined) throw new Error("no coin is left");
  const tx = spend([coin.name], [toAnyone(coin.value - fee), output]);
  const fault = node.offer(encodeTransaction(tx, { witness: true }));
  if (fault !== undefined) throw new Error(`the pool refused: ${fault}`);
}

/** Outputs of the node's own stream, made to come until there are enough. */
async function coinsOf(node: EmbeddedNode, count: number): Promise<Spendable[]> {
  for (;;) {
    const template = await node.template({ reservedWeight: 2_000, reservedSigops: 0 });
    const transactions = (await template.transactions()).map(decodeTransaction);
    const spent = new Set(
      transactions.flatMap(({ inputs }) =>
        inputs.map(({ prevTxid, vout }) => outpoint(prevTxid.toHex(), vout))
      ),
    );
    const coins = transactions.flatMap((tx) =>
      tx.outputs.flatMap(({ value, scriptPubKey }, vout) => {
        const name = outpoint(txid(tx).toHex(), vout);
        const isOurs = scriptPubKey.toHex() === ANYONE_P2WSH.toHex() && !spent.has(name);
        return isOurs ? [{ name, value }] : [];
      })
    );
    if (coins.length >= count) return coins;
    node.transact();
  }
}
