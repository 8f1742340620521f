import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { CONSTRAINTS, IpcBench } from "../../../tests/support/ipc_bench.ts";
import { NETWORKS } from "../../bitcoin/network.ts";
import { OperatorError } from "../../errors.ts";

Deno.test("IpcNode tries again and again, at first soon, to reach a node that is not there", async () => {
  await using bench = await IpcBench.open();
  await bench.run();
  await bench.advance(60_000);
  const [first = 0] = bench.attempts;
  const after = bench.attempts.map((at) => Math.round((at - first) / 1_000));
  deepStrictEqual(after, [0, 1, 3, 7, 15, 25, 35, 45, 55]);
  deepStrictEqual(bench.told, ["down: ipc:node.sock: Cannot connect to node.sock: no such file"]);
  bench.core.start();
  await bench.advance(10_000);
  strictEqual(bench.told.at(-1), "up");
});

Deno.test("IpcNode is up again after its node was, wherever the chain is then", async () => {
  await using bench = await IpcBench.up();
  deepStrictEqual(bench.told, ["up"]);
  bench.core.kill();
  await bench.advance(100);
  match(
    bench.told.at(-1) ?? "",
    /^down: ipc:node\.sock: the connection ended, .*; was it stopped\?$/,
  );
  await rejects(bench.node.template(CONSTRAINTS), operatorError(/the connection ended/));
  await rejects(bench.node.submit(await solvedElsewhere()), operatorError(/the connection ended/));
  await rejects(bench.node.health(), operatorError(/the connection ended/));
  await bench.advance(5_000);
  bench.core.start();
  await bench.advance(10_000);
  const [first, ...rest] = bench.events.filter(({ type }) => type === "up");
  ok(first?.type === "up" && rest.length === 1);
  strictEqual((await bench.node.template(CONSTRAINTS)).height, first.tip.height + 1);
  // It was well for a while, so the next attempts come soon again.
  bench.core.kill();
  await bench.advance(500);
  bench.core.start();
  await bench.advance(1_000);
  strictEqual(bench.told.at(-1), "up");
});

Deno.test("IpcNode refuses a node of before 31, and says what to do", async () => {
  await using bench = await IpcBench.open({}, { version: "30" });
  bench.core.start();
  await rejects(
    bench.run(),
    operatorError(
      /^Cannot use ipc:node\.sock: .*older than Bitcoin Core 31.*use its RPC$/,
      "config",
    ),
  );
});

for (
  const [network, theirs, version, text] of [
    ["mainnet", "regtest", "31.99", /it is on regtest, .* configured for mainnet/],
    ["regtest", "signet", "31.99", /it is on signet, .* configured for regtest/],
    ["mainnet", "testnet4", "31.0", /it is on a test network, .* configured for mainnet/],
    ["signet", "mainnet", "31.0", /it is on mainnet, .* configured for signet/],
  ] as const
) {
  Deno.test(`IpcNode for ${network} refuses Core ${version} on ${theirs}, naming both`, async () => {
    await using bench = await IpcBench.open({ network }, { version });
    bench.core.genesisHash = NETWORKS[theirs].genesisHash;
    bench.core.start();
    await rejects(bench.run(), operatorError(text, "config"));
  });
}

Deno.test("IpcNode waits when its node comes back on another network, and takes it back", async () => {
  await using bench = await IpcBench.up();
  bench.core.kill();
  bench.core.genesisHash = NETWORKS.signet.genesisHash;
  bench.core.start();
  await bench.advance(2_000);
  match(bench.told.at(-1) ?? "", /^down: .*it is on signet/);
  bench.core.genesisHash = NETWORKS.regtest.genesisHash;
  await bench.advance(10_000);
  strictEqual(bench.told.at(-1), "up");
});

Deno.test("IpcNode says what cannot be done on a signet whose blocks are signed", async () => {
  for (const challenge of [undefined, "5121ad51ae", "51"]) {
    await using bench = await IpcBench.open({ network: "signet" });
    bench.core.genesisHash = NETWORKS.signet.genesisHash;
    bench.core.signetChallenge = challenge;
    bench.core.start();
    await bench.run();
    strictEqual(bench.told.at(-1), "up");
    const [line] = bench.host.logged("signet.unsigned");
    strictEqual(line?.["challenge"], challenge === "51" ? undefined : challenge ?? "unknown");
  }
});

Deno.test("IpcNode does without RPC where the node does not let it in", async () => {
  await using bench = await IpcBench.open();
  bench.core.rpcError = { code: -32_600, message: "user is not in rpcwhitelist" };
  bench.core.start();
  await bench.run();
  strictEqual(bench.told.at(-1), "up");
  const { blocks, headers, peers } = await bench.node.health();
  deepStrictEqual([blocks, headers, peers], [bench.core.tip?.height, blocks, undefined]);
});

Deno.test("IpcNode waits for a node that starts, and says so", async () => {
  await using bench = await IpcBench.open();
  bench.core.isLoading = true;
  bench.core.start();
  await bench.run();
  await bench.advance(60_000);
  deepStrictEqual(bench.told, [
    "down: ipc:node.sock: it is starting; templates come when it has loaded its chain",
  ]);
  strictEqual(bench.core.connections, 1);
  bench.core.isLoading = false;
  bench.core.rpcError = { code: -28, message: "Loading wallet…" };
  await bench.advance(5_000);
  strictEqual(bench.told.length, 1);
  bench.core.rpcError = undefined;
  await bench.advance(2_000);
  strictEqual(bench.told.at(-1), "up");
  strictEqual((await bench.node.health()).peers, 7);
});

