import { testNode } from "../conformance.ts";
import { FakeCore } from "../../../tests/support/fake_core.ts";
import { FakeHost, FakeNetwork } from "../../../tests/support/fake_host.ts";
import { IpcNode } from "./ipc_node.ts";
import { ok } from "node:assert/strict";

testNode({
  name: "IpcNode",
  test: (name, run) => Deno.test(name, run),
  async open() {
    const network = new FakeNetwork();
    network.keepsWire = false;
    const host = new FakeHost(network);
    const core = new FakeCore({ network, clock: host.clock, path: "node.sock" });
    await host.clock.advance(100);
    core.start();
    return {
      node: new IpcNode({ path: "node.sock", network: "regtest", host }),
      pay: () => Promise.resolve(ok(core.chain.transact())),
      wait: (ms: number) => host.clock.advance(ms),
      close: () => Promise.resolve(core.close()),
    };
  },
});
