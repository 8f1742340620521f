import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { decodeHeader } from "../../bitcoin/header.ts";
import { OpenExtendedMiningChannel, OpenStandardMiningChannel } from "../../messages/mining.ts";
import { CloseChannel, OpenMiningChannelError, UpdateChannel } from "../../messages/mining.ts";
import { MAX_TARGET } from "../../pow/target.ts";
import { bench, HandDevice, MinerBench, rootOf } from "../../../tests/support/miner_bench.ts";

Deno.test("CONN-25, MIN-16 Miner opens a channel right away and tells its hash rate", () => {
  const { all } = bench();
  all.connect();
  deepStrictEqual(all.server.sent.map(({ value }) => value), [{
    requestId: 1,
    userIdentity: "someone.rig",
    nominalHashRate: 1_000,
    maxTarget: MAX_TARGET,
    minExtranonceSize: 2,
  }]);
  strictEqual(all.server.sent[0]?.name, "OpenExtendedMiningChannel");
});

Deno.test("MIN-16 Miner without devices says 0, and more when one is plugged in", () => {
  const all = new MinerBench();
  all.connect();
  strictEqual(all.server.got(OpenExtendedMiningChannel)[0]?.nominalHashRate, 0);
  all.grantExtended();
  all.plug(new HandDevice("dev-0"));
  all.plug(new HandDevice("dev-1"));
  all.pass(1_500);
  deepStrictEqual(all.server.got(UpdateChannel), [
    { channelId: 2, nominalHashRate: 2_000, maximumTarget: MAX_TARGET },
  ]);
});

Deno.test("Miner tells of new devices at most once a second", () => {
  const all = new MinerBench();
  all.connect();
  all.grantExtended();
  for (let i = 0; i < 12; i++) {
    all.plug(new HandDevice(`dev-${i}`));
    all.pass(250);
  }
  const told = all.server.got(UpdateChannel).map(({ nominalHashRate }) => nominalHashRate);
  strictEqual(told.length, 3);
  all.pass(1_000);
  strictEqual(all.server.got(UpdateChannel).at(-1)?.nominalHashRate, 12_000);
});

Deno.test("MIN-15 Miner opens one standard channel a device, each with a request id of its own", () => {
  const { all } = bench({ channel: "standard" });
  all.plug(new HandDevice("dev-1"));
  all.connect();
  all.plug(new HandDevice("dev-2"));
  deepStrictEqual(
    all.server.got(OpenStandardMiningChannel).map(({ requestId }) => requestId),
    [1, 2, 3],
  );
});

Deno.test("CONN-9 Miner opens an extended channel where standard ones are refused", () => {
  const { all } = bench({ channel: "standard" }, { serverFlags: 2 });
  all.connect();
  deepStrictEqual(all.server.sent.map(({ name }) => name), ["OpenExtendedMiningChannel"]);
});

Deno.test("CONN-9 Miner that can do standard jobs only leaves a server that has none", () => {
  const { all } = bench({ channel: "standard", requireStandardJobs: true }, { serverFlags: 2 });
  all.connect();
  deepStrictEqual(all.server.sent, []);
  strictEqual(all.server.closed, "server refuses standard channels");
});

Deno.test("MIN-43 Miner hashes the coinbase of prefix, extranonce prefix, extranonce and suffix", () => {
  const { all, device, rig } = bench();
  all.mining();
  all.find(device, rig);
  const [share] = all.extendedShares;
  ok(share !== undefined && device.work !== undefined);
  strictEqual(decodeHeader(device.work.header).merkleRoot.toHex(), rootOf(1, share.extranonce));
  strictEqual(share.extranonce.length, 4);
});

Deno.test("MIN-55, MIN-56 Miner answers each kind of channel with its kind of share", () => {
  const extended = bench();
  extended.all.mining();
  extended.all.find(extended.device, extended.rig, 2);
  deepStrictEqual(extended.all.extendedShares.map(({ extranonce }) => extranonce.length), [4, 4]);
  strictEqual(extended.all.standardShares.length, 0);

  const standard = bench({ channel: "standard" });
  standard.all.connect();
  standard.all.grantStandard(2);
  standard.all.standardJob(1);
  standard.all.block(1);
  standard.all.find(standard.device, standard.rig, 2);
  strictEqual(standard.all.standardShares.length, 2);
  strictEqual(standard.all.extendedShares.length, 0);
});

Deno.test("MIN-57 Miner numbers the shares of each channel from one up", () => {
  const { all, device, rig } = bench({ channel: "standard" });
  const second = new HandDevice("dev-1");
  const secondRig = all.plug(second);
  all.connect();
  for (const channelId of [2, 3]) {
    all.grantStandard(channelId);
    all.standardJob(1, { channelId });
    all.block(1, { channelId });
  }
  all.find(device, rig, 2);
  all.find(second, secondRig, 1);
  all.find(device, rig, 1);
  deepStrictEqual(
    all.standardShares.map(({ channelId, sequenceNumber }) => [channelId, sequenceNumber]),
    [[2, 1], [2, 2], [3, 1], [2, 3]],
  );
});

