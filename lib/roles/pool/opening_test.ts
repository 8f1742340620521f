import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
} from "../../messages/mining.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { MAX_TARGET, targetOfDifficulty } from "../../pow/target.ts";
import { type FakePeer, namesOf, only } from "../../../tests/support/fake_peer.ts";
import { PoolStage } from "../../../tests/support/pool_stage.ts";

const REQUEST: OpenExtendedMiningChannel = {
  requestId: 1,
  userIdentity: "alice.rig",
  nominalHashRate: 1e12,
  maxTarget: MAX_TARGET,
  minExtranonceSize: 2,
};

/** Why a request for a channel of either kind is refused; one of a standard channel first. */
function refusalsOf(
  stage: PoolStage,
  peer: FakePeer,
  change: Partial<OpenExtendedMiningChannel>,
): string[] {
  const { minExtranonceSize: _, ...standard } = { ...REQUEST, ...change };
  stage.give(peer, OpenStandardMiningChannel, standard);
  stage.give(peer, OpenExtendedMiningChannel, { ...REQUEST, ...change });
  return only(peer.take(), OpenMiningChannelError).map(({ errorCode }) => errorCode);
}

Deno.test("MIN-8, MIN-18 either kind of channel opens, answered first of all, with its request's id", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  for (let requestId = 1; requestId <= 100; requestId++) {
    const kind = requestId % 3 === 0 ? "standard" : "extended";
    if (kind === "standard") {
      const { minExtranonceSize: _, ...standard } = REQUEST;
      stage.give(peer, OpenStandardMiningChannel, { ...standard, requestId });
    } else stage.give(peer, OpenExtendedMiningChannel, { ...REQUEST, requestId });
    const [first, ...rest] = peer.take();
    strictEqual(
      first?.name,
      kind === "standard"
        ? OpenStandardMiningChannelSuccess.name
        : OpenExtendedMiningChannelSuccess.name,
    );
    strictEqual(first.value["requestId"], requestId);
    ok(!namesOf(rest).some((name) => name.startsWith("Open")));
  }
  strictEqual(stage.pool.status.channels, 100);
});

Deno.test("MIN-15 a request id that comes twice gets two answers", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  stage.give(peer, OpenExtendedMiningChannel, REQUEST);
  stage.give(peer, OpenExtendedMiningChannel, REQUEST);
  const opened = only(peer.take(), OpenExtendedMiningChannelSuccess);
  deepStrictEqual(opened.map(({ requestId }) => requestId), [1, 1]);
  strictEqual(new Set(opened.map(({ channelId }) => channelId)).size, 2);
});

Deno.test("MIN-7 no two of a thousand channels, some reopened, have prefixes that meet", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const live = new Map<string, string>();
  const peers = Array.from({ length: 10 }, () => stage.connect());
  for (let n = 0; n < 1000; n++) {
    const peer = peers[n % 10];
    ok(peer);
    const miner = n % 2 === 0 ? stage.openExtended(peer) : stage.openStandard(peer);
    const prefix = miner.extranoncePrefix.toHex();
    for (const other of live.values()) {
      ok(!other.startsWith(prefix) && !prefix.startsWith(other), `${prefix} ${other}`);
    }
    live.set(`${peer.id} ${miner.channelId}`, prefix);
    if (n % 5 === 0) {
      const [gone] = peers.splice(0, 1);
      ok(gone);
      stage.pool.disconnected(gone, "test", stage.now);
      for (const key of [...live.keys()]) if (key.startsWith(`${gone.id} `)) live.delete(key);
      peers.push(stage.connect());
    }
  }
  strictEqual(stage.pool.status.channels, live.size);
});

Deno.test("MIN-9 ids of channels and groups are never the same on a connection, nor used again", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  const used = new Set<number>();
  let group: number | undefined;
  for (let n = 0; n < 2000; n++) {
    const { channelId, groupId } = stage.openExtended(peer);
    ok(!used.has(channelId) && channelId !== groupId);
    used.add(channelId);
    if (groupId !== group) {
      ok(!used.has(groupId));
      used.add(groupId);
      group = groupId;
    }
    if (n % 3 === 0) stage.close(peer, channelId);
    if (n % 10 === 0) stage.close(peer, groupId);
  }
});

Deno.test("MIN-9 the first group of a connection is 1, its first channel 2", () => {
  const stage = new PoolStage();
  const { groupId, channelId } = stage.openStandard(stage.connect());
  deepStrictEqual([groupId, channelId], [1, 2]);
});

Deno.test("MIN-10, MIN-20 all of a group have one size of extranonce; a standard channel's prefix is all of it", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  const standard = stage.openStandard(peer);
  const extended = stage.openExtended(peer);
  const wide = stage.openExtended(peer, { minExtranonceSize: 20 });
  strictEqual(standard.groupId, extended.groupId);
  strictEqual(standard.extranoncePrefix.length, 20);
  strictEqual(extended.extranoncePrefix.length + extended.extranonceSize, 20);
  ok(wide.groupId !== extended.groupId);
  strictEqual(wide.extranonceSize, 20);
});

Deno.test("MIN-11, MIN-19 what is granted is at least what was asked for, or there is an error", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  for (const minExtranonceSize of [0, 1, 16]) {
    strictEqual(stage.openExtended(peer, { minExtranonceSize }).extranonceSize, 16);
  }
  for (const minExtranonceSize of [17, 24]) {
    const miner = stage.openExtended(peer, { minExtranonceSize });
    strictEqual(miner.extranonceSize, minExtranonceSize);
    ok(miner.extranoncePrefix.length + miner.extranonceSize <= 32);
  }
  for (const minExtranonceSize of [25, 32, 33, 65535]) {
    stage.give(peer, OpenExtendedMiningChannel, { ...REQUEST, minExtranonceSize });
    const [error] = only(peer.take(), OpenMiningChannelError);
    strictEqual(error?.errorCode, "min-extranonce-size-too-large");
  }
});

