import { deepStrictEqual, strictEqual } from "node:assert";
import { FakeHost } from "../../../tests/support/fake_host.ts";
import type { NodeHealth } from "../../node/node.ts";
import { watchHealth } from "./watch.ts";

const WELL: NodeHealth = {
  blocks: 100,
  headers: 100,
  initialDownload: false,
  peers: 8,
  tipTime: 1_700_000_000,
};

/** What is logged when the node's health is each of `seen`, one look after the other. */
async function watched(
  seen: readonly (Partial<NodeHealth> | Error)[],
  network: "mainnet" | "regtest" = "mainnet",
): Promise<string[]> {
  const host = new FakeHost();
  const left = [...seen];
  const done = watchHealth({
    node: {
      name: "node",
      network,
      health() {
        const next = left.shift() ?? {};
        return next instanceof Error ? Promise.reject(next) : Promise.resolve({ ...WELL, ...next });
      },
    },
    host,
    log: host.log,
    staleTipMs: 3_600_000,
  });
  await host.clock.advance(15_000 * seen.length);
  host.stop.abort();
  await done;
  strictEqual(left.length, 0);
  return host.lines.filter(({ level }) => level !== "debug").map(({ event }) => event);
}

Deno.test("watchHealth() says once that a tip is old, and once that it is not any more", async () => {
  const old = { tipTime: 1_700_000_000 - 4_000 };
  deepStrictEqual(await watched([{}, old, old, {}, {}]), ["node.stale", "node.well"]);
});

Deno.test("watchHealth() tells of headers that are ahead of blocks, but not of one", async () => {
  deepStrictEqual(await watched([{ headers: 101 }, { headers: 102 }]), ["node.behind"]);
});

Deno.test("watchHealth() tells of a node without connections, where there are others", async () => {
  deepStrictEqual(await watched([{ peers: 0 }]), ["node.alone"]);
  deepStrictEqual(await watched([{ peers: undefined }]), []);
  deepStrictEqual(await watched([{ peers: 0 }], "regtest"), []);
});

Deno.test("watchHealth() leaves what it knows as it is while the node does not answer", async () => {
  const old = { tipTime: 1 };
  deepStrictEqual(await watched([old, new Error("down"), old]), ["node.stale"]);
});
