import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { FakeCore } from "../../../tests/support/fake_core.ts";
import { FakeHost, FakeNetwork } from "../../../tests/support/fake_host.ts";
import { CONSTRAINTS, IpcBench } from "../../../tests/support/ipc_bench.ts";
import { blockHash } from "../../bitcoin/header.ts";
import type { Network } from "../../bitcoin/network.ts";
import { OperatorError } from "../../errors.ts";
import { type NodeBench, testNode } from "../conformance.ts";
import type { NodeTemplate } from "../node.ts";
import { IpcNode } from "./ipc_node.ts";

testNode({
  name: "IpcNode",
  test: (name, run) => Deno.test(name, run),
  open: () => open("regtest"),
  openMistaken: () => open("mainnet"),
});

for (const framing of ["far", "double-far"] as const) {
  Deno.test(`IpcNode reads a node whose messages have ${framing} pointers`, async () => {
    await using bench = await IpcBench.open();
    bench.core.framing = framing;
    bench.core.start();
    await bench.run();
    ok(bench.core.chain.transact());
    const template = await bench.node.template(CONSTRAINTS);
    strictEqual((await template.transactions()).length, 1);
    deepStrictEqual(await bench.node.submit(await bench.solve(template)), { outcome: "accepted" });
  });
}

Deno.test("IpcNode reads blocks of 4 MB, and breaks with a node that says it has larger messages", async () => {
  await using bench = await IpcBench.up();
  ok(bench.core.chain.transact());
  bench.core.padding = 4_000_000;
  const template = await bench.node.template(CONSTRAINTS);
  strictEqual((await template.transactions()).length, 1);
  bench.core.padding = 17_000_000;
  const other = await bench.node.template(CONSTRAINTS);
  await rejects(other.transactions(), /Cannot decode capnp.message at byte 4: too-large/);
  match(bench.told.at(-1) ?? "", /^down/);
  // What is kept does not need the node.
  strictEqual((await template.transactions()).length, 1);
});

Deno.test("IpcNode gives back every object of the node's that it was given", async () => {
  await using bench = await IpcBench.up();
  const { core, node } = bench;
  ok(core.chain.transact());
  const before = core.held;
  for (let i = 0; i < 100; i++) {
    const template = await node.template({ ...CONSTRAINTS, reservedWeight: 2_000 + i });
    await template.transactions();
    const empty = await node.emptyTemplate(CONSTRAINTS);
    strictEqual(core.held, before + 1, "an empty template is shared");
    template.release();
    template.release();
    empty.release();
    empty.release();
    await bench.advance(50);
  }
  strictEqual(core.held, before);
  strictEqual(node.held, before);
  for (let i = 0; i < 5; i++) {
    await node.submit(await bench.solve());
    await bench.advance(1_500);
  }
  // Those that were solved are still held: nobody has released them.
  strictEqual(core.held, before + 5);
  // Of a template that could not be read to its end nothing stays either.
  core.hanging.add("getCoinbaseMerklePath");
  const failed = rejects(node.template(CONSTRAINTS));
  await bench.advance(12_000);
  await failed;
  core.hanging.clear();
  await bench.advance(3_000);
  strictEqual(bench.told.at(-1), "up");
  strictEqual(core.held, before);
});

Deno.test("IpcNode does not have a block read while it is being solved", async () => {
  await using bench = await IpcBench.up({ transactionBytes: 0 });
  const { core, node } = bench;
  ok(core.chain.transact());
  const template = await node.template(CONSTRAINTS);
  const block = await bench.solve(template);
  const submit = core.submit.bind(core);
  core.submit = async (bytes, hash) => {
    await core.clock.sleep(1_000);
    return await submit(bytes, hash);
  };
  const all = Promise.all([template.transactions(), node.submit(block), template.transactions()]);
  await bench.advance(2_000);
  deepStrictEqual((await all)[1], { outcome: "accepted" });
  strictEqual(core.overlaps, 0);
});

Deno.test("IpcNode's templates can be released when their node is gone", async () => {
  await using bench = await IpcBench.up();
  ok(bench.core.chain.transact());
  const template = await bench.node.template(CONSTRAINTS);
  const empty = await bench.node.emptyTemplate(CONSTRAINTS);
  bench.core.kill();
  await bench.advance(10);
  template.release();
  empty.release();
  await rejects(template.transactions(), OperatorError);
  deepStrictEqual(await empty.transactions(), []);
});

Deno.test("IpcNode has what a block is made of when its node is gone, and gives it the block", async () => {
  await using bench = await IpcBench.up();
  ok(bench.core.chain.transact());
  const template = await bench.node.template(CONSTRAINTS);
  await bench.advance(1_000);
  bench.core.kill();
  await bench.advance(1_000);
  strictEqual((await template.transactions()).length, 1);
  const block = await bench.solve(template);
  bench.core.start();
  await bench.advance(10_000);
  deepStrictEqual(await bench.node.submit(block), { outcome: "accepted" });
});

