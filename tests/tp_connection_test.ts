/**
 * Who may speak to the template provider, and when that ends.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { SetupConnectionError } from "../lib/messages/common.ts";
import { DeclareMiningJob } from "../lib/messages/declaration.ts";
import { OpenStandardMiningChannel } from "../lib/messages/mining.ts";
import { NewTemplate, RequestTransactionData, SubmitSolution } from "../lib/messages/template.ts";
import { generateEphemeral } from "../lib/noise/crypto.ts";
import { Initiator } from "../lib/noise/handshake.ts";
import { HandshakeError } from "../lib/noise/handshake_error.ts";
import { seededRandom } from "./support/fake_host.ts";
import { RawClient } from "./support/raw_client.ts";
import { TpBench, transactionsOf } from "./support/tp_bench.ts";

Deno.test("TDP-1 a client that never says what it needs is sent away", async () => {
  await using bench = await TpBench.open();
  const client = await bench.silentClient();
  await bench.pass(11_000);
  strictEqual(client.raw.closed, true);
});

Deno.test("TDP-29 a client that expects another authority does not believe the template provider", async () => {
  await using bench = await TpBench.open();
  const socket = await bench.host.connect({ hostname: "127.0.0.1", port: 18_442 });
  const initiator = new Initiator({
    authorityKey: new Uint8Array(32).fill(2),
    ephemeral: generateEphemeral(seededRandom(3)),
    unix: bench.host.clock.unix(),
  });
  await socket.write(initiator.act1());
  await bench.pass();
  const act2 = new Uint8Array(234);
  for (let have = 0; have < 234;) have += await socket.read(act2.subarray(have)) ?? 234;
  let reason: unknown;
  try {
    initiator.receive(act2);
  } catch (error) {
    reason = error;
  }
  ok(reason instanceof HandshakeError, `${reason}`);
});

Deno.test("CONN-2, CONN-8 the template provider speaks template distribution and nothing else", async () => {
  await using bench = await TpBench.open();
  for (
    const [change, errorCode, flags] of [
      [{ protocol: 0 }, "unsupported-protocol", 0],
      [{ protocol: 1 }, "unsupported-protocol", 0],
      [{ protocol: 2, minVersion: 3, maxVersion: 4 }, "protocol-version-mismatch", 0],
      [{ protocol: 2, flags: 1 }, "unsupported-feature-flags", 1],
    ] as const
  ) {
    const handshake = RawClient.handshake(
      await bench.host.connect({ hostname: "127.0.0.1", port: 18_442 }),
    );
    await bench.pass();
    const raw = await handshake;
    await raw.setup(change);
    await bench.pass();
    deepStrictEqual(raw.all(SetupConnectionError), [{ flags, errorCode }]);
    strictEqual(raw.closed, true);
  }
});

Deno.test("CONN-16, FRAME-11 messages of other protocols and unknown ones change nothing", async () => {
  await using bench = await TpBench.open();
  const client = await bench.client();
  const before = client.raw.received.length;
  for (
    const id of [OpenStandardMiningChannel.id, DeclareMiningJob.id, NewTemplate.id, 0x77, 0xff]
  ) {
    await client.raw.sendFrame(Uint8Array.of(0, 0, id, 4, 0, 0, 1, 2, 3, 4));
  }
  await client.raw.sendFrame(Uint8Array.of(0x34, 0x12, SubmitSolution.id, 0, 0, 0));
  await bench.pass();
  strictEqual(client.raw.received.length, before);
  await client.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("a message cut short ends that connection and no other", async () => {
  await using bench = await TpBench.open();
  const [client, other] = [await bench.client(), await bench.client()];
  await client.raw.sendFrame(Uint8Array.of(0, 0, SubmitSolution.id, 3, 0, 0, 1, 2, 3));
  await bench.pass();
  strictEqual(client.raw.closed, true);
  await other.solve();
  deepStrictEqual(bench.verdicts, [{ outcome: "accepted" }]);
});

Deno.test("requests that nobody needs so many of end the connection", async () => {
  await using bench = await TpBench.open();
  const asker = await bench.client();
  for (let i = 0; i < 40; i++) await transactionsOf(bench, asker, asker.template.templateId);
  strictEqual(asker.raw.closed, true);
  const undecided = await bench.client();
  for (let size = 0; size < 12; size++) await undecided.ask(size);
  strictEqual(undecided.raw.closed, true);
  const early = await bench.silentClient();
  await early.raw.send(RequestTransactionData, { templateId: 1n });
  await bench.pass();
  strictEqual(early.raw.closed, true);
});
