import { strictEqual } from "node:assert/strict";
import { NETWORK_NAMES } from "./network.ts";
import { subsidyAt } from "./subsidy.ts";

Deno.test("subsidyAt() halves every 210,000 blocks, and every 150 on regtest", () => {
  for (const network of NETWORK_NAMES) {
    const interval = network === "regtest" ? 150 : 210_000;
    strictEqual(subsidyAt(interval - 1, network), 5_000_000_000n);
    strictEqual(subsidyAt(interval, network), 2_500_000_000n);
    strictEqual(subsidyAt(4 * interval, network), 312_500_000n);
    strictEqual(subsidyAt(32 * interval, network), 1n);
    strictEqual(subsidyAt(33 * interval, network), 0n);
    strictEqual(subsidyAt(64 * interval, network), 0n);
  }
});
