import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Tlv } from "../../codec/tlv.ts";
import { ChannelEndpointChanged } from "../../messages/common.ts";
import { UserIdentity, WORKER_SPECIFIC_HASHRATE_TRACKING } from "../../messages/extensions.ts";
import { decodeHeader } from "../../frame/header.ts";
import { messageOf } from "../../messages/registry.ts";
import { SubmitSharesError, SubmitSharesExtended } from "../../messages/mining.ts";
import { type FakePeer, frameOf, only } from "../../../tests/support/fake_peer.ts";
import { answer, PoolStage } from "../../../tests/support/pool_stage.ts";

const text = new TextEncoder();

function nameTlv(name: string | Uint8Array): Tlv {
  const { extensionType, fieldType } = UserIdentity;
  return { extensionType, fieldType, value: typeof name === "string" ? text.encode(name) : name };
}

/** What the pool counts by worker on a peer's only channel. */
function workersOf(stage: PoolStage, peer: FakePeer): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const miner of stage.pool.miners) {
    if (miner.peer !== peer) continue;
    for (const channel of miner.channels.values()) {
      for (const { name, tally } of channel.workers ?? []) {
        counts[new TextDecoder().decode(name)] = tally.accepted;
      }
    }
  }
  return counts;
}

Deno.test("EXT-25, EXT-26 shares count for the worker that they name; without a name, for the channel alone", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] });
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  const invalid = Uint8Array.of(0xff, 0xfe);
  const cases = [
    [nameTlv("rig1")],
    [nameTlv("rig1")],
    [nameTlv("x".repeat(32))],
    [nameTlv("")],
    [],
    [nameTlv("rig2"), nameTlv("rig3")],
    [nameTlv(invalid)],
  ];
  for (const tlvs of cases) {
    miner.submit({}, tlvs);
    strictEqual(answer(miner), "accepted");
  }
  deepStrictEqual(workersOf(stage, peer), {
    "rig1": 2,
    ["x".repeat(32)]: 1,
    "rig2": 1,
    "\ufffd\ufffd": 1,
  });
});

Deno.test("EXT-24 a share with a name of more than 32 bytes is refused and not counted", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] });
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  const sequence = miner.submit({}, [nameTlv("x".repeat(33))]);
  const [error] = only(peer.take(), SubmitSharesError);
  strictEqual(error?.errorCode, "invalid-user-identity");
  strictEqual(error.sequenceNumber, sequence);
  strictEqual(stage.pool.status.shares.accepted, 0);
  deepStrictEqual(workersOf(stage, peer), {});
});

Deno.test("EXT-27 without negotiation a name is ignored, however long it is", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect();
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  for (const name of ["rig1", "x".repeat(33)]) {
    miner.submit({}, [nameTlv(name)]);
    strictEqual(answer(miner), "accepted");
  }
  deepStrictEqual(workersOf(stage, peer), {});
});

Deno.test("EXT-23 other extensions' fields, and a cut one, are skipped", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] });
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  const other = { extensionType: 1, fieldType: 1, value: new Uint8Array(300) };
  const late = { extensionType: 9, fieldType: 1, value: new Uint8Array(3) };
  miner.submit({}, [other, nameTlv("rig1"), late]);
  strictEqual(answer(miner), "accepted");
  const share = {
    channelId: miner.channelId,
    sequenceNumber: 1,
    jobId: miner.active?.jobId ?? 0,
    ...miner.roll(),
    extranonce: new Uint8Array(16),
  };
  const { payload, ...frame } = frameOf(SubmitSharesExtended, share, [nameTlv("rig2")]);
  stage.pool.received(peer, { ...frame, payload: payload.subarray(0, -1) }, stage.now);
  stage.pool.settled(peer, stage.now);
  strictEqual(answer(miner), "accepted");
  deepStrictEqual(workersOf(stage, peer), { rig1: 1 });
});

Deno.test("EXT-2, EXT-8 all that the pool sends is of the core, with nothing appended", () => {
  const stage = new PoolStage();
  stage.newBlock();
  for (const extensions of [[], [WORKER_SPECIFIC_HASHRATE_TRACKING]]) {
    const peer = stage.connect({ extensions });
    const frames: Uint8Array[] = [];
    const { sendFrame } = peer;
    peer.sendFrame = (frame): void => {
      frames.push(frame);
      sendFrame.call(peer, frame);
    };
    const miner = stage.openExtended(peer, { nominalHashRate: 0 });
    miner.submit({}, [nameTlv("rig1")]);
    miner.submit({ jobId: 999 });
    stage.newBlock(2);
    strictEqual(frames.length, 7);
    for (const frame of frames) {
      const { extensionType, msgType } = decodeHeader(frame);
      strictEqual(extensionType, 0);
      const message = messageOf(0, msgType);
      strictEqual(message?.decode(frame.subarray(6)).rest.length, 0);
    }
  }
});

Deno.test("EXT-28 names are bounded: the shares of all further ones count together", () => {
  const stage = new PoolStage({ policy: { maxWorkersPerChannel: 2 } });
  stage.newBlock();
  const peer = stage.connect({ extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] });
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  for (let n = 0; n < 20; n++) miner.submit({}, [nameTlv(`rig${n}`)]);
  deepStrictEqual(workersOf(stage, peer), { rig0: 1, rig1: 1 });
});

Deno.test("CONN-18 ChannelEndpointChanged ends the naming of workers until it is negotiated again", () => {
  const stage = new PoolStage();
  stage.newBlock();
  const peer = stage.connect({ extensions: [WORKER_SPECIFIC_HASHRATE_TRACKING] });
  const miner = stage.openExtended(peer, { nominalHashRate: 0 });
  stage.give(peer, ChannelEndpointChanged, { channelId: miner.channelId });
  stage.give(peer, ChannelEndpointChanged, { channelId: 12345 });
  miner.submit({}, [nameTlv("x".repeat(33))]);
  strictEqual(answer(miner), "accepted");
  peer.session = { ...peer.session, extensions: new Set([WORKER_SPECIFIC_HASHRATE_TRACKING]) };
  miner.submit({}, [nameTlv("rig1")]);
  strictEqual(answer(miner), "accepted");
  deepStrictEqual(workersOf(stage, peer), { rig1: 1 });
});
