import { concatBytes } from "../../bitcoin/bytes.ts";
import { heightPush } from "../../bitcoin/height.ts";
import { encodeOutput } from "../../bitcoin/transaction.ts";
import { commitmentOutput, WITNESS_RESERVED_VALUE } from "../../bitcoin/witness_commitment.ts";
import { sha256d } from "../../kernel/sha.ts";
import type { NodeTemplate, TemplateCoinbase, TemplateConstraints } from "../node.ts";
import type { TemplateDigest } from "./digest.ts";
import { merkleSubtree, treePath, treeRoot } from "./merkle_tree.ts";
import { selectTransactions } from "./select.ts";

/**
 * A template from what the node answered. getblocktemplate cannot be told how much room to leave: where
 * the node left too little, transactions are taken out, their fees too, and what commits to them is
 * made anew.
 */
export function cutTemplate(
  { head, columns, transactions }: TemplateDigest,
  { reservedWeight, reservedSigops }: TemplateConstraints,
): NodeTemplate {
  const kept = selectTransactions(columns, {
    weight: head.weightLimit - reservedWeight,
    sigops: head.sigopLimit - reservedSigops,
  });
  const allFees = columns.fees.reduce((sum, fee) => sum + fee, 0);
  const fees = kept?.reduce((sum, i) => sum + (columns.fees[i] ?? 0), 0) ?? allFees;
  // The coinbase is the first leaf.
  const leaves = kept && Uint32Array.of(0, ...kept.map((i) => i + 1));
  const txids = leaves === undefined ? columns.txids : merkleSubtree(columns.txids, leaves);
  const wtxids = leaves === undefined ? columns.wtxids : merkleSubtree(columns.wtxids, leaves);
  return {
    prevHash: head.prevHash,
    height: head.height,
    version: head.version,
    nBits: head.nBits,
    time: head.time,
    minTime: head.minTime,
    coinbase: {
      version: 2,
      scriptSigPrefix: heightPush(head.height),
      // As Bitcoin Core has it since 31, ahead of BIP 54: no two coinbases can ever be the same.
      sequence: 0xffff_fffe,
      lockTime: head.height - 1,
      valueRemaining: BigInt(head.coinbaseValue - allFees + fees),
      ...commitment(head.segwit, treeRoot(wtxids)),
    },
    merklePath: treePath(txids),
    fees: BigInt(fees),
    ...giving(kept === undefined ? transactions : pick(transactions, kept)),
  };
}

/** Apart, so that a template keeps its transactions in memory and not the trees above them. */
function giving(
  transactions: readonly Uint8Array[],
): Pick<NodeTemplate, "transactions" | "release"> {
  return {
    transactions: () => Promise.resolve(transactions),
    // The node holds nothing for us, and a block on its way there may still need its transactions.
    release: () => {},
  };
}

function commitment(
  segwit: boolean,
  root: Uint8Array,
): Pick<TemplateCoinbase, "outputCount" | "outputs" | "witnessReserved"> {
  if (!segwit) return { outputCount: 0, outputs: new Uint8Array(), witnessReserved: undefined };
  const hash = sha256d(concatBytes(root, WITNESS_RESERVED_VALUE));
  return {
    outputCount: 1,
    outputs: encodeOutput(commitmentOutput(hash)),
    witnessReserved: WITNESS_RESERVED_VALUE,
  };
}

function pick(transactions: readonly Uint8Array[], kept: Uint32Array): readonly Uint8Array[] {
  return [...kept].flatMap((i) => transactions[i] ?? []);
}