Deno.test("MIN-11 the coinbase's script has at most 100 bytes with the longest signature and extranonce", () => {
  const stage = new PoolStage({ policy: { poolSignature: "x".repeat(52) } });
  stage.newBlock();
  const miner = stage.openExtended(stage.connect(), { minExtranonceSize: 24 });
  const scriptLength = miner.active?.coinbaseTxPrefix[4 + 1 + 36];
  // The template's prefix here is two bytes of the eight that it may have.
  strictEqual(scriptLength, 94);
});

Deno.test("MIN-16, MIN-17 no hash rate is the easiest target; none that a number cannot be is taken", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  strictEqual(stage.openExtended(peer, { nominalHashRate: 0 }).opened.target, MAX_TARGET);
  const half = MAX_TARGET / 2n;
  strictEqual(
    stage.openExtended(peer, { nominalHashRate: 0, maxTarget: half }).opened.target,
    half,
  );
  for (const nominalHashRate of [NaN, Infinity, -Infinity, -1, -0]) {
    deepStrictEqual(
      refusalsOf(stage, peer, { nominalHashRate }),
      ["invalid-nominal-hashrate", "invalid-nominal-hashrate"],
    );
  }
  for (const nominalHashRate of [2 ** -149, 1, 1e12, 3.4e38]) {
    const { target } = stage.openExtended(peer, { nominalHashRate }).opened;
    ok(target > 0n && target <= MAX_TARGET);
  }
});

Deno.test("MIN-17 a target is never easier than the client's, and one of zero is refused", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  for (const maxTarget of [1n, targetOfDifficulty(1e9), MAX_TARGET]) {
    ok(stage.openStandard(peer, { maxTarget, nominalHashRate: 1e6 }).opened.target <= maxTarget);
  }
  deepStrictEqual(
    refusalsOf(stage, peer, { maxTarget: 0n }),
    ["max-target-out-of-range", "max-target-out-of-range"],
  );
});

Deno.test("a configured least difficulty holds for clients that can meet it", () => {
  const stage = new PoolStage({ policy: { minDifficulty: 1000 } });
  const peer = stage.connect();
  strictEqual(
    stage.openExtended(peer, { nominalHashRate: 0 }).opened.target,
    targetOfDifficulty(1000),
  );
  const maxTarget = targetOfDifficulty(4000);
  strictEqual(stage.openExtended(peer, { nominalHashRate: 0, maxTarget }).opened.target, maxTarget);
});

Deno.test("MIN-21 any bytes are an identity, and the log has them as they came", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  const identities = [
    "",
    "x".repeat(255),
    String.fromCharCode(...new Array(255).fill(0xdcff)),
    "'; DROP TABLE miners; --",
    "<script>alert(1)</script>",
    "a\nb\r\x1b[2Jc\0d",
  ];
  for (const userIdentity of identities) stage.openExtended(peer, { userIdentity });
  const logged = stage.lines.filter(({ event }) => event === "channel.opened");
  deepStrictEqual(logged.map(({ fields }) => fields["user"]), identities);
});

Deno.test("MIN-21 identities that the pool cannot pay are refused", () => {
  const stage = new PoolStage();
  const peer = stage.connect();
  for (
    const userIdentity of [
      "sri/solo/nobody/rig",
      "sri/solo/bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4/rig",
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.rig",
      "sri/donate/100/bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080/rig",
      "sri/other",
    ]
  ) {
    deepStrictEqual(
      refusalsOf(stage, peer, { userIdentity }),
      ["invalid-user-identity", "invalid-user-identity"],
    );
  }
  strictEqual(stage.pool.status.channels, 0);
});

Deno.test("MIN-1 a client that wants standard jobs only is refused extended channels", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ flags: MINING_CLIENT_FLAGS.requiresStandardJobs });
  stage.give(peer, OpenExtendedMiningChannel, REQUEST);
  const [error] = only(peer.take(), OpenMiningChannelError);
  strictEqual(error?.errorCode, "extended-channels-not-supported-for-standard-jobs");
  stage.openStandard(peer);
});

Deno.test("channels are limited, of a connection and of all, and come free again", () => {
  const stage = new PoolStage({ policy: { maxChannels: 5, maxChannelsPerConnection: 3 } });
  const [first, second] = [stage.connect(), stage.connect()];
  for (let n = 0; n < 3; n++) stage.openExtended(first);
  const full = new Array(2).fill("channel-capacity-exhausted");
  deepStrictEqual(refusalsOf(stage, first, {}), full);
  for (let n = 0; n < 2; n++) stage.openExtended(second);
  deepStrictEqual(refusalsOf(stage, second, {}), full);
  stage.pool.disconnected(first, "test", stage.now);
  stage.openExtended(second);
});

Deno.test("CONN-24 a connection without a channel is closed after a time, one with a channel is not", async () => {
  const stage = new PoolStage({ policy: { channellessMs: 10_000 } });
  const [idle, active, left] = [stage.connect(), stage.connect(), stage.connect()];
  stage.openExtended(active);
  const { channelId } = stage.openExtended(left);
  await stage.pass(8_000);
  stage.close(left, channelId);
  await stage.pass(4_000);
  deepStrictEqual([idle.closed, active.closed, left.closed], [
    "no channel was opened",
    undefined,
    undefined,
  ]);
  await stage.pass(8_000);
  deepStrictEqual([active.closed, left.closed], [undefined, "no channel was opened"]);
});
