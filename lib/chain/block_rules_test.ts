import { deepStrictEqual, strictEqual } from "node:assert";
import * as fc from "fast-check";
import {
  type Draft,
  draftBlock,
  NOW,
  regtest,
  spend,
  toAnyone,
} from "../../tests/support/regtest.ts";
import { decodeBlock, encodeBlock } from "../bitcoin/block.ts";
import { encodeHeader, MAX_FUTURE_TIME } from "../bitcoin/header.ts";
import { encodeTransaction, type Transaction, txid } from "../bitcoin/transaction.ts";
import { witnessCommitmentOutput } from "../bitcoin/witness_commitment.ts";
import { DecodeError } from "../errors.ts";
import { hashBlock } from "./hashed.ts";
import { medianTimePast } from "./block_node.ts";

const { chain, coins, immature } = regtest();
const [coin = "", second = ""] = coins;

/** What the chain says to a block that is right but for `draft`; the chain stays as it is. */
function reasonOf(draft: Draft): string {
  return reasonOfBytes(draftBlock(chain, draft));
}

function reasonOfBytes(bytes: Uint8Array): string {
  const { verdict } = regtest().chain.accept(hashBlock(decodeBlock(bytes)), NOW);
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
}

const input = (change: Partial<Transaction["inputs"][number]>): Draft => ({
  coinbase: (tx) => ({ ...tx, inputs: tx.inputs.map((each) => ({ ...each, ...change })) }),
});

/** A witness commitment, but of another block. */
const otherCommitment = witnessCommitmentOutput([new Uint8Array(32)]);

/** A valid transaction with a witness. */
const honest = spend([coin], [toAnyone(49_9999_0000n)]);

