import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  answerBody,
  fullTemplate,
  type ListedTransaction,
  listedTransactions,
  SUBSIDY,
  templateAnswer,
} from "../../../tests/support/template_answers.ts";
import { bytesFromHex } from "../../bitcoin/bytes.ts";
import { merklePath } from "../../bitcoin/merkle.ts";
import { decodeTransaction, encodeOutput, txid, wtxid } from "../../bitcoin/transaction.ts";
import { witnessCommitmentOutput } from "../../bitcoin/witness_commitment.ts";
import type { NodeTemplate, TemplateConstraints } from "../node.ts";
import type { TemplateDigest } from "./digest.ts";
import { digestHere } from "./digest_here.ts";
import { cutTemplate } from "./template.ts";

const MAX_WEIGHT = 4_000_000;
const MAX_SIGOPS = 80_000;

/** A list, and room for part of it or for all. */
const cases = listedTransactions.chain((listed) =>
  fc.record({
    listed: fc.constant(listed),
    room: fc.nat(listed.reduce((sum, { weight }) => sum + weight, 1_000)),
    checks: fc.oneof(
      fc.constant(1_000),
      fc.nat(listed.reduce((sum, { sigops }) => sum + sigops, 0)),
    ),
  })
);

async function digestOf(
  listed: readonly ListedTransaction[],
  change: Record<string, unknown> = {},
): Promise<TemplateDigest> {
  const digested = await digestHere()(answerBody(templateAnswer(listed, change)));
  ok(digested.type === "template", JSON.stringify(digested));
  return digested.digest;
}

interface Cut {
  readonly template: NodeTemplate;
  readonly constraints: TemplateConstraints;
  /** Which of the list are in it. */
  readonly kept: readonly number[];
}

async function cut({ listed, room, checks }: {
  readonly listed: readonly ListedTransaction[];
  readonly room: number;
  readonly checks: number;
}): Promise<Cut> {
  const constraints = { reservedWeight: MAX_WEIGHT - room, reservedSigops: MAX_SIGOPS - checks };
  const template = cutTemplate(await digestOf(listed), constraints);
  const kept = (await template.transactions())
    .map((bytes) => listed.findIndex(({ data }) => data === bytes.toHex()));
  return { template, constraints, kept };
}

function sum(listed: readonly ListedTransaction[], of: "weight" | "sigops" | "fee"): number {
  return listed.reduce((total, tx) => total + tx[of], 0);
}

Deno.test("cutTemplate() leaves the weight and the signature checks free that were asked for", () =>
  fc.assert(fc.asyncProperty(cases, async (each) => {
    const { kept, constraints } = await cut(each);
    const listed = kept.flatMap((i) => each.listed[i] ?? []);
    ok(sum(listed, "weight") + constraints.reservedWeight <= MAX_WEIGHT);
    ok(sum(listed, "sigops") + constraints.reservedSigops <= MAX_SIGOPS);
  })));

Deno.test("cutTemplate() keeps the node's order, and each transaction that another one needs", () =>
  fc.assert(fc.asyncProperty(cases, async (each) => {
    const { kept } = await cut(each);
    deepStrictEqual(kept, [...kept].sort((a, b) => a - b));
    for (const i of kept) {
      for (const need of each.listed[i]?.depends ?? []) ok(kept.includes(need - 1));
    }
  })));

Deno.test("cutTemplate() drops from the end: what comes before the first that does not fit stays", () =>
  fc.assert(fc.asyncProperty(cases, async (each) => {
    const { kept } = await cut(each);
    let fitting = 0;
    for (; fitting < each.listed.length; fitting++) {
      const first = each.listed.slice(0, fitting + 1);
      if (sum(first, "weight") > each.room || sum(first, "sigops") > each.checks) break;
    }
    deepStrictEqual(kept.slice(0, fitting), [...each.listed.keys()].slice(0, fitting));
  })));

Deno.test("cutTemplate() commits to what it kept, and pays no fee of what it dropped", () =>
  fc.assert(fc.asyncProperty(cases, async (each) => {
    const { template, kept } = await cut(each);
    const transactions = (await template.transactions()).map(decodeTransaction);
    deepStrictEqual(template.merklePath, merklePath(transactions.map(txid)));
    deepStrictEqual(
      template.coinbase.outputs,
      encodeOutput(witnessCommitmentOutput(transactions.map(wtxid))),
    );
    const fees = sum(kept.flatMap((i) => each.listed[i] ?? []), "fee");
    strictEqual(template.fees, BigInt(fees));
    strictEqual(template.coinbase.valueRemaining, BigInt(SUBSIDY + fees));
  })));

Deno.test("cutTemplate() takes all of it where there is room, and hashes nothing again", async () => {
  const digest = await digestOf(fullTemplate(50));
  const template = cutTemplate(digest, { reservedWeight: 2_000, reservedSigops: 400 });
  strictEqual(await template.transactions(), digest.transactions);
});

Deno.test("cutTemplate() has the block's own numbers", async () => {
  const template = cutTemplate(
    await digestOf([], { version: -1, bits: "1d00ffff", height: 16 }),
    { reservedWeight: 2_000, reservedSigops: 400 },
  );
  const { coinbase, ...rest } = template;
  strictEqual(rest.version, 0xffff_ffff);
  strictEqual(rest.nBits, 0x1d00_ffff);
  strictEqual(rest.height, 16);
  strictEqual(rest.time, 1_795_619_168);
  strictEqual(rest.minTime, 1_795_619_167);
  deepStrictEqual(
    rest.prevHash,
    bytesFromHex("3b95d722498c777733b75c7748298bca1fabbe695220e666ce3c034f05618227").reverse(),
  );
  deepStrictEqual(coinbase.scriptSigPrefix, Uint8Array.of(0x60));
  strictEqual(coinbase.lockTime, 15);
  strictEqual(coinbase.sequence, 0xffff_fffe);
});

Deno.test("cutTemplate() makes no commitment where the node says that blocks have no witnesses", async () => {
  const digest = await digestOf([], { rules: ["csv"] });
  const { coinbase } = cutTemplate(digest, { reservedWeight: 2_000, reservedSigops: 400 });
  strictEqual(coinbase.outputCount, 0);
  deepStrictEqual(coinbase.outputs, new Uint8Array());
  strictEqual(coinbase.witnessReserved, undefined);
});

Deno.test("cutTemplate() heeds limits of the node's that are lower than the network's", async () => {
  const digest = await digestOf(fullTemplate(50), { weightlimit: 3_000_000 });
  const { fees } = cutTemplate(digest, { reservedWeight: 3_000_000, reservedSigops: 400 });
  strictEqual(fees, 0n);
});
