import { ok, strictEqual } from "node:assert";
import { HandDevice, MinerBench } from "../../../tests/support/miner_bench.ts";
import { type MineStatus, statusLine, statusOf } from "./status.ts";

const quiet: MineStatus = {
  upstream: undefined,
  hashRate: 0,
  devices: 1,
  accepted: 0,
  rejected: 0,
  pending: 0,
  stale: 0,
  hardwareErrors: 0,
  blocks: 0,
  best: 0,
  difficulty: undefined,
  reasons: [],
  latencyMs: undefined,
  celsius: undefined,
};

Deno.test("statusLine() says little where there is little to say", () => {
  strictEqual(statusLine(quiet), "0 H/s | 0 accepted | 0 blocks | no upstream");
});

Deno.test("statusLine() tells everything, with units", () => {
  strictEqual(
    statusLine({
      upstream: "pool.example:3333",
      hashRate: 12_345_678,
      devices: 2,
      accepted: 128,
      rejected: 3,
      pending: 4,
      stale: 1,
      hardwareErrors: 2,
      blocks: 1,
      best: 2_531,
      difficulty: 0.00213,
      reasons: [["stale-share", 2], ["low", 1]],
      latencyMs: 12,
      celsius: 61.4,
    }),
    "12.3 MH/s | 2 devices | 128 accepted, 3 rejected (stale-share), 1 stale, 2 hardware errors, " +
      "4 pending | difficulty 0.0021 | best 2.53 k | 1 block | 61 °C | pool.example:3333",
  );
});

Deno.test("ERR-3 statusLine() keeps a server's text from acting on the terminal", () => {
  const line = statusLine({
    ...quiet,
    rejected: 1,
    reasons: [[`\u001b[2J\n${"x".repeat(255)}`, 1]],
  });
  // deno-lint-ignore no-control-regex
  ok(!/[\x00-\x1f\x7f]/.test(line));
  ok(line.length < 200);
});

Deno.test("statusOf() adds up devices and takes the hardest channel", () => {
  const bench = new MinerBench({ channel: "standard" });
  for (const id of ["dev-0", "dev-1"]) bench.plug(new HandDevice(id, {}, 2_000));
  bench.connect();
  bench.grantStandard(2, 1n << 220n);
  bench.grantStandard(3, 1n << 221n);
  for (const channelId of [2, 3]) {
    bench.standardJob(1, { channelId });
    bench.block(1, { channelId });
  }
  const status = statusOf(bench.miner);
  strictEqual(status.hashRate, 4_000);
  strictEqual(status.devices, 2);
  strictEqual(status.upstream, "pool.example:3333");
  strictEqual(Math.round(status.difficulty ?? 0), 16);
});