Deno.test("IpcNode has an empty template as soon as it tells of a tip, and asks nobody", async () => {
  await using bench = await IpcBench.up();
  const { core, node } = bench;
  ok(core.chain.transact());
  const given: Promise<NodeTemplate>[] = [];
  node.subscribe(({ type }) => {
    if (type === "tip") given.push(node.emptyTemplate(CONSTRAINTS));
  });
  const block = await bench.solve();
  const made = core.called.get("createNewBlock");
  await node.submit(block);
  await bench.advance(100);
  const [empty] = await Promise.all(given);
  strictEqual(core.called.get("createNewBlock"), made);
  deepStrictEqual(empty?.prevHash, blockHash(block.header));
  // Later it is made anew, and its time is not that of the tip.
  await bench.advance(30_000);
  const later = await node.emptyTemplate(CONSTRAINTS);
  strictEqual(later.time - (empty?.time ?? 0), 30);
  strictEqual(later.minTime, empty?.minTime);
  await rejects(
    node.emptyTemplate({ reservedWeight: 4_000_001, reservedSigops: 0 }),
    OperatorError,
  );
});

Deno.test("IpcNode passes the client's constraints on, and the node's refusal back", async () => {
  await using bench = await IpcBench.up();
  const sent: unknown[] = [];
  const { template } = bench.core;
  bench.core.template = (constraints) => {
    sent.push(constraints);
    return template.call(bench.core, constraints);
  };
  await bench.node.template({ reservedWeight: 8_000, reservedSigops: 400 });
  await bench.node.template({ reservedWeight: 123_456, reservedSigops: 7 });
  deepStrictEqual(sent, [
    { useMempool: true, reservedWeight: 8_000, reservedSigops: 400 },
    { useMempool: true, reservedWeight: 123_456, reservedSigops: 7 },
  ]);
  await rejects(
    bench.node.template({ reservedWeight: 1_999, reservedSigops: 0 }),
    /^OperatorError: Cannot make a template: ipc:node\.sock: .*block_reserved_weight \(1999\)/,
  );
  strictEqual(bench.told.at(-1), "up");
});

Deno.test("IpcNode tells of fees once a second at most, and only when there are more", async () => {
  await using bench = await IpcBench.up();
  const fees = (): number => bench.told.filter((type) => type === "fees").length;
  await bench.advance(5_000);
  strictEqual(fees(), 0);
  for (let i = 0; i < 10; i++) {
    ok(bench.core.chain.transact());
    await bench.advance(100);
  }
  await bench.advance(5_000);
  ok(fees() === 1 || fees() === 2, `${fees()} in a second`);
  const before = fees();
  await bench.node.submit(await bench.solve());
  await bench.advance(5_000);
  strictEqual(fees(), before, "a new tip has no old fees");
  // What came between a template and the first look on a tip is not missed.
  await bench.node.submit(await bench.solve());
  await bench.advance(500);
  await bench.node.template(CONSTRAINTS);
  ok(bench.core.chain.transact());
  await bench.advance(1_500);
  strictEqual(fees(), before + 1);
});

Deno.test("IpcNode leaves a slow node the time to do other things than to count fees", async () => {
  await using bench = await IpcBench.up();
  const { template } = bench.core;
  bench.core.template = async (constraints) => {
    await bench.host.clock.sleep(1_000);
    return await template.call(bench.core, constraints);
  };
  const before = bench.core.called.get("createNewBlock") ?? 0;
  await bench.advance(60_000);
  const looks = (bench.core.called.get("createNewBlock") ?? 0) - before;
  ok(looks <= 7, `${looks} in a minute`);
});

Deno.test("IpcNode tells of the same tip when blocks on it become easier", async () => {
  await using bench = await IpcBench.up({}, { pace: { blockTime: 20, hashRateHint: 100 } });
  await bench.node.submit(await bench.solve());
  await bench.advance(1_000);
  const before = await bench.node.template(CONSTRAINTS);
  bench.events.length = 0;
  await bench.advance(41_000);
  const event = bench.events.find(({ type }) => type === "tip");
  ok(event?.type === "tip");
  deepStrictEqual(event.tip.hash, before.prevHash);
  ok(event.tip.nBits !== before.nBits);
  strictEqual((await bench.node.emptyTemplate(CONSTRAINTS)).nBits, event.tip.nBits);
});

async function open(name: Network): Promise<NodeBench> {
  const network = new FakeNetwork();
  network.keepsWire = false;
  const host = new FakeHost(network);
  const core = new FakeCore({ network, clock: host.clock, path: "node.sock" });
  await host.clock.advance(100);
  core.start();
  return {
    node: new IpcNode({ path: "node.sock", network: name, host }),
    pay: () => Promise.resolve(ok(core.chain.transact())),
    wait: (ms) => host.clock.advance(ms),
    close: () => Promise.resolve(core.close()),
  };
}
