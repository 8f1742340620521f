import { strictEqual } from "node:assert/strict";
import { socketPath } from "./socket_path.ts";

Deno.test("socketPath() is where Bitcoin Core listens, on each network", () => {
  strictEqual(socketPath("/home/me/.bitcoin", "mainnet"), "/home/me/.bitcoin/node.sock");
  strictEqual(socketPath("/home/me/.bitcoin/", "regtest"), "/home/me/.bitcoin/regtest/node.sock");
  strictEqual(socketPath("data", "signet"), "data/signet/node.sock");
  strictEqual(socketPath("data", "testnet4"), "data/testnet4/node.sock");
});
