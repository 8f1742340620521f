import { ok, rejects, strictEqual } from "node:assert";
import { UsageError } from "../lib/errors.ts";
import { testDriver } from "./conformance.ts";
import { cpu } from "./cpu.ts";
import type { FoundNonce, Work } from "./driver.ts";

const never = new AbortController().signal;

// At a few million h/s, 2^14 hashes each.
testDriver(cpu({ threads: 1 }), { device: "cpu", target: 2n ** 242n, renewMs: 200 });

Deno.test("cpu() gives each thread work of its own", async () => {
  await using device = await cpu({ threads: 2 }).open("cpu", never);
  const given: number[] = [];
  const found: FoundNonce[] = [];
  device.start({
    next(): Work {
      const id = given.length + 1;
      given.push(id);
      const header = new Uint8Array(80).fill(id);
      return {
        id,
        header,
        versionMask: 0,
        nonces: [0, 0xffff_ffff],
        rollTime: false,
        target: 2n ** 242n,
      };
    },
    found: (nonce) => found.push(nonce),
    warned: () => {},
    ended: () => {},
  });
  strictEqual(given.length, 2);
  const deadline = performance.now() + 10_000;
  while (new Set(found.map(({ workId }) => workId)).size < 2) {
    ok(performance.now() < deadline, "both threads find something");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  strictEqual(device.telemetry().lanes.length, 2);
});

Deno.test("cpu() can be told to stop while it opens", async () => {
  const stop = new AbortController();
  const driver = cpu({ threads: 1 });
  const opening = driver.open("cpu", stop.signal);
  stop.abort();
  await rejects(opening, UsageError);
  await using _again = await driver.open("cpu", never);
});
