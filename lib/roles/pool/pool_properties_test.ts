/**
 * Whatever a client sends, in whatever order, the pool answers or refuses it, throws nothing but what
 * closes that one connection, and goes on serving the others. `HEADFRAME_FUZZ_SECONDS` says for how
 * long to try; by default it is a second or two.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Fields, Message } from "../../codec/message.ts";
import { DecodeError, PeerError } from "../../errors.ts";
import type { Frame } from "../../frame/frame.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { WORKER_SPECIFIC_HASHRATE_TRACKING } from "../../messages/extensions.ts";
import {
  OpenExtendedMiningChannel,
  OpenStandardMiningChannel,
  SubmitSharesExtended,
  SubmitSharesStandard,
} from "../../messages/mining.ts";
import { MAX_TARGET } from "../../pow/target.ts";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { type FakePeer, frameOf, namesOf } from "../../../tests/support/fake_peer.ts";
import { EASY_BITS, PoolStage, type Rolled } from "../../../tests/support/pool_stage.ts";

const seconds = Number(Deno.env.get("HEADFRAME_FUZZ_SECONDS") ?? 0);
const RUNS = seconds > 0
  ? { numRuns: 1e9, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
  : { numRuns: 60 };

/** One thing that happens to a pool. */
type Event =
  | { readonly kind: "frame"; readonly frame: Frame }
  | {
    readonly kind: "share";
    readonly back: number;
    readonly share: Rolled & { channelId: number };
  }
  | { readonly kind: "settled" | "block" | "template" | "future" | "tick" | "reconnect" };

const OPEN = { requestId: 1, userIdentity: "x", nominalHashRate: 0, maxTarget: MAX_TARGET };
const ALICE = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

/** Values of a message, most of them near what is there: its channels, its jobs, its payouts. */
function sensible(message: Message<Fields>): fc.Arbitrary<Record<string, unknown>> {
  const near = fc.record({
    channelId: fc.integer({ min: 0, max: 6 }),
    jobId: fc.integer({ min: 0, max: 12 }),
    version: fc.constantFrom(0x20000000, 0x20000020, 0x20000001),
    ntime: fc.constantFrom(1_700_000_000, 1_700_000_001, 0),
    extranonce: fc.constantFrom(new Uint8Array(16), new Uint8Array(24), new Uint8Array(3)),
    userIdentity: fc.constantFrom("alice.rig", ALICE, `sri/donate/7/${ALICE}/rig`, "sri/x"),
    nominalHashRate: fc.constantFrom(0, 1e6, 1e12, NaN),
    maxTarget: fc.constantFrom(MAX_TARGET, MAX_TARGET >> 8n, 1n, 0n),
    maximumTarget: fc.constantFrom(MAX_TARGET, MAX_TARGET >> 8n, 1n, 0n),
    minExtranonceSize: fc.constantFrom(0, 4, 16, 24, 25),
  });
  return fc.tuple(valuesOf(message, { bytes: 40 }), near, fc.integer({ min: 0, max: 9 })).map(
    ([wild, tame, luck]) => {
      if (luck === 0) return wild;
      const known = Object.entries(tame).filter(([key]) => key in message.fields);
      return { ...wild, ...Object.fromEntries(known) };
    },
  );
}

const clientMessages = MESSAGES.filter(({ from, protocol }) =>
  (protocol === "mining" || protocol === "common") && from !== "server"
);
const legal = fc.oneof(
  ...clientMessages.map((message) =>
    sensible(message).map((value) => frameOf(message, value as never))
  ),
);
const garbage = fc.record({
  extensionType: fc.constantFrom(0, 0, 0, 1, 2, 0x7fff),
  channelMsg: fc.boolean(),
  msgType: fc.integer({ min: 0, max: 255 }),
  payload: fc.uint8Array({ maxLength: 120 }),
});
/** A legal message whose payload was cut, grown or flipped somewhere. */
const mangled = fc.tuple(legal, fc.nat(200), fc.integer({ min: 0, max: 255 })).map(
  ([frame, at, byte]) => {
    const payload = Uint8Array.from([...frame.payload, byte].slice(0, at + 1));
    payload[at % payload.length] = byte;
    return { ...frame, payload };
  },
);
const frames = fc.oneof({ weight: 8, arbitrary: legal }, garbage, mangled);
const shares = fc.record({
  channelId: fc.constantFrom(2, 2, 2, 3, 3, 3, 1, 4),
  nonce: fc.nat(20),
  ntime: fc.constantFrom(1_700_000_000, 1_700_000_000, 1_700_000_000, 1_600_000_000),
  version: fc.constantFrom(0x20000000, 0x20000020, 0x21ffff00, 0x20000001),
});
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(4), shares).map(([back, share]): Event => ({
      kind: "share",
      back,
      share,
    })),
  },
  { weight: 12, arbitrary: frames.map((frame): Event => ({ kind: "frame", frame })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom("settled", "block", "template", "future", "tick", "reconnect").map(
      (kind): Event => ({ kind } as Event),
    ),
  },
);

