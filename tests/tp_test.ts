/**
 * The template provider over encrypted connections, on the embedded chain: which templates SV2 §7 has
 * it send to whom, and when.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { equalBytes } from "../lib/bitcoin/bytes.ts";
import { sigopCost } from "../lib/bitcoin/sigops.ts";
import { decodeTransaction, type TxOutput, weight } from "../lib/bitcoin/transaction.ts";
import { targetFromCompact } from "../lib/bitcoin/compact.ts";
import { SubmitSolution } from "../lib/messages/template.ts";
import { FakeHost } from "./support/fake_host.ts";
import { clientCoinbase, solveTemplate, TpBench, transactionsOf } from "./support/tp_bench.ts";
import { fillPool, fillWithSigops } from "./support/full_pool.ts";

async function feesOf(bench: TpBench): Promise<bigint> {
  return (await bench.node.template({ reservedWeight: 2_000, reservedSigops: 0 })).fees;
}

/** An output that takes `size` bytes of the coinbase. */
function outputOf(size: number): TxOutput {
  const rest = size - 8;
  const length = rest - (rest < 0xfe ? 1 : rest <= 0x1_0002 ? 3 : 5);
  return { value: 0n, scriptPubKey: new Uint8Array(length) };
}

Deno.test("TDP-1, TDP-2, TDP-19 a client gets nothing before its constraints, and work at once after them", async () => {
  await using bench = await TpBench.open();
  const client = await bench.silentClient();
  await bench.pass(5_000);
  deepStrictEqual(client.raw.names(), ["SetupConnection.Success"]);
  await client.ask(100);
  deepStrictEqual(client.raw.names().slice(1), ["NewTemplate", "SetNewPrevHash"]);
  strictEqual(client.template.futureTemplate, true);
  strictEqual(client.prevHash.templateId, client.template.templateId);
  const { headerTimestamp } = client.prevHash;
  ok(headerTimestamp <= bench.host.clock.unix() + 1 && headerTimestamp > 1_699_999_000);
});