Deno.test("MIN-51, MIN-54 Miner rolls nTime by the seconds that passed, and no further", () => {
  const { all, device, rig } = bench();
  all.mining();
  all.pass(3_900);
  device.take();
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.ntime, 1_700_000_003);
  const { work } = device;
  ok(work !== undefined);
  for (const ntime of [1_700_000_002, 1_700_000_004]) {
    const { version } = decodeHeader(work.header);
    all.miner.found(rig, { workId: work.id, version, ntime, nonce: 0 }, all.now);
  }
  strictEqual(all.extendedShares.length, 1);
  strictEqual(all.miner.tally.hardwareErrors, 2);
});

Deno.test("MIN-51 Miner takes what a device rolled that keeps time, and not what one runs ahead", () => {
  const all = new MinerBench();
  const device = new HandDevice("dev-0", { rollsTime: true });
  const rig = all.plug(device);
  all.mining();
  const { work } = device;
  ok(work?.rollTime === true);
  all.pass(2_000);
  const rolled = { ...work, header: work.header.slice() };
  new DataView(rolled.header.buffer).setUint32(68, 1_700_000_002, true);
  device.work = rolled;
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.ntime, 1_700_000_002);
  new DataView(rolled.header.buffer).setUint32(68, 1_700_000_003, true);
  all.find(device, rig);
  strictEqual(all.extendedShares.length, 1);
  strictEqual(all.miner.tally.hardwareErrors, 1);
});

Deno.test("Miner hashes again what devices report: wrong, repeated and unknown nonces stay here", () => {
  const { all, device, rig } = bench();
  all.mining();
  const [good = 0] = all.find(device, rig);
  const { work } = device;
  ok(work !== undefined);
  const { version, time: ntime } = decodeHeader(work.header);
  const nonce = { workId: work.id, version, ntime, nonce: good };
  all.miner.found(rig, nonce, all.now);
  strictEqual(all.miner.tally.duplicates, 1);
  all.miner.found(rig, { ...nonce, version: version ^ 1 }, all.now);
  strictEqual(all.miner.tally.hardwareErrors, 1);
  for (let i = 0; i < 20; i++) {
    all.miner.found(rig, { ...nonce, nonce: good ^ 0x4000_0000 + i }, all.now);
  }
  ok(all.miner.tally.hardwareErrors >= 15);
  all.miner.found(rig, { ...nonce, workId: 99 }, all.now);
  strictEqual(all.miner.tally.stale, 1);
  ok(all.extendedShares.length <= 6);
});

Deno.test("MIN-44 Miner lets devices roll bits of BIP 323 and none other", () => {
  const { all, device, rig } = bench();
  all.mining();
  const { work } = device;
  ok(work !== undefined);
  strictEqual(work.versionMask, 0x1fff_e000);
  const rolled = { ...work, header: work.header.slice() };
  new DataView(rolled.header.buffer).setUint32(0, 0x2000_2000, true);
  device.work = rolled;
  all.find(device, rig);
  strictEqual(all.extendedShares[0]?.version, 0x2000_2000);
});

Deno.test("MIN-45 Miner sends the version verbatim where the job or the server fixes it", () => {
  const fixedJob = bench();
  fixedJob.all.mining({ version: 0x2123_4564, versionRollingAllowed: false });
  strictEqual(fixedJob.device.work?.versionMask, 0);
  fixedJob.all.find(fixedJob.device, fixedJob.rig);
  strictEqual(fixedJob.all.extendedShares[0]?.version, 0x2123_4564);

  const fixedServer = bench({}, { serverFlags: 1 });
  fixedServer.all.mining({ version: 0x2123_4564 });
  strictEqual(fixedServer.device.work?.versionMask, 0);
  strictEqual(decodeHeader(fixedServer.device.work.header).version, 0x2123_4564);
});

Deno.test("Miner never asks a device for more than a server's target is worth sending", () => {
  const { all, device } = bench();
  all.connect();
  all.grantExtended({ target: MAX_TARGET });
  all.job(1);
  all.block(1);
  // 1,000 h/s and fifty shares a second: one in twenty hashes.
  strictEqual(Math.round(2 ** 256 / Number(device.work?.target)), 21);
});

Deno.test("Miner counts a block when the hash meets the network's target", () => {
  const { all, device, rig } = bench();
  all.connect();
  all.grantExtended();
  all.job(1);
  all.block(1, { nbits: 0x207f_ffff });
  all.find(device, rig, 3);
  strictEqual(all.miner.tally.blocks, 3);
  ok(all.miner.tally.best > 0);
  const [found] = all.lines.filter(({ event }) => event === "block.found");
  ok(/^[0-9a-f]{64}$/.test(String(found?.fields.hash)));
});

Deno.test("EXT-25, EXT-2 Miner names its worker in every share once 0x0002 is negotiated", () => {
  const { all, device, rig } = bench({ worker: "rig-7" }, { extensions: new Set([2]) });
  all.mining();
  all.find(device, rig, 3);
  const shares = all.server.sent.filter(({ name }) => name === "SubmitSharesExtended");
  strictEqual(shares.length, 3);
  for (const { tlvs } of shares) {
    deepStrictEqual(tlvs, [
      { extensionType: 2, fieldType: 1, value: new TextEncoder().encode("rig-7") },
    ]);
  }
});

