/**
 * The transactions of templates, as clients of the template provider get them, SV2 §7.4 to §7.6.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { sha256d } from "../lib/bitcoin/hash.ts";
import { foldMerklePath, merkleRoot } from "../lib/bitcoin/merkle.ts";
import {
  decodeOutputs,
  decodeTransaction,
  encodeTransaction,
  txid,
  wtxid,
} from "../lib/bitcoin/transaction.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { RequestTransactionData, RequestTransactionDataSuccess } from "../lib/messages/template.ts";
import { clientCoinbase, TpBench, transactionsOf } from "./support/tp_bench.ts";
import { fillPool } from "./support/full_pool.ts";

Deno.test("TDP-18, TDP-25, B141-6 the transactions are all there, and path and commitment are theirs", async () => {
  await using bench = await TpBench.open({ transactionsPerSecond: 7 });
  await bench.pass(10_000);
  const client = await bench.client();
  const { template } = client;
  const data = await transactionsOf(bench, client, template.templateId);
  ok(data !== undefined && "transactionList" in data);
  strictEqual(data.templateId, template.templateId);
  deepStrictEqual(data.excessData, new Uint8Array(32));
  const transactions = data.transactionList.map(decodeTransaction);
  ok(transactions.length > 20);
  ok(transactions.every(({ inputs }) => inputs.every(({ witness }) => witness.length > 0)));
  const coinbase = txid(clientCoinbase(template, []));
  deepStrictEqual(
    foldMerklePath(coinbase, template.merklePath),
    merkleRoot([coinbase, ...transactions.map(txid)]),
  );
  const outputs = decodeOutputs(template.coinbaseTxOutputs, template.coinbaseTxOutputsCount);
  const root = merkleRoot([new Uint8Array(32), ...transactions.map(wtxid)]);
  const commitment = sha256d(Uint8Array.from([...root, ...new Uint8Array(32)]));
  deepStrictEqual(outputs.map(({ scriptPubKey }) => scriptPubKey.toHex()), [
    `6a24aa21a9ed${commitment.toHex()}`,
  ]);
});

Deno.test("TDP-25 requests for templates without transactions, that never were, or grew stale", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const { templateId } = client.template;
  const empty = await transactionsOf(bench, client, templateId);
  deepStrictEqual(empty, {
    templateId,
    excessData: new Uint8Array(32),
    transactionList: [],
  });
  for (const never of [0n, templateId - 1n, templateId + 1_000n, 2n ** 64n - 1n]) {
    deepStrictEqual(await transactionsOf(bench, client, never), {
      templateId: never,
      errorCode: "template-id-not-found",
    });
  }
  await client.solve();
  await bench.pass(9_000);
  const graced = await transactionsOf(bench, client, templateId);
  ok(graced !== undefined && "transactionList" in graced, "ten seconds of grace");
  await bench.pass(2_000);
  for (const passed of [0, 700_000]) {
    await bench.pass(passed);
    deepStrictEqual(await transactionsOf(bench, client, templateId), {
      templateId,
      errorCode: "stale-template-id",
    });
  }
});

Deno.test("TDP-25 several requests at once are answered, also with messages of many chunks", async () => {
  await using bench = await TpBench.open();
  await fillPool(bench.node);
  const client = await bench.client();
  const { templateId } = client.template;
  const request = encodeFrame(RequestTransactionData, { templateId });
  const both = [client.raw.seal(request), client.raw.seal(request)];
  await client.raw.socket.write(Uint8Array.from(both.flatMap((frame) => [...frame])));
  await bench.pass();
  const answers = client.raw.all(RequestTransactionDataSuccess);
  strictEqual(answers.length, 2);
  const size = answers[0]?.transactionList.reduce((sum, tx) => sum + tx.length, 0) ?? 0;
  ok(size > 900_000, `${size} bytes`);
  deepStrictEqual(answers[0], answers[1]);
});

Deno.test("TDP-26 transactions are in Bitcoin's own encoding, witnesses and all", async () => {
  await using bench = await TpBench.open({ transactionsPerSecond: 5 });
  await bench.pass(5_000);
  const client = await bench.client();
  const data = await transactionsOf(bench, client, client.template.templateId);
  ok(data !== undefined && "transactionList" in data && data.transactionList.length > 0);
  for (const tx of data.transactionList) {
    deepStrictEqual(encodeTransaction(decodeTransaction(tx), { witness: true }), tx);
  }
});
