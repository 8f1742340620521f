import { type BlockNode, medianTimePast } from "./block_node.ts";
import { type Change, type Coins, outpoint, outpointsOf } from "./coins.ts";
import type { HashedBlock } from "./hashed.ts";
import { MAX_MONEY, subsidyAt } from "./rules.ts";
import { checkSpending } from "./transaction_rules.ts";

/**
 * How connecting a block went: what changed, to undo it by, or why not, in Bitcoin Core's words.
 */
export type Connection =
  | { readonly journal: readonly Change[]; readonly fault?: never }
  | { readonly fault: string };

/**
 * Lets `block` change the coins. All or nothing: on a fault the coins are as before.
 *
 * @param parent The tip of the chain that `coins` stands for.
 */
export function connectBlock(block: HashedBlock, parent: BlockNode, coins: Coins): Connection {
  const journal: Change[] = [];
  const fault = apply(block, parent, coins, journal);
  if (fault === undefined) return { journal };
  coins.revert(journal);
  return { fault };
}

function apply(
  block: HashedBlock,
  parent: BlockNode,
  coins: Coins,
  journal: Change[],
): string | undefined {
  const place = { height: parent.height + 1, medianTime: medianTimePast(parent) };
  if (
    block.transactions.some(({ tx, key }) => tx.outputs.some((_, n) => coins.get(outpoint(key, n))))
  ) {
    return "bad-txns-BIP30";
  }
  let fees = 0n;
  for (const [index, tx] of block.transactions.entries()) {
    if (index > 0) {
      const spent = outpointsOf(tx);
      const spending = checkSpending(tx, spent.map((name) => coins.get(name)), place);
      if (spending.fault !== undefined) return spending.fault;
      fees += spending.fee;
      if (fees > MAX_MONEY) return "bad-txns-accumulated-fee-outofrange";
      for (const name of spent) coins.spend(name, journal);
    }
    coins.create(tx, { ...place, coinbase: index === 0 }, journal);
  }
  const outputs = block.transactions[0]?.tx.outputs ?? [];
  const created = outputs.reduce((sum, { value }) => sum + value, 0n);
  return created > subsidyAt(place.height) + fees ? "bad-cb-amount" : undefined;
}
