/**
 * The template provider over encrypted connections, on the embedded chain: what SV2 §7 asks of it, and
 * what it does when clients do not do as SV2 §7 says.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { equalBytes } from "../lib/bitcoin/bytes.ts";
import { sha256d } from "../lib/bitcoin/hash.ts";
import { foldMerklePath, merkleRoot } from "../lib/bitcoin/merkle.ts";
import { sigopCost } from "../lib/bitcoin/sigops.ts";
import {
  decodeOutputs,
  decodeTransaction,
  encodeTransaction,
  txid,
  type TxOutput,
  weight,
  wtxid,
} from "../lib/bitcoin/transaction.ts";
import { targetFromCompact } from "../lib/bitcoin/compact.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { SetupConnectionError } from "../lib/messages/common.ts";
import { DeclareMiningJob } from "../lib/messages/declaration.ts";
import { OpenStandardMiningChannel } from "../lib/messages/mining.ts";
import {
  NewTemplate,
  RequestTransactionData,
  RequestTransactionDataError,
  RequestTransactionDataSuccess,
  SubmitSolution,
} from "../lib/messages/template.ts";
import { generateEphemeral } from "../lib/noise/crypto.ts";
import { Initiator } from "../lib/noise/handshake.ts";
import { HandshakeError } from "../lib/noise/handshake_error.ts";
import { FakeHost, seededRandom } from "./support/fake_host.ts";
import { RawClient } from "./support/raw_client.ts";
import { clientCoinbase, solveTemplate, type TdpClient, TpBench } from "./support/tp_bench.ts";
import { fillPool, fillWithSigops } from "./support/full_pool.ts";

/** Asks for a template's transactions. @returns Success or Error. */
async function transactionsOf(
  bench: TpBench,
  client: TdpClient,
  templateId: bigint,
): Promise<RequestTransactionDataSuccess | RequestTransactionDataError | undefined> {
  const before = client.raw.received.length;
  await client.raw.send(RequestTransactionData, { templateId });
  await bench.pass();
  const frame = client.raw.received.slice(before).at(-1);
  if (frame?.msgType === RequestTransactionDataSuccess.id) {
    return RequestTransactionDataSuccess.decode(frame.payload).value;
  }
  return frame && RequestTransactionDataError.decode(frame.payload).value;
}

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

Deno.test("TDP-1 a client that never says what it needs is sent away", async () => {
  await using bench = await TpBench.open();
  const client = await bench.silentClient();
  await bench.pass(11_000);
  strictEqual(client.raw.closed, true);
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

Deno.test("TDP-29 a client that expects another authority does not believe the template provider", async () => {
  await using bench = await TpBench.open();
  const socket = await bench.host.connect({ hostname: "127.0.0.1", port: 18_442 });
  const initiator = new Initiator({
    authorityKey: new Uint8Array(32).fill(2),
    ephemeral: generateEphemeral(seededRandom(3)),
    unix: bench.host.clock.unix(),
  });
  await socket.write(initiator.act1());
  await bench.pass();
  const act2 = new Uint8Array(234);
  for (let have = 0; have < 234;) have += await socket.read(act2.subarray(have)) ?? 234;
  let reason: unknown;
  try {
    initiator.receive(act2);
  } catch (error) {
    reason = error;
  }
  ok(reason instanceof HandshakeError, `${reason}`);
});

Deno.test("CONN-2, CONN-8 the template provider speaks template distribution and nothing else", async () => {
  await using bench = await TpBench.open();
  for (
    const [change, errorCode, flags] of [
      [{ protocol: 0 }, "unsupported-protocol", 0],
      [{ protocol: 1 }, "unsupported-protocol", 0],
      [{ protocol: 2, minVersion: 3, maxVersion: 4 }, "protocol-version-mismatch", 0],
      [{ protocol: 2, flags: 1 }, "unsupported-feature-flags", 1],
    ] as const
  ) {
    const handshake = RawClient.handshake(
      await bench.host.connect({ hostname: "127.0.0.1", port: 18_442 }),
    );
    await bench.pass();
    const raw = await handshake;
    await raw.setup(change);
    await bench.pass();
    deepStrictEqual(raw.all(SetupConnectionError), [{ flags, errorCode }]);
    strictEqual(raw.closed, true);
  }
});

Deno.test("CONN-16, FRAME-11 messages of other protocols and unknown ones change nothing", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const before = client.raw.received.length;
  for (
    const id of [OpenStandardMiningChannel.id, DeclareMiningJob.id, NewTemplate.id, 0x77, 0xff]
  ) {
    await client.raw.sendFrame(Uint8Array.of(0, 0, id, 4, 0, 0, 1, 2, 3, 4));
  }
  await client.raw.sendFrame(Uint8Array.of(0x34, 0x12, SubmitSolution.id, 0, 0, 0));
  await bench.pass();
  strictEqual(client.raw.received.length, before);
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("a message cut short ends that connection and no other", async () => {
  await using bench = await TpBench.open();
  const [client, other] = [await bench.client(), await bench.client()];
  await client.raw.sendFrame(Uint8Array.of(0, 0, SubmitSolution.id, 3, 0, 0, 1, 2, 3));
  await bench.pass();
  strictEqual(client.raw.closed, true);
  await other.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("requests that nobody needs so many of end the connection", async () => {
  await using bench = await TpBench.open();
  const asker = await bench.client();
  for (let i = 0; i < 40; i++) await transactionsOf(bench, asker, asker.template.templateId);
  strictEqual(asker.raw.closed, true);
  const undecided = await bench.client();
  for (let size = 0; size < 12; size++) await undecided.ask(size);
  strictEqual(undecided.raw.closed, true);
  const early = await bench.silentClient();
  await early.raw.send(RequestTransactionData, { templateId: 1n });
  await bench.pass();
  strictEqual(early.raw.closed, true);
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