const REASONS: readonly [reason: string, what: string, draft: Draft][] = [
  ["high-hash", "the hash is above the target", { unsolved: true }],
  ["high-hash", "nBits is easier than any", { header: (h) => ({ ...h, nBits: 0x2100_ffff }) }],
  ["high-hash", "nBits is negative", { header: (h) => ({ ...h, nBits: 0x2080_0001 }) }],
  ["high-hash", "nBits is zero", { header: (h) => ({ ...h, nBits: 0 }) }],
  ["bad-diffbits", "nBits is not what is asked", { header: (h) => ({ ...h, nBits: 0x207f_fffe }) }],
  [
    "bad-txnmrklroot",
    "the merkle root is of other transactions",
    { header: (h) => ({ ...h, merkleRoot: new Uint8Array(32) }) },
  ],
  [
    "prev-blk-not-found",
    "nobody knows the previous block",
    { header: (h) => ({ ...h, prevHash: new Uint8Array(32).fill(7) }) },
  ],
  [
    "time-too-old",
    "the time is that of the median",
    { header: (h) => ({ ...h, time: medianTimePast(chain.tip) }) },
  ],
  [
    "time-too-new",
    "the time is two hours and a second ahead",
    { header: (h) => ({ ...h, time: NOW + MAX_FUTURE_TIME + 1 }) },
  ],
  ["bad-version(0x00000003)", "the version is before BIP 65", {
    header: (h) => ({ ...h, version: 3 }),
  }],
  [
    "bad-version(0xa0000000)",
    "the version is negative",
    { header: (h) => ({ ...h, version: 0xa000_0000 }) },
  ],
  ["bad-cb-height", "the height is another", input({ scriptSig: Uint8Array.of(1, 100, 0, 0) })],
  ["bad-cb-height", "there is no height", input({ scriptSig: Uint8Array.of(0, 0) })],
  ["bad-cb-length", "the coinbase's script is too short", input({ scriptSig: Uint8Array.of(0) })],
  ["bad-cb-length", "it has 101 bytes", input({ scriptSig: new Uint8Array(101) })],
  ["bad-cb-missing", "the first transaction spends something", input({ vout: 0 })],
  ["bad-cb-amount", "the coinbase pays a satoshi too much", { fees: 1n }],
  [
    "bad-cb-amount",
    "it takes fees that nobody paid",
    { transactions: [honest], fees: 1_0001n },
  ],
  ["bad-witness-nonce-size", "the witness is stripped", input({ witness: [] })],
  ["bad-witness-nonce-size", "it has 31 bytes", input({ witness: [new Uint8Array(31)] })],
  [
    "bad-witness-nonce-size",
    "it has two items",
    input({ witness: [new Uint8Array(32), new Uint8Array(32)] }),
  ],
  [
    "bad-witness-merkle-match",
    "the reserved value is not the committed one",
    input({ witness: [new Uint8Array(32).fill(1)] }),
  ],
  [
    "bad-witness-merkle-match",
    "a later output looks like a commitment",
    { coinbase: (tx) => ({ ...tx, outputs: [...tx.outputs, otherCommitment] }) },
  ],
  [
    "unexpected-witness",
    "a witness is there without a commitment",
    { uncommitted: true, transactions: [honest], fees: 1_0000n },
  ],
  [
    "bad-txns-vout-empty",
    "a transaction pays nobody",
    { transactions: [{ ...honest, outputs: [] }] },
  ],
  [
    "bad-txns-vout-negative",
    "an output is negative",
    { transactions: [spend([coin], [toAnyone(1n << 63n)])] },
  ],
  [
    "bad-txns-vout-toolarge",
    "an output has more than all coins",
    { transactions: [spend([coin], [toAnyone(21_000_000_0000_0001n)])] },
  ],
  [
    "bad-txns-txouttotal-toolarge",
    "all outputs together have",
    { transactions: [spend([coin], [toAnyone(21_000_000_0000_0000n), toAnyone(1n)])] },
  ],
  [
    "bad-txns-inputs-duplicate",
    "a coin is spent twice at once",
    { transactions: [spend([coin, coin], [toAnyone(1n)])] },
  ],
  [
    "bad-txns-prevout-null",
    "another input is a coinbase's",
    { transactions: [spend([coin, `${"00".repeat(32)}:4294967295`], [toAnyone(1n)])] },
  ],
  [
    "bad-cb-multiple",
    "there are two coinbases",
    {
      transactions: [
        spend([`${"00".repeat(32)}:4294967295`], [toAnyone(1n)]),
      ],
    },
  ],
  [
    "bad-txns-inputs-missingorspent",
    "a coin never was",
    { transactions: [spend([`${"11".repeat(32)}:0`], [toAnyone(1n)])] },
  ],
  [
    "bad-txns-inputs-missingorspent",
    "a coin is spent twice",
    { transactions: [honest, spend([coin], [toAnyone(1n)])] },
  ],
  [
    "bad-txns-premature-spend-of-coinbase",
    "a coinbase is spent 99 blocks later",
    { transactions: [spend([immature[0] ?? ""], [toAnyone(1n)])] },
  ],
  [
    "bad-txns-in-belowout",
    "more is paid than spent",
    { transactions: [spend([coin], [toAnyone(50_0000_0001n)])] },
  ],
  [
    "bad-txns-nonfinal",
    "the lock time is this very height",
    { transactions: [{ ...honest, lockTime: 111 }] },
  ],
  [
    "bad-txns-nonfinal",
    "the lock time is the median time",
    { transactions: [{ ...honest, lockTime: medianTimePast(chain.tip) }] },
  ],
  [
    "bad-txns-nonfinal",
    "the coin is younger than its input says",
    { transactions: [relative(honest, 0x0000_ffff)] },
  ],
  [
    "bad-txns-nonfinal",
    "it is younger in time",
    { transactions: [relative(spend([second], [toAnyone(1n)]), 0x0040_0001)] },
  ],
  [
    "block-script-verify-flag-failed (Witness program hash mismatch)",
    "the witness shows another script",
    { transactions: [witnessed(honest, [Uint8Array.of(0x52)])] },
  ],
  [
    "block-script-verify-flag-failed (Witness program was passed an empty witness)",
    "there is no witness",
    { transactions: [witnessed(honest, [])] },
  ],
  [
    "block-script-verify-flag-failed (Stack size must be exactly one after execution)",
    "the witness has more than it needs",
    { transactions: [witnessed(honest, [Uint8Array.of(1), Uint8Array.of(0x51)])] },
  ],
  [
    "script-not-supported",
    "a coin is spent whose script nobody here executes",
    { transactions: spendingScript(Uint8Array.of(0x00, 0x14, ...new Uint8Array(20))) },
  ],
  [
    "bad-blk-sigops",
    "outputs have 20,001 checks of signatures",
    {
      transactions: [
        spend([coin], [{ value: 0n, scriptPubKey: new Uint8Array(20_001).fill(0xac) }]),
      ],
    },
  ],
  [
    "bad-blk-length",
    "the block without witnesses is a megabyte",
    { transactions: [big(coin, 500_000), big(second, 500_000)] },
  ],
  [
    "bad-blk-weight",
    "witnesses make it more than 4,000,000",
    {
      transactions: [witnessed(big(coin, 900_000), [new Uint8Array(400_000), Uint8Array.of(0x51)])],
    },
  ],
];

for (const [reason, what, draft] of REASONS) {
  Deno.test(`Chain.accept() says ${reason} when ${what}`, () => {
    strictEqual(reasonOf(draft), reason);
  });
}

