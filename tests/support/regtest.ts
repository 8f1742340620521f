/**
 * Blocks and transactions for tests of the embedded chain, right in every respect but those that a test
 * changes.
 *
 * @module
 */

import { encodeBlock } from "../../lib/bitcoin/block.ts";
import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import { heightPush } from "../../lib/bitcoin/height.ts";
import { targetFromCompact } from "../../lib/bitcoin/compact.ts";
import { blockHash, type BlockHeader, encodeHeader } from "../../lib/bitcoin/header.ts";
import { merkleRoot } from "../../lib/bitcoin/merkle.ts";
import {
  encodeTransaction,
  type Transaction,
  txid,
  type TxOutput,
  wtxid,
} from "../../lib/bitcoin/transaction.ts";
import {
  WITNESS_RESERVED_VALUE,
  witnessCommitmentOutput,
} from "../../lib/bitcoin/witness_commitment.ts";
import type { BlockNode } from "../../lib/chain/block_node.ts";
import { medianTimePast } from "../../lib/chain/block_node.ts";
import { bootstrap } from "../../lib/chain/bootstrap.ts";
import { Chain } from "../../lib/chain/chain.ts";
import { type Outpoint, outpoint } from "../../lib/chain/coins.ts";
import { Mempool } from "../../lib/chain/mempool.ts";
import { POW_LIMIT_BITS, subsidyAt } from "../../lib/chain/rules.ts";
import { ANYONE_P2WSH } from "../../lib/chain/scripts.ts";
import { spendAnyone } from "../../lib/chain/spend_anyone.ts";
import { hashMeetsTarget } from "../../lib/pow/target.ts";

/** When {@link regtest}'s last block was mined. */
export const NOW = 1_700_000_000;

export interface Regtest {
  readonly chain: Chain;
  readonly pool: Mempool;
  /** Coins of 50 each that the next block may spend. */
  readonly coins: readonly Outpoint[];
  /** Those that it may not spend yet, the oldest first. */
  readonly immature: readonly Outpoint[];
}

/** A chain of 110 blocks at trivial difficulty: always the same one. */
export function regtest(): Regtest {
  const chain = new Chain({ blockTime: 0, hashRate: 0, bootstrap: 110 });
  const pool = new Mempool(chain, 1_000);
  const coinbases: Outpoint[] = [];
  bootstrap(chain, pool, NOW, ({ connected }) => {
    const coinbase = connected[0]?.transactions[0];
    if (coinbase !== undefined) coinbases.push(outpoint(coinbase.key, 0));
  });
  return { chain, pool, coins: coinbases.slice(0, 11), immature: coinbases.slice(11) };
}

/** What a test wants different. */
export interface Draft {
  /** The tip by default. */
  readonly parent?: BlockNode;
  readonly transactions?: readonly Transaction[];
  /** Satoshis on top of the subsidy. */
  readonly fees?: bigint;
  readonly coinbase?: (tx: Transaction) => Transaction;
  /** Changes the header before it is solved. */
  readonly header?: (header: BlockHeader) => BlockHeader;
  /** Changes the header after it was solved. */
  readonly spoil?: (header: BlockHeader) => BlockHeader;
  /** Leaves out the witness commitment, and so the coinbase's witness. */
  readonly uncommitted?: true;
  /** Takes a nonce that does not solve it. */
  readonly unsolved?: true;
}

/** A block on `chain`, as bytes. */
export function draftBlock(chain: Chain, draft: Draft = {}): Uint8Array {
  const { parent = chain.tip, transactions = [], fees = 0n } = draft;
  const outputs: TxOutput[] = [{
    value: subsidyAt(parent.height + 1) + fees,
    scriptPubKey: ANYONE_P2WSH,
  }];
  if (!draft.uncommitted) outputs.push(witnessCommitmentOutput(transactions.map(wtxid)));
  const plain: Transaction = {
    version: 2,
    inputs: [{
      prevTxid: new Uint8Array(32),
      vout: 0xffff_ffff,
      scriptSig: concatBytes(heightPush(parent.height + 1), Uint8Array.of(0, 0)),
      sequence: 0xffff_ffff,
      witness: draft.uncommitted ? [] : [WITNESS_RESERVED_VALUE],
    }],
    outputs,
    lockTime: 0,
  };
  const coinbase = draft.coinbase?.(plain) ?? plain;
  const honest: BlockHeader = {
    version: 0x2000_0000,
    prevHash: parent.hash,
    merkleRoot: merkleRoot([coinbase, ...transactions].map(txid)),
    time: Math.max(medianTimePast(parent) + 1, parent.header.time),
    nBits: POW_LIMIT_BITS,
    nonce: 0,
  };
  const solved = solve(draft.header?.(honest) ?? honest, !draft.unsolved);
  return encodeBlock(
    encodeHeader(draft.spoil?.(solved) ?? solved),
    [coinbase, ...transactions].map((tx) => encodeTransaction(tx, { witness: true })),
  );
}

/** A transaction that spends coins anyone may spend. */
export function spend(
  coins: readonly Outpoint[],
  outputs: readonly TxOutput[],
  change: Partial<Transaction> = {},
): Transaction {
  return { ...spendAnyone(coins, outputs), ...change };
}

/** An output anyone may spend. */
export function toAnyone(value: bigint): TxOutput {
  return { value, scriptPubKey: ANYONE_P2WSH };
}

function solve(header: BlockHeader, good: boolean): BlockHeader {
  const target = targetFromCompact(POW_LIMIT_BITS);
  for (let nonce = 0;; nonce++) {
    const tried = { ...header, nonce };
    if (hashMeetsTarget(blockHash(tried), target) === good) return tried;
  }
}