Deno.test("EXT-27 Miner names no worker without negotiation", () => {
  const { all, device, rig } = bench({ worker: "rig-7" });
  all.mining();
  all.find(device, rig);
  deepStrictEqual(all.server.sent.at(-1)?.tlvs, []);
});

Deno.test("CONN-23 Miner opens every channel again on a new connection", () => {
  const { all, device } = bench({ channel: "standard" });
  all.plug(new HandDevice("dev-1"));
  all.connect();
  for (const channelId of [2, 3]) all.grantStandard(channelId);
  all.standardJob(1);
  all.block(1);
  ok(device.work !== undefined);
  all.reconnect();
  ok(device.idle);
  deepStrictEqual(
    all.server.got(OpenStandardMiningChannel).map(({ requestId }) => requestId),
    [3, 4],
  );
});

Deno.test("Miner drops what was found before the connection broke, and gives up its answers", () => {
  const { all, device, rig } = bench();
  all.mining();
  all.find(device, rig, 2);
  const { work } = device;
  all.reconnect();
  device.work = work;
  all.find(device, rig);
  deepStrictEqual(
    [all.miner.tally.submitted, all.miner.tally.unanswered, all.miner.tally.stale],
    [2, 2, 1],
  );
  strictEqual(all.extendedShares.length, 0);
});

Deno.test("ERR-1, ERR-2 Miner gives up a server that refuses its channel, whatever the code", () => {
  for (const errorCode of ["invalid-user-identity", "xyzzy", "", "\u001b[2J\n"]) {
    const { all } = bench();
    all.connect();
    all.say(OpenMiningChannelError, { requestId: 1, errorCode });
    strictEqual(all.server.closed, "the server refuses every channel");
  }
});

Deno.test("Miner goes on while one of several channels is refused, and asks for it again later", () => {
  const { all } = bench({ channel: "standard" });
  all.plug(new HandDevice("dev-1"));
  all.connect();
  all.grantStandard(2);
  all.say(OpenMiningChannelError, { requestId: 2, errorCode: "channel-capacity-exhausted" });
  strictEqual(all.server.closed, undefined);
  strictEqual(all.server.got(OpenStandardMiningChannel).length, 2);
  all.pass(1_000);
  strictEqual(all.server.got(OpenStandardMiningChannel).length, 3);
  strictEqual(all.server.got(OpenStandardMiningChannel)[2]?.requestId, 3);
});

Deno.test("Miner leaves a server that does not answer its request for a channel", () => {
  const { all } = bench();
  all.connect();
  all.pass(29_000);
  strictEqual(all.server.closed, undefined);
  all.pass(1_000);
  strictEqual(all.server.closed, "no answer to the request for a channel");
});

Deno.test("Miner says so when it stops, and when a device of a standard channel is gone", () => {
  const { all, rig } = bench({ channel: "standard" });
  all.plug(new HandDevice("dev-1"));
  all.connect();
  for (const channelId of [2, 3]) all.grantStandard(channelId);
  all.miner.detach(rig);
  deepStrictEqual(all.server.got(CloseChannel), [{ channelId: 2, reasonCode: "device gone" }]);
  all.miner.stop();
  deepStrictEqual(all.server.got(CloseChannel)[1], { channelId: 3, reasonCode: "client stops" });
});

Deno.test("Miner tells the server when its devices turn out twice as fast, once a minute", () => {
  const { all, device } = bench();
  all.mining();
  device.hashRate = 1_900;
  all.pass(120_000);
  deepStrictEqual(all.server.got(UpdateChannel), []);
  device.hashRate = 2_100;
  all.pass(120_000);
  deepStrictEqual(all.server.got(UpdateChannel).map((u) => u.nominalHashRate), [2_100]);
});

Deno.test("Miner never tells another hash rate than the one it was told to tell", () => {
  const { all, device } = bench({ nominalHashRate: 5e12 });
  all.mining();
  device.hashRate = 9e9;
  all.plug(new HandDevice("dev-1"));
  all.pass(120_000);
  strictEqual(all.server.got(OpenExtendedMiningChannel)[0]?.nominalHashRate, Math.fround(5e12));
  deepStrictEqual(all.server.got(UpdateChannel), []);
});

Deno.test("Miner wakes a device that used up its second", () => {
  const all = new MinerBench({ channel: "standard" });
  const device = new HandDevice("dev-0", { nonceRange: false });
  all.plug(device);
  all.miner.connected(
    Object.assign(all.server, { session: { ...all.server.session, serverFlags: 1 } }),
    all.now,
  );
  all.grantStandard(2);
  all.standardJob(1);
  all.block(1);
  const first = device.work?.header;
  strictEqual(device.take(), undefined);
  all.pass(500);
  ok(device.idle);
  all.pass(500);
  notDeepStrictEqual(device.work?.header, first);
  ok(device.work !== undefined);
});