Deno.test("IpcNode waits for a node in initial block download, and tells how far it is", async () => {
  await using bench = await IpcBench.open({ cooldown: true });
  bench.core.isInitialDownload = true;
  bench.core.headers = 9_000;
  bench.core.start();
  await bench.run();
  await bench.advance(2_000);
  const text =
    "it is in initial block download: block 128 of 9000, 7 peers; templates come when it is done";
  deepStrictEqual(bench.told, [`down: ipc:node.sock: ${text}`]);
  await rejects(bench.node.template(CONSTRAINTS), operatorError(/initial block download/));
  strictEqual((await bench.node.health()).initialDownload, true);
  bench.core.headers = 9_001;
  await bench.advance(60_000);
  match(bench.told.at(-1) ?? "", /block 128 of 9001/);
  bench.core.isInitialDownload = false;
  await bench.advance(2_000);
  deepStrictEqual(bench.told.slice(2), ["up"]);
});

Deno.test("IpcNode does not wait on regtest, unless it is told to", async () => {
  await using bench = await IpcBench.open();
  bench.core.isInitialDownload = true;
  bench.core.start();
  await bench.run();
  deepStrictEqual(bench.told, ["up"]);
  await bench.node.template(CONSTRAINTS);
});

Deno.test("IpcNode asks a node that shuts down no more than now and then", async () => {
  await using bench = await IpcBench.up();
  bench.core.isShuttingDown = true;
  bench.core.wake();
  await bench.advance(10);
  strictEqual(bench.told.at(-1), "down: ipc:node.sock: it is shutting down");
  const before = count(bench, "waitNext") + count(bench, "createNewBlock");
  await bench.advance(30_000);
  const asked = count(bench, "waitNext") + count(bench, "createNewBlock") - before;
  ok(asked <= 6, `${asked} questions in half a minute`);
  bench.core.isShuttingDown = false;
  await bench.advance(10_000);
  strictEqual(bench.told.at(-1), "up");
});

for (const method of ["createNewBlock", "getBlockHeader", "makeThread", "executeRpc"]) {
  Deno.test(`IpcNode gives up on a node that does not answer ${method}, and comes back`, async () => {
    await using bench = await IpcBench.up();
    bench.core.hanging.add(method);
    const asked = bench.node.template(CONSTRAINTS).then(() => {}, (error) => error);
    bench.core.kill();
    bench.core.start();
    await bench.advance(15_000);
    await asked;
    match(bench.told.at(-1) ?? "", /did not answer .* within 10 s; it is overloaded or hangs$/);
    bench.core.hanging.clear();
    await bench.advance(30_000);
    strictEqual(bench.told.at(-1), "up");
  });
}

Deno.test("IpcNode notices a node that hangs while nothing is asked of it", async () => {
  await using bench = await IpcBench.up({ feeIntervalMs: 3_600_000 });
  bench.core.hanging.add("waitNext");
  bench.core.chain.submit(await bench.solve());
  await bench.advance(30_500);
  match(bench.told.at(-1) ?? "", /did not answer waitNext within 30 s/);
});

Deno.test("IpcNode gives a hanging template up, with the reason", async () => {
  await using bench = await IpcBench.up();
  bench.core.hanging.add("getCoinbaseTx");
  const failed = rejects(bench.node.template(CONSTRAINTS), operatorError(/within 10 s/));
  await bench.advance(11_000);
  await failed;
});

Deno.test("IpcNode breaks with a node that says what cannot be, and tries again", async () => {
  await using bench = await IpcBench.up();
  // The answer to a question that was never asked.
  bench.core.server.raw(Uint8Array.fromHex(
    "0000000008000000" + "0000000001000100" + "0300000000000000" + "0000000002000100" +
      "6300000000000000" + "00".repeat(32),
  ));
  await bench.advance(10);
  match(bench.told.at(-1) ?? "", /what it says is not what Bitcoin Core 31 does: Cannot decode/);
  await bench.advance(5_000);
  strictEqual(bench.told.at(-1), "up");
});

Deno.test("IpcNode ends in order: the node does not wait for it any longer", async () => {
  const bench = await IpcBench.up();
  // It waits for a template, and for the two things that are asked of that one beforehand.
  strictEqual(bench.core.server.pending, 3);
  await bench[Symbol.asyncDispose]();
  strictEqual(bench.core.server.pending, 0);
  strictEqual(bench.core.called.get("interruptWait"), 1);
});

Deno.test("IpcNode ends at once while it has no node, or waits for one", async () => {
  for (const prepare of ["absent", "loading", "downloading"]) {
    const bench = await IpcBench.open({ cooldown: true });
    bench.core.isLoading = prepare === "loading";
    bench.core.isInitialDownload = prepare === "downloading";
    if (prepare !== "absent") bench.core.start();
    await bench.run();
    await bench[Symbol.asyncDispose]();
    strictEqual(bench.told.at(-1), "down: ipc:node.sock: it is not used any more");
  }
});

function count({ core }: IpcBench, method: string): number {
  return core.called.get(method) ?? 0;
}

async function solvedElsewhere(): ReturnType<IpcBench["solve"]> {
  await using other = await IpcBench.up();
  return await other.solve();
}

function operatorError(text: RegExp, kind = "peer"): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof OperatorError, String(error));
    match(error.message, text);
    strictEqual(error.kind, kind);
    return true;
  };
}
