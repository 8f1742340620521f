import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { FakeClock, seededRandom } from "../../tests/support/fake_host.ts";
import { decodeTransaction, type Transaction, txid } from "../bitcoin/transaction.ts";
import { testNode } from "../node/conformance.ts";
import type { NodeEvent, NodeTemplate, SolvedBlock } from "../node/node.ts";
import { solveTemplate } from "../node/solve.ts";
import { EmbeddedNode, type EmbeddedOptions } from "./embedded.ts";
import { ANYONE_P2WSH } from "./scripts.ts";

const QUIET = { blockTime: 0, hashRateHint: 0, transactionsPerSecond: 0 };
const CONSTRAINTS = { reservedWeight: 2_000, reservedSigops: 0 };

testNode({
  name: "EmbeddedNode",
  test: (name, run) => Deno.test(name, run),
  open() {
    const clock = new FakeClock();
    const node = new EmbeddedNode({ ...QUIET, clock, random: seededRandom(1) });
    return Promise.resolve({
      node,
      pay: () => Promise.resolve(ok(node.transact())),
      wait: (ms: number) => clock.advance(ms),
      close: () => Promise.resolve(),
    });
  },
});

Deno.test("EmbeddedNode keeps a stream of transactions coming, each with a witness", async () => {
  await using bench = await open({ transactionsPerSecond: 5 });
  const { node, clock } = bench;
  await clock.advance(60_000);
  const template = await node.template(CONSTRAINTS);
  const transactions = (await template.transactions()).map(decodeTransaction);
  ok(transactions.length > 150, `${transactions.length} in a minute`);
  ok(transactions.every(({ inputs }) => inputs.every(({ witness }) => witness.length === 1)));
  ok(template.fees > 0n);
});

Deno.test("EmbeddedNode accepts blocks full of its own transactions, past a halving", async () => {
  await using bench = await open({ transactionsPerSecond: 1 });
  const { node, clock } = bench;
  for (let height = 129; height < 165; height++) {
    await clock.advance(60_000);
    deepStrictEqual(await node.submit(await solve(node)), { outcome: "accepted" });
  }
  const { blocks } = await node.health();
  strictEqual(blocks, 164);
  await clock.advance(60_000);
  const { length } = await (await node.template(CONSTRAINTS)).transactions();
  ok(length > 30, `${length} still come`);
});

Deno.test("EmbeddedNode's transactions chain and replace one another", async () => {
  await using bench = await open({ transactionsPerSecond: 10 });
  const { node, clock } = bench;
  const seen = new Set<string>();
  const last = async (): Promise<Transaction[]> =>
    (await (await node.template(CONSTRAINTS)).transactions()).map(decodeTransaction);
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    for (const tx of await last()) seen.add(txid(tx).toHex());
  }
  const transactions = await last();
  const ids = new Set(transactions.map((tx) => txid(tx).toHex()));
  // No block was mined, so only a replacement can take a transaction out.
  ok([...seen].some((id) => !ids.has(id)), "replaced");
  ok(transactions.some(({ inputs }) => inputs.some((i) => ids.has(i.prevTxid.toHex()))), "chained");
});

Deno.test("EmbeddedNode tells that a late block may be easier, and takes it", async () => {
  await using bench = await open({ blockTime: 20, hashRateHint: 100 });
  const { node, clock, events } = bench;
  await node.submit(await solve(node));
  const before = await node.template(CONSTRAINTS);
  events.length = 0;
  await clock.advance(41_000);
  const [event] = events;
  ok(event?.type === "tip");
  deepStrictEqual(event.tip.hash, before.prevHash);
  const after = await node.template(CONSTRAINTS);
  strictEqual(after.nBits, event.tip.nBits);
  ok(after.nBits !== before.nBits);
  deepStrictEqual(await node.submit(await solve(node, after)), { outcome: "accepted" });
});

Deno.test("EmbeddedNode refuses what is no block and no transaction", async () => {
  await using bench = await open({});
  const block = await solve(bench.node);
  deepStrictEqual(
    await bench.node.submit({ ...block, block: block.block.subarray(0, -1) }),
    { outcome: "refused", reason: "Block decode failed" },
  );
  strictEqual(bench.node.offer(new Uint8Array(60)), "TX decode failed");
});

async function open(options: Partial<EmbeddedOptions>): Promise<Opened> {
  const clock = new FakeClock();
  const node = new EmbeddedNode({ ...QUIET, ...options, clock, random: seededRandom(1) });
  const events: NodeEvent[] = [];
  const stop = new AbortController();
  node.subscribe((event) => events.push(event));
  const done = node.run(stop.signal);
  await clock.advance(0);
  return {
    node,
    clock,
    events,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

interface Opened extends AsyncDisposable {
  readonly node: EmbeddedNode;
  readonly clock: FakeClock;
  readonly events: NodeEvent[];
}

async function solve(node: EmbeddedNode, template?: NodeTemplate): Promise<SolvedBlock> {
  const what = template ?? await node.template(CONSTRAINTS);
  return solveTemplate(what, await what.transactions(), { payTo: ANYONE_P2WSH });
}
