import { heightPush } from "../bitcoin/height.ts";
import { merklePath } from "../bitcoin/merkle.ts";
import { encodeOutput } from "../bitcoin/transaction.ts";
import { WITNESS_RESERVED_VALUE, witnessCommitmentOutput } from "../bitcoin/witness_commitment.ts";
import type { NodeTemplate, TemplateConstraints } from "../node/node.ts";
import type { UnixSeconds } from "../time.ts";
import type { Chain } from "./chain.ts";
import { easiestBits } from "./difficulty.ts";
import type { Mempool } from "./mempool.ts";
import { MAX_BLOCK_SIGOPS, MAX_BLOCK_WEIGHT, subsidyAt } from "./rules.ts";
import { selectTransactions } from "./select.ts";

/** The best block that can be made on the tip now. */
export function assembleTemplate(
  chain: Chain,
  pool: Mempool,
  constraints: TemplateConstraints,
  unix: UnixSeconds,
): NodeTemplate {
  const { height, medianTime } = chain.next;
  const entries = selectTransactions(pool, {
    weight: MAX_BLOCK_WEIGHT - constraints.reservedWeight,
    sigops: MAX_BLOCK_SIGOPS - constraints.reservedSigops,
  });
  const transactions = entries.map(({ hashed }) => hashed.bytes);
  const fees = entries.reduce((sum, { fee }) => sum + fee, 0n);
  const time = Math.max(unix, medianTime + 1);
  return {
    prevHash: chain.tip.hash,
    height,
    version: 0x2000_0000,
    nBits: easiestBits(chain.rules, chain.tip, time),
    time,
    minTime: medianTime + 1,
    coinbase: {
      version: 2,
      scriptSigPrefix: heightPush(height),
      // As Bitcoin Core does since 31, ahead of BIP 54: no two coinbases can ever be the same.
      sequence: 0xffff_fffe,
      lockTime: height - 1,
      valueRemaining: subsidyAt(height) + fees,
      outputCount: 1,
      outputs: encodeOutput(witnessCommitmentOutput(entries.map(({ hashed }) => hashed.wtxid))),
      witnessReserved: WITNESS_RESERVED_VALUE,
    },
    merklePath: merklePath(entries.map(({ hashed }) => hashed.txid)),
    fees,
    transactions: () => Promise.resolve(transactions),
    release: () => {},
  };
}
