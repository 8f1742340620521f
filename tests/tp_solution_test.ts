/**
 * What becomes of solutions that the template provider gets over encrypted connections, SV2 §7.7.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { decodeTransaction, encodeTransaction } from "../lib/bitcoin/transaction.ts";
import { SubmitSolution } from "../lib/messages/template.ts";
import { solveTemplate, TpBench } from "./support/tp_bench.ts";

Deno.test("TDP-5 a solution for an older template on the tip is submitted", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const old = client.template;
  bench.node.transact();
  await bench.pass(7_000);
  strictEqual(client.templates.length, 2);
  await client.solve({ template: old });
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("TDP-5 a solution for a template on the former tip is submitted, grace or not", async () => {
  for (const late of [1_000, 60_000]) {
    await using bench = await TpBench.open();
    const [client, rival] = [await bench.client(), await bench.client()];
    const { template, prevHash } = rival;
    await client.solve();
    await bench.pass(late);
    // Another block on the same parent: not the best, but who knows what comes.
    const another = solveTemplate(template, prevHash, {
      coinbase: (tx) => ({ ...tx, outputs: tx.outputs.slice(1) }),
    });
    await rival.raw.send(SubmitSolution, another);
    await bench.pass();
    deepStrictEqual(bench.verdicts.map(({ outcome }) => outcome), ["accepted", "side"]);
  }
});

Deno.test("TDP-5 a solution is taken from a client that had to connect anew, before it asks for anything", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const { template, prevHash } = client;
  client.raw.socket.close();
  await bench.pass();
  const again = await bench.silentClient();
  await again.raw.send(SubmitSolution, solveTemplate(template, prevHash));
  await bench.pass();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("TDP-17, TDP-28 a solution may have any bits of BIP 323 and no other", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  for (const bit of [0, 4, 29, 30, 31]) {
    await client.solve({ version: (client.template.version ^ (1 << bit)) >>> 0 });
  }
  deepStrictEqual(bench.verdicts, []);
  deepStrictEqual(
    bench.host.logged("solution.refused").map(({ reason }) => reason),
    Array(5).fill("version-bits-not-rollable"),
  );
  await client.solve({ version: client.template.version | 0x1fff_ffe0 });
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("a block whose coinbase has the template's outputs twice is saved, as SRI's pool sends it", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  await client.solve({
    spoil(solution) {
      const coinbase = decodeTransaction(solution.coinbaseTx);
      const { coinbaseTxOutputsCount: count } = client.template;
      const outputs = [...coinbase.outputs, ...coinbase.outputs.slice(-count)];
      return {
        ...solution,
        coinbaseTx: encodeTransaction({ ...coinbase, outputs }, { witness: true }),
      };
    },
  });
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  deepStrictEqual(
    bench.host.logged("solution.mended").map(({ faults }) => faults),
    ["outputs-repeated"],
  );
});

Deno.test("TDP-28 a solution becomes a block on disk and in the chain, with all its transactions", async () => {
  await using bench = await TpBench.open({ transactionsPerSecond: 5 });
  await bench.pass(10_000);
  const client = await bench.client();
  const { blocks } = await bench.node.health();
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  const [found] = bench.host.logged("block.found");
  const [accepted] = bench.host.logged("block.accepted");
  strictEqual(found?.hash, accepted?.hash);
  strictEqual((await bench.node.health()).blocks, blocks + 1);
});

Deno.test("TDP-28, B141-5 a coinbase without its witness is reported, repaired and accepted", async () => {
  await using bench = await TpBench.open({ transactionsPerSecond: 5 });
  await bench.pass(5_000);
  const client = await bench.client();
  await client.solve({
    spoil: (solution) => ({
      ...solution,
      coinbaseTx: encodeTransaction(decodeTransaction(solution.coinbaseTx), { witness: false }),
    }),
  });
  const [warning] = bench.host.logged("solution.mended");
  strictEqual(warning?.faults, "witness-missing");
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("TDP-28 the node's own reason is logged when it refuses a block", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  await client.solve({
    coinbase: (tx) => ({
      ...tx,
      outputs: tx.outputs.map((output) => ({ ...output, value: output.value * 2n })),
    }),
  });
  deepStrictEqual(bench.verdicts, [{ outcome: "refused", reason: "bad-cb-amount" }]);
  deepStrictEqual(bench.host.logged("block.refused").map(({ reason }) => reason), [
    "bad-cb-amount",
  ]);
  await client.solve();
  strictEqual(bench.verdicts.length, 2);
});

Deno.test("TDP-28 solutions that prove nothing cost little, are logged, and end the connection if there are many", async () => {
  await using bench = await TpBench.open({ hashRateHint: 10, blockTime: 1_000 });
  const [client, honest] = [await bench.client(), await bench.client()];
  const { template } = client;
  await client.solve({ unsolved: true });
  await client.solve({ spoil: (solution) => ({ ...solution, templateId: 1n }) });
  await client.solve({ spoil: (solution) => ({ ...solution, coinbaseTx: new Uint8Array(200) }) });
  await client.solve({ spoil: (solution) => ({ ...solution, coinbaseTx: new Uint8Array() }) });
  deepStrictEqual(
    bench.host.logged("solution.refused").map(({ reason }) => reason),
    ["high-hash", "template-id-not-found", "coinbase-undecodable", "coinbase-undecodable"],
  );
  strictEqual(client.raw.closed, false);
  const bad = { templateId: template.templateId, version: template.version, headerTimestamp: 0 };
  for (let i = 0; i < 40; i++) {
    await client.raw.send(SubmitSolution, {
      ...bad,
      headerNonce: i,
      coinbaseTx: new Uint8Array(9),
    });
  }
  await bench.pass();
  strictEqual(client.raw.closed, true);
  ok(bench.host.logged("solution.refused").length < 40, "the log is bounded too");
  deepStrictEqual(bench.verdicts, []);
  await honest.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("TDP-28 a block that is submitted twice is submitted once", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const sent = await client.solve();
  await client.raw.send(SubmitSolution, sent);
  await bench.pass();
  strictEqual(bench.verdicts.length, 1);
  deepStrictEqual(bench.host.logged("solution.refused").map(({ reason }) => reason), ["repeated"]);
});
