import type { NodeProcess } from "./node_process.ts";
import type { Purse } from "./purse.ts";

/** Transactions that a good template has, and one that it must not have. Ids as people read them. */
export interface Payments {
  readonly wanted: ReadonlySet<string>;
  readonly replaced: string;
}

/** Coins that {@link sendPayments} takes. */
export const COINS = 4;

/** Sends a payment with a witness, a signed one, a chain of 25, and one that replaces another. */
export async function sendPayments(purse: Purse): Promise<Payments> {
  const chain = await purse.chain(25);
  const { replaced, by } = await purse.replace();
  return { wanted: new Set([await purse.pay(), await purse.sign(), ...chain, by]), replaced };
}

/**
 * Looks whether the payments are in the blocks that came after `before`.
 *
 * @returns How many transactions those blocks have, their coinbases apart.
 * @throws {Error} If one is missing, or the replaced one is there.
 */
export async function findPayments(
  node: NodeProcess,
  before: string,
  { wanted, replaced }: Payments,
): Promise<number> {
  const mined = new Set<string>();
  for (let hash = await node.bestBlock(); hash !== before;) {
    for (const id of (await node.txids(hash)).slice(1)) mined.add(id);
    hash = (await node.rpc<{ previousblockhash: string }>("getblockheader", hash))
      .previousblockhash;
  }
  const missing = [...wanted].filter((id) => !mined.has(id));
  if (missing.length > 0) throw new Error(`not mined: ${missing.length} of ${wanted.size}`);
  if (mined.has(replaced)) throw new Error(`${replaced} was mined, and had been replaced`);
  return mined.size;
}
