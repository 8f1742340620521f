import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import { TpBench } from "../../../tests/support/tp_bench.ts";
import { decodeBlock } from "../../bitcoin/block.ts";
import { blockHash, displayHash } from "../../bitcoin/header.ts";
import { OperatorError } from "../../errors.ts";
import type { Node, Verdict } from "../../node/node.ts";
import { TEMPLATE_LIMITS } from "../../session/limits.ts";
import { DEFAULT_TP_POLICY, type TpConfig } from "./config.ts";
import { serveTp } from "./serve.ts";

const CONFIG: TpConfig = {
  ...DEFAULT_TP_POLICY,
  listen: { hostname: "127.0.0.1", port: 18_442 },
  authoritySecretKey: new Uint8Array(32).fill(7),
  certValiditySec: 3_600,
  blocksDirectory: "solved",
  staleTipMs: 0,
  limits: TEMPLATE_LIMITS,
};

Deno.test("serveTp() has a block on disk before the node hears of it", async () => {
  await using bench = await TpBench.open({ transactionsPerSecond: 3 });
  await bench.pass(5_000);
  const client = await bench.client();
  const submit = bench.node.submit.bind(bench.node);
  let saved: string[] = [];
  bench.node.submit = (solved) => {
    saved = [...bench.host.disk.keys()];
    const hash = displayHash(blockHash(solved.header));
    deepStrictEqual(bench.host.disk.get(`solved/${hash}.block`), solved.block);
    return submit(solved);
  };
  await client.solve();
  strictEqual(saved.length, 1);
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  // The node has it now, for good.
  deepStrictEqual([...bench.host.disk.keys()], ["solved/solutions.jsonl"]);
});

Deno.test("serveTp() keeps a block that the node refused", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  await client.solve({ time: 1 });
  deepStrictEqual(bench.verdicts, [{ outcome: "refused", reason: "time-too-old" }]);
  const files = [...bench.host.disk.keys()].filter((path) => path.endsWith(".block"));
  strictEqual(files.length, 1);
  const bytes = bench.host.disk.get(files[0] ?? "") ?? new Uint8Array();
  strictEqual(decodeBlock(bytes).header.time, 1);
});

Deno.test("serveTp() submits a block though the disk is full", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  bench.host.files.writeDurable = () => Promise.reject(new Error("No space left on device"));
  bench.host.files.append = () => Promise.reject(new Error("No space left on device"));
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  strictEqual(bench.host.logged("block.unsaved")[0]?.reason, "No space left on device");
  strictEqual(client.templates.length, 2);
});

Deno.test("serveTp() tries until the node answers", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const submit = bench.node.submit.bind(bench.node);
  let tries = 0;
  bench.node.submit = (solved) =>
    ++tries < 4 ? Promise.reject(new OperatorError("peer", "socket closed")) : submit(solved);
  await client.solve();
  deepStrictEqual(bench.verdicts, []);
  await bench.pass(5_000);
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
  strictEqual(bench.host.logged("block.unanswered").length, 3);
});

Deno.test("serveTp() submits after a restart what had no answer before it", async () => {
  const first = new FakeHost();
  {
    await using bench = await TpBench.open({}, {}, first);
    const client = await bench.client();
    bench.node.submit = () => Promise.reject(new OperatorError("peer", "socket closed"));
    await client.solve();
    await bench.pass(3_000);
  }
  const again = new FakeHost();
  for (const [path, bytes] of first.disk) again.disk.set(path, bytes);
  again.disk.set(`solved/${"0".repeat(64)}.block`, new Uint8Array(100));
  {
    await using bench = await TpBench.open({}, {}, again);
    // The chain of the second run begins at the same time, so it is the same, and takes the block.
    deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
    strictEqual(again.logged("block.resumed").length, 1);
    strictEqual(again.logged("block.unreadable")[0]?.hash, "0".repeat(64));
  }
  const third = new FakeHost();
  for (const [path, bytes] of again.disk) third.disk.set(path, bytes);
  await using bench = await TpBench.open({}, {}, third);
  deepStrictEqual(bench.verdicts, []);
});

Deno.test("serveTp() says at its start that blocks cannot be kept", async () => {
  const host = new FakeHost();
  host.files.writeDurable = () => Promise.reject(new Error("Read-only file system (os error 30)"));
  await rejects(
    serveTp(CONFIG, host, { node: new SleepyNode() }),
    (error) =>
      error instanceof OperatorError && error.kind === "config" &&
      error.message.startsWith("Cannot keep blocks in solved: Read-only file system"),
  );
});

Deno.test("serveTp() does not listen before its node is up", async () => {
  const host = new FakeHost();
  const node = new SleepyNode();
  const done = serveTp(CONFIG, host, { node });
  await host.clock.advance(1_000);
  await rejects(host.connect(CONFIG.listen));
  node.wake();
  await host.clock.advance(1_000);
  (await host.connect(CONFIG.listen)).close();
  host.stop.abort();
  await host.clock.advance(6_000);
  await done;
});

Deno.test("serveTp() ends at once when it is stopped before its node is up", async () => {
  const host = new FakeHost();
  const done = serveTp(CONFIG, host, { node: new SleepyNode() });
  await host.clock.advance(1);
  host.stop.abort();
  await done;
  // Before it has begun, too.
  await serveTp(CONFIG, host, { node: new SleepyNode() });
  ok(host.signal.aborted);
});

Deno.test("serveTp() says why when its node can never work", async () => {
  const host = new FakeHost();
  const node = new SleepyNode();
  const done = serveTp(CONFIG, host, { node });
  await host.clock.advance(1);
  node.break(new OperatorError("config", "No such file: node.sock"));
  await rejects(done, OperatorError);
});

/** A node that is up when it is told to. */
class SleepyNode implements Node {
  readonly name = "sleepy";
  readonly network = "regtest";
  wake: () => void = () => {};
  break: (error: Error) => void = () => {};

  run(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => resolve());
      this.break = reject;
    });
  }

  subscribe(listener: Parameters<Node["subscribe"]>[0]): () => void {
    const before = this.wake;
    this.wake = () => {
      before();
      listener({ type: "up", tip: { hash: new Uint8Array(32), height: 0, nBits: 0x207f_ffff } });
    };
    return () => {};
  }

  template(): Promise<never> {
    return Promise.reject(new OperatorError("peer", "asleep"));
  }

  submit(): Promise<Verdict> {
    return Promise.reject(new OperatorError("peer", "asleep"));
  }

  health(): Promise<never> {
    return Promise.reject(new OperatorError("peer", "asleep"));
  }
}
