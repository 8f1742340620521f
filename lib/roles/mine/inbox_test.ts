import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { PeerError } from "../../errors.ts";
import { decodeHeader } from "../../bitcoin/header.ts";
import { ChannelEndpointChanged } from "../../messages/common.ts";
import {
  CloseChannel,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenStandardMiningChannelSuccess,
  SetCustomMiningJobSuccess,
  SetExtranoncePrefix,
  SetGroupChannel,
  SubmitSharesError,
  SubmitSharesSuccess,
  UpdateChannelError,
} from "../../messages/mining.ts";
import { bench, EASY, HandDevice, twoStandard } from "../../../tests/support/miner_bench.ts";

Deno.test("MIN-30 SetGroupChannel moves channels, and unknown ids in it do no harm", () => {
  const { all, device, other } = twoStandard();
  all.say(SetGroupChannel, { groupChannelId: 50, channelIds: [3, 3, 99, 1] });
  all.job(4, { channelId: 50 });
  all.block(4, { channelId: 50 });
  ok(device.idle);
  ok(other.work !== undefined);
  all.say(SetGroupChannel, {
    groupChannelId: 51,
    channelIds: Array.from({ length: 65_535 }, (_, i) => i),
  });
  all.job(6, { channelId: 51 });
  all.block(6, { channelId: 51 });
  ok(device.work !== undefined);
  all.say(SetGroupChannel, { groupChannelId: 52, channelIds: [] });
  strictEqual(all.server.closed, undefined);
});

Deno.test("MIN-30, MIN-9 a group with the id of a channel ends the connection", () => {
  const { all } = twoStandard();
  throws(() => all.say(SetGroupChannel, { groupChannelId: 3, channelIds: [2] }), PeerError);
});

Deno.test("MIN-10 a group of channels with extranonces of different lengths is refused", () => {
  const { all, device, other } = twoStandard();
  all.say(SetExtranoncePrefix, { channelId: 3, extranoncePrefix: new Uint8Array(3) });
  all.say(SetGroupChannel, { groupChannelId: 50, channelIds: [2, 3] });
  all.job(4, { channelId: 50 });
  all.block(4, { channelId: 50 });
  deepStrictEqual([device.work, other.work], [undefined, undefined]);
  ok(all.miner.tally.oddities > 0);
  // Nor may one join a group whose channels have another length.
  all.say(SetGroupChannel, { groupChannelId: 51, channelIds: [2] });
  all.say(SetGroupChannel, { groupChannelId: 51, channelIds: [3] });
  all.job(5, { channelId: 51 });
  all.block(5, { channelId: 51 });
  ok(!device.idle && other.idle);
});

Deno.test("MIN-26 CloseChannel of a group closes all of it; channels are asked for again", () => {
  const { all, device, rig, other } = twoStandard();
  all.job(1, { channelId: 1 });
  all.block(1, { channelId: 1 });
  all.find(device, rig);
  all.say(CloseChannel, { channelId: 1, reasonCode: "maintenance" });
  strictEqual(all.miner.tally.unanswered, 1);
  deepStrictEqual([device.work, other.work], [undefined, undefined]);
  strictEqual(all.server.closed, undefined);
  const asked = all.server.sent.length;
  all.pass(1_000);
  strictEqual(all.server.sent.length, asked + 2);
});

Deno.test("CloseChannel again and again is answered ever more slowly", () => {
  const { all } = bench();
  all.connect();
  let asked = 0;
  for (let i = 0; i < 400; i++) {
    const requests = all.server.got(OpenExtendedMiningChannel);
    if (requests.length > asked) {
      asked = requests.length;
      all.grantExtended();
      all.say(CloseChannel, { channelId: 2, reasonCode: "" });
    }
    all.pass(1_000);
  }
  // After 1, 2, 4 … 60 seconds, and each minute from there.
  ok(asked >= 8 && asked <= 14, `${asked} requests in 400 seconds`);
});