const VALID: readonly [what: string, draft: Draft][] = [
  ["with a transaction and its fee", { transactions: [honest], fees: 1_0000n }],
  ["whose transaction spends one before it", {
    transactions: spendingScript(Uint8Array.of(0x51), (tx) => witnessed(tx, [])),
  }],
  ["without witnesses and without commitment", { uncommitted: true }],
  ["whose last commitment is right", {
    coinbase: (tx) => ({ ...tx, outputs: [otherCommitment, ...tx.outputs] }),
  }],
  ["whose coinbase leaves money lying", { fees: -1_0000n }],
  ["with any of the version bits of BIP 323", {
    header: (h) => ({ ...h, version: h.version | 0x1fff_e000 }),
  }],
  ["two hours ahead", { header: (h) => ({ ...h, time: NOW + MAX_FUTURE_TIME }) }],
  ["a second after the median", { header: (h) => ({ ...h, time: medianTimePast(chain.tip) + 1 }) }],
  ["that spends a coinbase 100 blocks later", {
    transactions: [spend([coins.at(-1) ?? ""], [toAnyone(50_0000_0000n)])],
  }],
  ["whose lock time has just passed", { transactions: [{ ...honest, lockTime: 110 }] }],
  ["whose relative lock time has just passed", { transactions: [relative(honest, 110)] }],
  ["with a reserved value of its own", input({ witness: [new Uint8Array(32)] })],
  ["with exactly 80,000 of sigops", {
    transactions: [
      spend([coin], [{ value: 0n, scriptPubKey: new Uint8Array(20_000).fill(0xac) }]),
    ],
  }],
];

for (const [what, draft] of VALID) {
  Deno.test(`Chain.accept() takes a block ${what}`, () => {
    strictEqual(reasonOf(draft), "accepted");
  });
}

Deno.test("B141-5 Chain.accept() says bad-witness-nonce-size to a coinbase without its witness", () => {
  const block = decodeBlock(draftBlock(chain, { transactions: [honest], fees: 1_0000n }));
  const stripped = encodeBlock(
    encodeHeader(block.header),
    block.transactions.map((tx, i) => encodeTransaction(tx, { witness: i > 0 })),
  );
  strictEqual(reasonOfBytes(stripped), "bad-witness-nonce-size");
});

Deno.test("Chain.accept() sees that the last transactions are there twice", () => {
  const pair = [
    spend([coin], [toAnyone(1n)]),
    spend([second], [toAnyone(1n)]),
  ];
  const { header, transactions } = decodeBlock(draftBlock(chain, { transactions: pair }));
  // With an odd number of leaves the root repeats the last one: CVE-2012-2459.
  const twice = encodeBlock(
    encodeHeader(header),
    [...transactions, ...transactions.slice(-1)].map((tx) =>
      encodeTransaction(tx, { witness: true })
    ),
  );
  strictEqual(reasonOfBytes(twice), "bad-txns-duplicate");
});

Deno.test("Chain.accept() takes no block with any byte after the header changed", () => {
  const block = draftBlock(chain, { transactions: [honest], fees: 1_0000n });
  strictEqual(reasonOfBytes(block), "accepted");
  const anywhere = fc.integer({ min: 80, max: block.length - 1 });
  fc.assert(
    fc.property(anywhere, fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = block.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      try {
        return !["accepted", "side", "known"].includes(reasonOfBytes(changed));
      } catch (error) {
        return error instanceof DecodeError;
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("Chain.accept() is all or nothing, whatever the reason", () => {
  const { chain: other } = regtest();
  const coinsBefore = other.coins.size;
  for (const [, , draft] of REASONS) {
    other.accept(hashBlock(decodeBlock(draftBlock(other, draft))), NOW);
    strictEqual(other.tip.height, 110);
    strictEqual(other.coins.size, coinsBefore);
  }
  const block = hashBlock(decodeBlock(draftBlock(other, { transactions: [honest], fees: 1n })));
  deepStrictEqual(other.accept(block, NOW).verdict, { outcome: "accepted" });
});

function relative(tx: Transaction, sequence: number): Transaction {
  return { ...tx, inputs: tx.inputs.map((each) => ({ ...each, sequence })) };
}

function witnessed(tx: Transaction, witness: Uint8Array[]): Transaction {
  return { ...tx, inputs: tx.inputs.map((each) => ({ ...each, witness })) };
}

/** `tx` of `size` bytes and some, without witness. */
function big(from: string, size: number): Transaction {
  return spend([from], [{ value: 0n, scriptPubKey: new Uint8Array(size).fill(0x6a) }]);
}

/** A transaction that pays to `script`, and one that spends that. */
function spendingScript(
  script: Uint8Array,
  change: (tx: Transaction) => Transaction = (tx) => tx,
): Transaction[] {
  const paying = spend([coin], [{ value: 1n, scriptPubKey: script }]);
  return [paying, change(spend([`${txid(paying).toHex()}:0`], [toAnyone(1n)]))];
}
