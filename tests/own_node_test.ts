/** A pool that takes templates from a node of its own, in one process. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { POOL_SETTINGS, startPool } from "../commands/pool.ts";
import { settle } from "../lib/config/settle.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  SetNewPrevHash,
} from "../lib/messages/mining.ts";
import type { Host } from "../lib/ports.ts";
import { FakeHost } from "./support/fake_host.ts";
import { RawClient } from "./support/raw_client.ts";

const SECRET = "mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n";
const LISTEN = { hostname: "127.0.0.1", port: 3_333 };

async function poolValues(): Promise<Parameters<typeof startPool>[0]> {
  const { values, problems } = await settle(POOL_SETTINGS, {
    command: "pool",
    variables: { HEADFRAME_POOL_AUTHORITY_SECRET_KEY: SECRET },
    flags: {
      listenAddress: "127.0.0.1:3333",
      network: "regtest",
      node: "embedded",
      coinbaseRewardScript: "raw(51)",
      blocksDir: "blocks",
    },
    readSecret: () => Promise.reject(new Error("there is none")),
  });
  deepStrictEqual(problems, []);
  // A hint, or the chain would measure how fast a clock that stands still makes this machine.
  return { ...values, hashRateHint: 1, blockTime: 0 } as unknown as Parameters<typeof startPool>[0];
}

/** The parts of a fake host that can be spread, as those of a real one can. */
function plain(host: FakeHost): Host {
  const { clock, log, random, files, signal, keyLog } = host;
  return {
    clock,
    log,
    random,
    files,
    signal,
    keyLog,
    listen: (at) => host.listen(at),
    connect: (to) => host.connect(to),
    connectLocal: (path) => host.connectLocal(path),
    post: (request) => host.post(request),
    serveHttp: (at, handle) => host.serveHttp(at, handle),
  };
}

Deno.test("startPool() has a template provider of its own, which nobody else can reach", async () => {
  const host = new FakeHost();
  const done = startPool(await poolValues(), plain(host));
  await host.clock.advance(2_000);
  const [listening] = host.logged("pool.listening");
  ok(listening !== undefined);
  const handshake = RawClient.handshake(await host.connect(LISTEN));
  await host.clock.advance(100);
  const client = await handshake;
  await client.setup();
  await host.clock.advance(100);
  await client.send(OpenExtendedMiningChannel, {
    requestId: 1,
    userIdentity: "rig",
    nominalHashRate: 1e6,
    maxTarget: 2n ** 256n - 1n,
    minExtranonceSize: 4,
  });
  await host.clock.advance(500);
  ok(client.all(NewExtendedMiningJob).length > 0);
  ok(client.all(SetNewPrevHash).length > 0);
  // Of all that was said to the template provider, the network has nothing.
  strictEqual(host.logged("client.connected").length, 1);
  strictEqual(host.logged("tp.listening")[0]?.["address"], "own-node:1");
  host.stop.abort();
  await host.clock.advance(20_000);
  await done;
});

Deno.test("startPool() ends at once when it is stopped before its node is up", async () => {
  const host = new FakeHost();
  host.stop.abort();
  await startPool(await poolValues(), plain(host));
  deepStrictEqual(host.logged("pool.listening"), []);
});