Deno.test("MIN-18 an answer to no request is passed over; one of the other kind ends the connection", () => {
  const success = {
    requestId: 9,
    channelId: 2,
    target: EASY,
    extranoncePrefix: new Uint8Array(4),
    groupChannelId: 1,
  };
  const { all } = bench();
  all.connect();
  all.say(OpenExtendedMiningChannelSuccess, { ...success, extranonceSize: 4 });
  strictEqual(all.miner.tally.oddities, 1);
  throws(() => all.say(OpenStandardMiningChannelSuccess, { ...success, requestId: 1 }), PeerError);
});

Deno.test("MIN-9 an id that is a channel's or a group's already ends the connection", () => {
  for (const [channelId, groupChannelId] of [[2, 1], [1, 1], [3, 2]] as const) {
    const { all } = bench({ channel: "standard" });
    all.plug(new HandDevice("dev-1"));
    all.connect();
    all.grantStandard(2);
    throws(() =>
      all.say(OpenStandardMiningChannelSuccess, {
        requestId: 2,
        channelId,
        target: EASY,
        extranoncePrefix: new Uint8Array(8),
        groupChannelId,
      }), PeerError);
  }
});

Deno.test("MIN-20 an extranonce of more than 32 bytes ends the connection", () => {
  for (const [prefix, extranonceSize] of [[17, 16], [0, 33], [32, 65_535]] as const) {
    const { all } = bench();
    all.connect();
    throws(
      () => all.grantExtended({ extranoncePrefix: new Uint8Array(prefix), extranonceSize }),
      PeerError,
    );
  }
});

Deno.test("an extended channel without an extranonce to roll is mined on by version and nTime", () => {
  const { all, device, rig } = bench();
  all.connect();
  all.grantExtended({ extranonceSize: 0, extranoncePrefix: new Uint8Array(32) });
  all.job(1);
  all.block(1);
  const first = device.work;
  const second = device.take();
  ok(first !== undefined && second !== undefined);
  ok(decodeHeader(first.header).version !== decodeHeader(second.header).version);
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.extranonce.length, 0);
});

Deno.test("MIN-58 SubmitShares.Success is counted in any batching, refusals by their reason", () => {
  const { all, device, rig } = bench();
  all.mining();
  all.find(device, rig, 5);
  const success = { channelId: 2, newSharesSum: 1n };
  all.pass(250);
  all.say(SubmitSharesSuccess, { ...success, lastSequenceNumber: 1, newSubmitsAcceptedCount: 1 });
  all.say(SubmitSharesError, { channelId: 2, sequenceNumber: 3, errorCode: "stale-share" });
  all.say(SubmitSharesSuccess, { ...success, lastSequenceNumber: 5, newSubmitsAcceptedCount: 3 });
  const { tally } = all.miner;
  deepStrictEqual([tally.submitted, tally.accepted, tally.rejected, tally.pending], [5, 4, 1, 0]);
  deepStrictEqual([...tally.reasons], [["stale-share", 1]]);
  strictEqual(all.miner.latencyMs, 250);
});

Deno.test("CONN-18 no worker is named after ChannelEndpointChanged, on that channel", () => {
  const { all, device, rig } = bench({}, { extensions: new Set([2]) });
  all.mining();
  all.say(ChannelEndpointChanged, { channelId: 77 });
  all.find(device, rig);
  strictEqual(all.server.sent.at(-1)?.tlvs.length, 1);
  all.say(ChannelEndpointChanged, { channelId: 2 });
  all.find(device, rig);
  strictEqual(all.server.sent.at(-1)?.tlvs.length, 0);
});

Deno.test("messages that a miner has no use for are counted and nothing else", () => {
  const { all, device } = bench();
  all.mining();
  const { work } = device;
  all.say(SetCustomMiningJobSuccess, { channelId: 2, requestId: 1, jobId: 1 });
  all.say(UpdateChannelError, { channelId: 2, errorCode: "xyzzy" });
  all.say(SubmitSharesError, { channelId: 2, sequenceNumber: 9, errorCode: "xyzzy" });
  all.say(SubmitSharesError, { channelId: 9, sequenceNumber: 9, errorCode: "xyzzy" });
  strictEqual(device.work, work);
  strictEqual(all.server.closed, undefined);
  strictEqual(all.miner.tally.oddities, 3);
});
