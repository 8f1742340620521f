import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { CoreVersion } from "../../../tests/support/fake_core.ts";
import { CONSTRAINTS, IpcBench } from "../../../tests/support/ipc_bench.ts";
import type { NodeTemplate, SolvedBlock } from "../node.ts";

const ACCEPTED = { outcome: "accepted" };
const KNOWN = { outcome: "known" };
const SIDE = { outcome: "side" };

for (const version of ["31.0", "31.99"] satisfies CoreVersion[]) {
  Deno.test(`submit() has a verdict of Core ${version} on blocks it holds the template of`, async () => {
    await using bench = await IpcBench.up({}, { version });
    const { node, core } = bench;
    ok(core.chain.transact());
    const template = await node.template(CONSTRAINTS);
    const first = await bench.solve(template, "first");
    deepStrictEqual(await node.submit(first), ACCEPTED);
    deepStrictEqual(await node.submit(first), KNOWN);
    deepStrictEqual(await node.submit(await bench.solve(template, "second")), SIDE);
    // What is wrong shows when the block is checked, or only when it is connected.
    const next = await node.template(CONSTRAINTS);
    const greedy = await bench.solve(greedyCopy(next));
    const unpaid = { outcome: "refused", reason: "bad-cb-amount" };
    deepStrictEqual(await node.submit({ ...greedy, template: next }), unpaid);
    deepStrictEqual(await node.submit({ ...greedy, template: next }), unpaid);
    deepStrictEqual(await node.submit(await bench.solve(next)), ACCEPTED);
  });
}

Deno.test("submit() gives the whole block when the solution makes another one", async () => {
  await using bench = await IpcBench.up();
  const template = await bench.node.template(CONSTRAINTS);
  const block = await bench.solve(template);
  const { coinbase } = await bench.solve(greedyCopy(template));
  deepStrictEqual(await bench.node.submit({ ...block, coinbase }), ACCEPTED);
});

Deno.test("submit() knows a block that came another way", async () => {
  await using bench = await IpcBench.up();
  const block = await bench.solve();
  await bench.core.chain.submit(block);
  await bench.advance(100);
  deepStrictEqual(await bench.node.submit(block), KNOWN);
});

Deno.test("submit() takes whole blocks, known or not, where the node does", async () => {
  await using bench = await IpcBench.up();
  const { node } = bench;
  const template = await node.template(CONSTRAINTS);
  const first = bare(await bench.solve(template, "first"));
  deepStrictEqual(await node.submit(first), ACCEPTED);
  deepStrictEqual(await node.submit(first), KNOWN);
  const second = bare(await bench.solve(template, "second"));
  deepStrictEqual(await node.submit(second), SIDE);
  deepStrictEqual(await node.submit(second), KNOWN);
  const greedy = bare(await bench.solve(greedyCopy(await node.template(CONSTRAINTS))));
  const unpaid = { outcome: "refused", reason: "bad-cb-amount" };
  deepStrictEqual(await node.submit(greedy), unpaid);
  deepStrictEqual(await node.submit(greedy), unpaid, "and not that it is a duplicate");
});

Deno.test("submit() gives a block to the node after it was gone, as often as need be", async () => {
  await using bench = await IpcBench.up();
  const { node, core } = bench;
  const block = await bench.solve();
  const other = await bench.solve(undefined, "other");
  deepStrictEqual(await node.submit(block), ACCEPTED);
  core.kill();
  await bench.advance(100);
  await rejects(node.submit(other), /^OperatorError: Cannot submit a block: ipc:node\.sock: /);
  core.start();
  await bench.advance(2_000);
  deepStrictEqual(await node.submit(block), KNOWN);
  deepStrictEqual(await node.submit(other), SIDE);
  const next = await bench.solve();
  core.kill();
  await bench.advance(100);
  core.start();
  await bench.advance(5_000);
  deepStrictEqual(await node.submit(next), ACCEPTED);
  deepStrictEqual(await node.submit(next), KNOWN);
  strictEqual(core.called.get("submitSolution"), 1);
});

Deno.test("submit() uses no template that was released", async () => {
  await using bench = await IpcBench.up();
  const template = await bench.node.template(CONSTRAINTS);
  const block = await bench.solve(template);
  template.release();
  deepStrictEqual(await bench.node.submit(block), ACCEPTED);
  strictEqual(bench.core.called.get("submitSolution"), undefined);
});

Deno.test("submit() says what to do where Core 31.0 can take no block", async () => {
  await using bench = await IpcBench.up({}, { version: "31.0" });
  const block = bare(await bench.solve());
  await rejects(
    bench.node.submit(block),
    /Core 31\.0 cannot; name the node's RPC address in also_submit$/,
  );
});

Deno.test("submit() has a verdict on what is no block", async () => {
  await using bench = await IpcBench.up();
  const block = await bench.solve();
  const cut = { ...block, block: block.block.subarray(0, -1) };
  const refused = { outcome: "refused", reason: "Block decode failed" };
  deepStrictEqual(await bench.node.submit(bare(cut)), refused);
  const coinbase = block.coinbase.subarray(0, 20);
  deepStrictEqual(await bench.node.submit({ ...cut, coinbase }), refused);
  // The block is whole, whatever else was given.
  deepStrictEqual(await bench.node.submit({ ...block, coinbase }), ACCEPTED);
});

Deno.test("submit() lets a node that was just started look for the block's parent", async () => {
  await using other = await IpcBench.up();
  await other.node.submit(await other.solve());
  await other.advance(1_000);
  const block = await other.solve();
  await using bench = await IpcBench.up();
  await rejects(bench.node.submit(bare(block)), /does not know the block before this one/);
  await bench.advance(600_000);
  const refused = { outcome: "refused", reason: "prev-blk-not-found" };
  deepStrictEqual(await bench.node.submit(bare(block)), refused);
});

Deno.test("submit() works while there are no templates", async () => {
  await using bench = await IpcBench.open({ cooldown: true });
  const { core, node } = bench;
  core.start();
  await bench.run();
  const block = await bench.solve();
  core.kill();
  core.isInitialDownload = true;
  core.start();
  await bench.advance(5_000);
  await rejects(node.template(CONSTRAINTS), /initial block download/);
  deepStrictEqual(await node.submit(block), ACCEPTED);
});

Deno.test("submit() waits longer for a block to be checked than for other things", async () => {
  await using bench = await IpcBench.up({ feeIntervalMs: 3_600_000 });
  const { core, node } = bench;
  const submit = core.submit.bind(core);
  core.submit = async (block, hash) => {
    await core.clock.sleep(30_000);
    return await submit(block, hash);
  };
  const verdict = node.submit(await bench.solve());
  await bench.advance(31_000);
  deepStrictEqual(await verdict, ACCEPTED);
});

function bare(block: SolvedBlock): SolvedBlock {
  return { ...block, template: undefined };
}

function greedyCopy(template: NodeTemplate): NodeTemplate {
  const { coinbase } = template;
  return { ...template, coinbase: { ...coinbase, valueRemaining: coinbase.valueRemaining + 1n } };
}