Deno.test("TDP-3 a template that pays enough more is pushed, not before its time, and takes effect by itself", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const first = client.template;
  bench.node.transact();
  await bench.pass(4_000);
  strictEqual(client.templates.length, 1);
  await bench.pass(2_000);
  strictEqual(client.templates.length, 2);
  strictEqual(client.template.futureTemplate, false);
  strictEqual(client.prevHashes.length, 1);
  ok(client.template.coinbaseTxValueRemaining >= first.coinbaseTxValueRemaining + 1_000n);
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("TDP-3 a template that pays hardly more is not worth a message", async () => {
  await using bench = await TpBench.open({}, { feeThreshold: 1_000_000n });
  const client = await bench.client();
  bench.node.transact();
  await bench.pass(30_000);
  strictEqual(client.templates.length, 1);
  while (bench.node.transact()) if ((await feesOf(bench)) > 1_000_000n) break;
  await bench.pass(2_000);
  strictEqual(client.templates.length, 2);
});

Deno.test("TDP-4, TDP-19 on a new block every client gets a future template, then SetNewPrevHash, at once", async () => {
  await using bench = await TpBench.open();
  const clients = [await bench.client(), await bench.client(), await bench.client(5_000)];
  const [finder] = clients;
  await finder?.solve();
  for (const client of clients) {
    deepStrictEqual(client.raw.names().slice(-2), ["NewTemplate", "SetNewPrevHash"]);
    strictEqual(client.template.futureTemplate, true);
    strictEqual(client.prevHash.templateId, client.template.templateId);
    strictEqual(client.prevHashes.length, 2);
    deepStrictEqual(client.prevHash.prevHash, finder?.prevHash.prevHash);
  }
  ok(
    !equalBytes(
      finder?.prevHashes[0]?.prevHash ?? new Uint8Array(),
      finder?.prevHash.prevHash ?? new Uint8Array(),
    ),
  );
});

Deno.test("TDP-4 clients of one shape share a template, and what each knows is kept apart", async () => {
  await using bench = await TpBench.open();
  const [one, two, other] = [await bench.client(), await bench.client(), await bench.client(900)];
  await one.solve();
  bench.node.transact();
  await bench.pass(7_000);
  for (const client of [one, two, other]) {
    deepStrictEqual(client.templates.map((template) => template.futureTemplate), [
      true,
      true,
      false,
    ]);
    strictEqual(client.prevHashes.length, 2);
  }
  deepStrictEqual(one.template, two.template);
  ok(one.template.templateId !== other.template.templateId);
});

for (const size of [0, 100, 1_000, 25_000, 65_000]) {
  Deno.test(`TDP-6, TDP-8 a block with a full pool, a script of 100 bytes and ${size} bytes of outputs is valid`, async () => {
    await using bench = await TpBench.open();
    await fillPool(bench.node);
    const client = await bench.client(size);
    const { template } = client;
    const data = await transactionsOf(bench, client, template.templateId);
    ok(data !== undefined && "transactionList" in data);
    const transactions = data.transactionList.map(decodeTransaction);
    const coinbase = clientCoinbase(template, size === 0 ? [] : [outputOf(size)]);
    const total = [coinbase, ...transactions].reduce((sum, tx) => sum + weight(tx), 4 * 83);
    ok(total <= 4_000_000, `${total} weight units`);
    // Nothing is wasted either: the pool has transactions of every size.
    ok(total > 3_998_000, `${total} weight units`);
    await client.solve({ coinbase: () => coinbase });
    deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  });
}

Deno.test("TDP-6 a client that asks for all the room there is gets a template without transactions", async () => {
  await using bench = await TpBench.open();
  await fillPool(bench.node);
  const client = await bench.client(999_708);
  deepStrictEqual(client.template.merklePath, []);
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

for (const sigops of [0, 400, 65_535]) {
  Deno.test(`TDP-7 a block with a pool full of signature checks and ${sigops} in the coinbase is valid`, async () => {
    await using bench = await TpBench.open();
    await fillWithSigops(bench.node);
    const client = await bench.client(20_000, sigops);
    const { template } = client;
    const data = await transactionsOf(bench, client, template.templateId);
    ok(data !== undefined && "transactionList" in data);
    const checks = { value: 0n, scriptPubKey: new Uint8Array(Math.floor(sigops / 4)).fill(0xac) };
    const coinbase = clientCoinbase(template, [checks]);
    const total = [coinbase, ...data.transactionList.map(decodeTransaction)]
      .reduce((sum, tx) => sum + sigopCost(tx.outputs), 0);
    ok(total <= 80_000 && total > 75_000, `${total} of 80,000`);
    await client.solve({ coinbase: () => coinbase });
    deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  });
}

for (const size of [999_709, 1_000_000, 0x4000_0000, 0xffff_ffff]) {
  Deno.test(`TDP-8 a client that asks for ${size} bytes is refused: no block has room for them`, async () => {
    await using bench = await TpBench.open();
    const [client, other] = [await bench.silentClient(), await bench.client()];
    await client.ask(size);
    strictEqual(client.raw.closed, true);
    deepStrictEqual(client.templates, []);
    strictEqual(bench.host.logged("client.refused").length, 1);
    await other.solve();
    strictEqual(other.templates.length, 2);
  });
}

Deno.test("TDP-10 later constraints replace former ones, at once, and old templates can still be solved", async () => {
  await using bench = await TpBench.open();
  await fillPool(bench.node);
  const client = await bench.client(100);
  const [first] = client.templates;
  ok(first !== undefined);
  await client.ask(500_000);
  deepStrictEqual(client.raw.names().slice(-2), ["NewTemplate", "SetNewPrevHash"]);
  ok(client.template.futureTemplate);
  ok(client.template.coinbaseTxValueRemaining < first.coinbaseTxValueRemaining);
  await client.solve({ template: first });
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  ok(client.template.templateId > first.templateId);
  const data = await transactionsOf(bench, client, client.template.templateId);
  ok(data !== undefined && "transactionList" in data, "conforms to the later ones after the block");
});

Deno.test("TDP-12 template ids rise for every client, whatever it asks for, and over restarts", async () => {
  const ids: bigint[] = [];
  {
    await using bench = await TpBench.open();
    await bench.client(100);
    const client = await bench.client(200);
    for (const size of [100, 200, 100, 100]) await client.ask(size);
    await client.solve();
    ids.push(...client.templates.map(({ templateId }) => templateId));
    strictEqual(ids.length, 6);
  }
  const host = new FakeHost();
  host.clock.setUnix(1_700_000_002);
  await using again = await TpBench.open({}, {}, host);
  ids.push((await again.client()).template.templateId);
  for (const [i, id] of ids.slice(1).entries()) ok(id > (ids[i] ?? 0n), `${ids}`);
});

Deno.test("SetNewPrevHash says the target that nBits stands for, and comes again when a late block may be easier", async () => {
  await using bench = await TpBench.open({ blockTime: 20, hashRateHint: 50 });
  const client = await bench.client();
  const [first] = client.prevHashes;
  ok(first !== undefined);
  strictEqual(first.target, targetFromCompact(first.nBits));
  await bench.pass(60_000);
  const last = client.prevHash;
  deepStrictEqual(last.prevHash, first.prevHash);
  ok(last.target > first.target && last.nBits !== first.nBits);
  ok(client.template.futureTemplate);
  ok(last.headerTimestamp > first.headerTimestamp);
  // What was handed out before stays good: its time has only run on.
  await client.raw.send(
    SubmitSolution,
    solveTemplate(client.templates[0] ?? client.template, first),
  );
  await bench.pass();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});
