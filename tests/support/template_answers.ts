/**
 * Answers to getblocktemplate, as Bitcoin Core gives them: small ones of any kind for laws, and full ones
 * for measurements.
 *
 * @module
 */

import fc from "fast-check";
import { displayHash } from "../../lib/bitcoin/header.ts";
import { sha256d } from "../../lib/bitcoin/hash.ts";
import {
  encodeTransaction,
  type Transaction,
  txid,
  weight,
  wtxid,
} from "../../lib/bitcoin/transaction.ts";

/** One of `transactions`. */
export interface ListedTransaction {
  readonly data: string;
  readonly txid: string;
  readonly hash: string;
  /** Counted from 1. */
  readonly depends: readonly number[];
  readonly fee: number;
  readonly sigops: number;
  readonly weight: number;
}

/** Satoshis of {@link templateAnswer} without fees. */
export const SUBSIDY = 5_000_000_000;

/** What getblocktemplate gives, with these transactions. */
export function templateAnswer(
  transactions: readonly ListedTransaction[],
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    capabilities: ["proposal"],
    version: 0x2000_0000,
    rules: ["csv", "!segwit", "taproot"],
    vbavailable: {},
    vbrequired: 0,
    previousblockhash: "3b95d722498c777733b75c7748298bca1fabbe695220e666ce3c034f05618227",
    transactions,
    coinbaseaux: {},
    coinbasevalue: transactions.reduce((sum, { fee }) => sum + fee, SUBSIDY),
    longpollid: "3b95d722498c777733b75c7748298bca1fabbe695220e666ce3c034f05618227106",
    target: "7fffff0000000000000000000000000000000000000000000000000000000000",
    mintime: 1_795_619_167,
    mutable: ["time", "transactions", "prevblock"],
    noncerange: "00000000ffffffff",
    sigoplimit: 80_000,
    sizelimit: 4_000_000,
    weightlimit: 4_000_000,
    curtime: 1_795_619_168,
    bits: "207fffff",
    height: 104,
    ...change,
  };
}

/** The body of an answer. */
export function answerBody(result: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ result, error: null, id: 1 }));
}

/** A transaction with a witness, and how getblocktemplate lists it. */
export function listedTransaction(
  tx: Transaction,
  { depends = [], fee = 1_000, sigops = 0 }: Partial<ListedTransaction> = {},
): ListedTransaction {
  return {
    data: encodeTransaction(tx, { witness: true }).toHex(),
    txid: displayHash(txid(tx)),
    hash: displayHash(wtxid(tx)),
    depends,
    fee,
    sigops,
    weight: weight(tx),
  };
}

/** A transaction like no other with another number; `witness` bytes of it are witness. */
export function numbered(number: number, witness = 1): Transaction {
  const prevTxid = sha256d(new TextEncoder().encode(`transaction ${number}`));
  return {
    version: 2,
    inputs: [{
      prevTxid,
      vout: number,
      scriptSig: new Uint8Array(),
      sequence: 0xffff_fffd,
      witness: [new Uint8Array(witness).fill(number)],
    }],
    outputs: [{ value: 1_000n, scriptPubKey: Uint8Array.of(0x51) }],
    lockTime: 0,
  };
}

/** Lists of up to 40 transactions, some of which need others before them. */
export const listedTransactions: fc.Arbitrary<readonly ListedTransaction[]> = fc.array(
  fc.record({
    witness: fc.integer({ min: 1, max: 2_000 }),
    fee: fc.nat(1_000_000),
    sigops: fc.oneof(fc.constant(0), fc.nat(400)),
    needs: fc.array(fc.nat(), { maxLength: 3 }),
  }),
  { maxLength: 40, size: "max" },
).map((transactions) =>
  transactions.map(({ witness, fee, sigops, needs }, i) => {
    const depends = i === 0 ? [] : [...new Set(needs.map((need) => 1 + need % i))];
    return listedTransaction(numbered(i, witness), { fee, sigops, depends });
  })
);

/**
 * A block full to the weight that Bitcoin Core fills, of `count` transactions with witnesses.
 *
 * @param first Number of the first one: another one makes others of them.
 */
export function fullTemplate(count: number, first = 0): ListedTransaction[] {
  const room = Math.floor((4_000_000 - 8_000) / count);
  const least = weight(numbered(0, 1));
  return Array.from(
    { length: count },
    (_, i) =>
      listedTransaction(numbered(first + i, room - least - 4), {
        fee: 1_000 + i,
        sigops: i % 4,
        depends: i % 10 === 9 ? [i] : [],
      }),
  );
}