Deno.test("random bytes and random legal messages hurt nobody but their sender", async () => {
  const flags = fc.constantFrom(0, 0, MINING_CLIENT_FLAGS.requiresStandardJobs);
  const scripts = fc.tuple(flags, fc.array(events, { minLength: 40, maxLength: 200, size: "max" }));
  await fc.assert(
    fc.asyncProperty(scripts, async ([asked, script]) => {
      const stage = new PoolStage({
        nBits: EASY_BITS,
        policy: { maxChannelsPerConnection: 50, maxSharesPerChannel: 500, jobRefreshMs: 2_000 },
      });
      const options = { flags: asked, extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] };
      const honest = stage.openExtended(stage.connect(), { nominalHashRate: 0 });
      stage.newBlock();
      // Two channels to begin with, as far as the flags allow, so that shares can be good.
      const enter = (): FakePeer => {
        const peer = stage.connect(options);
        give(stage, peer, frameOf(OpenStandardMiningChannel, OPEN));
        give(stage, peer, frameOf(OpenExtendedMiningChannel, { ...OPEN, minExtranonceSize: 8 }));
        return peer;
      };
      let jobId = 0;
      let hostile = enter();
      let blocks = 1;
      for (const event of script) {
        switch (event.kind) {
          case "frame":
            if (!give(stage, hostile, event.frame)) hostile = enter();
            break;
          case "share": {
            const jobs = hostile.take().filter(({ value }) => "minNtime" in value);
            jobId = Number(jobs.at(-1)?.value["jobId"] ?? jobId);
            const share = {
              ...event.share,
              sequenceNumber: 1,
              jobId: Math.max(0, jobId - event.back),
            };
            const extended = { ...share, extranonce: new Uint8Array(16) };
            give(stage, hostile, frameOf(SubmitSharesStandard, share));
            give(stage, hostile, frameOf(SubmitSharesExtended, extended));
            break;
          }
          case "settled":
            stage.pool.settled(hostile, stage.now);
            break;
          case "block":
            stage.newBlock(++blocks % 256);
            break;
          case "template":
            stage.newTemplate();
            break;
          case "future":
            stage.future();
            break;
          case "tick":
            await stage.pass(1_000);
            break;
          case "reconnect":
            stage.pool.disconnected(hostile, "test", stage.now);
            hostile = enter();
            break;
          default:
            event satisfies never;
        }
      }
      stage.pool.settled(hostile, stage.now);

      strictEqual(honest.peer.closed, undefined);
      const heard = namesOf(honest.follow());
      const expected = ["NewExtendedMiningJob", "SetNewPrevHash", "SetTarget"];
      deepStrictEqual(heard.filter((name) => !expected.includes(name)), []);
      honest.submit();
      deepStrictEqual(namesOf(honest.peer.take()), ["SubmitShares.Success"]);

      stage.pool.disconnected(hostile, "test", stage.now);
      ok(stage.pool.status.channels === 1 && stage.pool.status.connections === 1);
      // 17 sets of jobs, 16 future ones, a few of the channel's own.
      ok(stage.pool.status.jobs <= 40, `${stage.pool.status.jobs} jobs`);
    }),
    RUNS,
  );
});

/** What a connection does with a frame. @returns False if the connection is closed by it. */
function give(stage: PoolStage, peer: FakePeer, frame: Frame): boolean {
  try {
    stage.pool.received(peer, frame, stage.now);
    return true;
  } catch (error) {
    ok(error instanceof DecodeError || error instanceof PeerError, String(error));
    stage.pool.settled(peer, stage.now);
    stage.pool.disconnected(peer, error.message, stage.now);
    return false;
  }
}
