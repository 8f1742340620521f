import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { encodeFrame } from "../lib/frame/encode.ts";
import type { Frame } from "../lib/frame/frame.ts";
import {
  Reconnect,
  SetupConnection,
  SetupConnectionError,
  SetupConnectionSuccess,
} from "../lib/messages/common.ts";
import { RequestExtensions } from "../lib/messages/extensions.ts";
import { CloseChannel, OpenExtendedMiningChannel } from "../lib/messages/mining.ts";
import { CoinbaseOutputConstraints } from "../lib/messages/template.ts";
import { MINING_LIMITS } from "../lib/session/limits.ts";
import type { Peer } from "../lib/session/role.ts";
import { OPEN, openStage } from "./support/stage.ts";
import { SETUP } from "./support/raw_client.ts";

/** A frame as its bytes say, right or wrong. */
function frameOf(id: number, payload: Uint8Array, extension = 0): Uint8Array {
  const frame = new Uint8Array(6 + payload.length);
  new DataView(frame.buffer).setUint16(0, extension, true);
  frame[2] = id;
  new DataView(frame.buffer).setUint16(3, payload.length, true);
  frame[5] = payload.length >> 16;
  frame.set(payload, 6);
  return frame;
}

function withExtension(extension: number, payload: Uint8Array): Uint8Array {
  return frameOf(RequestExtensions.id, payload, extension);
}

Deno.test("CONN-1 a message before SetupConnection ends the connection and reaches no role", async () => {
  for (const message of [OpenExtendedMiningChannel, CoinbaseOutputConstraints, CloseChannel]) {
    const stage = await openStage();
    const client = await stage.client();
    await client.sendFrame(frameOf(message.id, new Uint8Array(200)));
    await stage.host.clock.advance(10);
    deepStrictEqual([client.closed, client.received.length, stage.role.told], [true, 0, []]);
    await stage.close();
  }
});

Deno.test("CONN-2, CONN-11 every SetupConnection is answered; flags are 0 unless they are why", async () => {
  for (
    const [change, errorCode] of [
      [{ protocol: 3 }, "unsupported-protocol"],
      [{ protocol: 255 }, "unsupported-protocol"],
      [{ protocol: 1 }, "unsupported-protocol"],
      [{ minVersion: 0, maxVersion: 0 }, "protocol-version-mismatch"],
      [{ minVersion: 3, maxVersion: 9 }, "protocol-version-mismatch"],
      [{ minVersion: 9, maxVersion: 3 }, "protocol-version-mismatch"],
    ] as const
  ) {
    const stage = await openStage();
    const client = await stage.client();
    await client.setup(change);
    await stage.host.clock.advance(10);
    deepStrictEqual(client.all(SetupConnectionError), [{ flags: 0, errorCode }]);
    strictEqual(client.closed, true);
    await stage.close();
  }
});

Deno.test("CONN-6, CONN-7 a range that has version 2 gets version 2", async () => {
  for (const [minVersion, maxVersion] of [[2, 2], [1, 5], [0, 65_535]] as const) {
    const stage = await openStage();
    const client = await stage.client();
    await client.setup({ minVersion, maxVersion });
    await stage.host.clock.advance(10);
    deepStrictEqual(client.all(SetupConnectionSuccess), [{ usedVersion: 2, flags: 0 }]);
    await stage.close();
  }
});

Deno.test("CONN-4 an empty vendor is served all the same", async () => {
  const stage = await openStage();
  const client = await stage.client();
  await client.setup({ vendor: "", hardwareVersion: "", firmware: "" });
  await stage.host.clock.advance(10);
  strictEqual(client.accepted, true);
  await stage.close();
});

Deno.test("CONN-8, CONN-10, CONN-13 a probe with all flags learns exactly which are missing", async () => {
  const stage = await openStage();
  const probe = await stage.client();
  await probe.setup({ flags: 0xffff_ffff });
  await stage.host.clock.advance(10);
  const [error] = probe.all(SetupConnectionError);
  deepStrictEqual(error, { flags: 0xffff_fffa, errorCode: "unsupported-feature-flags" });
  const again = await stage.client();
  await again.setup({ flags: ~(error?.flags ?? 0) >>> 0 });
  await stage.host.clock.advance(10);
  strictEqual(again.accepted, true);
  await stage.close();
});

Deno.test("CONN-12 every connection of a listener is offered the same flags", async () => {
  const stage = await openStage();
  const answers = new Set<number | undefined>();
  for (let i = 0; i < 5; i++) {
    const client = await stage.client();
    await client.setup({ flags: 0xffff_ffff });
    await stage.host.clock.advance(10);
    answers.add(client.all(SetupConnectionError)[0]?.flags);
  }
  strictEqual(answers.size, 1);
  await stage.close();
});

Deno.test("CONN-14 after SetupConnection.Error nothing more is heard", async () => {
  const stage = await openStage();
  const client = await stage.client();
  const refused = client.seal(encodeFrame(SetupConnection, { ...SETUP, protocol: 2 }));
  const open = client.seal(encodeFrame(OpenExtendedMiningChannel, OPEN));
  const both = new Uint8Array(refused.length + open.length);
  both.set(refused);
  both.set(open, refused.length);
  await client.socket.write(both);
  await stage.host.clock.advance(10);
  deepStrictEqual(client.names(), ["SetupConnection.Error"]);
  deepStrictEqual([client.closed, stage.role.told], [true, []]);
  await stage.close();
});

Deno.test("CONN-15 a second SetupConnection ends the connection", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  await client.setup({ protocol: 2 });
  await stage.host.clock.advance(10);
  deepStrictEqual(stage.role.told, ["connected", "disconnected"]);
  strictEqual(client.closed, true);
  await stage.close();
});

Deno.test("CONN-16, FRAME-11, ERR-1 what is unknown, reserved or of another protocol changes nothing", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  for (const id of [0x1e, 0x05, 0x26, 0x52, 0x53, 0x54, 0x77, 0xff, 0x70, 0x76, 0x50, 0x1c, 0x11]) {
    await client.sendFrame(frameOf(id, new Uint8Array(300)));
  }
  await client.send(OpenExtendedMiningChannel, OPEN);
  await stage.host.clock.advance(10);
  deepStrictEqual(stage.role.told, ["connected", "OpenExtendedMiningChannel"]);
  strictEqual(stage.host.logged("message.ignored").length, 13);
  await stage.close();
});

Deno.test("FRAME-6, FRAME-8, EXT-3 frames of an unknown extension are discarded, channel bit or not", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  for (const extension of [0x0003, 0x4abc, 0x7fff, 0x8003, 0xcabc]) {
    for (const id of [0x00, 0x10, 0x1b, 0xff]) {
      await client.sendFrame(frameOf(id, new Uint8Array(64), extension));
    }
  }
  // With the bit set it is still the negotiation of extensions.
  await client.sendFrame(withExtension(
    0x8001,
    RequestExtensions.encode({
      requestId: 7,
      requestedExtensions: [2],
    }),
  ));
  await stage.host.clock.advance(10);
  deepStrictEqual(client.names().slice(1), ["RequestExtensions.Success"]);
  deepStrictEqual(stage.role.told, ["connected"]);
  await stage.close();
});

Deno.test("a peer that sends only useless messages is closed", async () => {
  const stage = await openStage({ limits: { ...MINING_LIMITS, maxIgnored: 20 } });
  const client = await stage.ready();
  for (let i = 0; i < 25; i++) await client.sendFrame(frameOf(0xff, new Uint8Array(1)));
  await stage.host.clock.advance(10);
  strictEqual(client.closed, true);
  await stage.close();
});

Deno.test("NOISE-1 plain Sv2 bytes are never answered in clear", async () => {
  const stage = await openStage();
  const socket = await stage.host.connect(stage.address);
  await socket.write(encodeFrame(SetupConnection, SETUP));
  await stage.host.clock.advance(MINING_LIMITS.handshakeTimeoutMs + 1_000);
  const answer = new Uint8Array(4_096);
  const length = await socket.read(answer);
  // 61 bytes are fewer than Act 1 has; with more the answer would be Act 2, which is noise as well.
  strictEqual(length, null);
  deepStrictEqual(stage.role.told, []);
  await stage.close();
});

Deno.test("NOISE-37 a stalled handshake ends in time and keeps nobody else waiting", async () => {
  const stage = await openStage({ limits: { ...MINING_LIMITS, maxHalfOpen: 20 } });
  const stalled = [];
  for (const bytes of [0, 1, 63]) {
    for (let i = 0; i < 10; i++) {
      const socket = await stage.host.connect(stage.address);
      if (bytes > 0) await socket.write(new Uint8Array(bytes)).catch(() => {});
      stalled.push(socket);
    }
  }
  await stage.host.clock.advance(100);
  strictEqual(stage.host.logged("connection.refused").length, 10);
  await stage.host.clock.advance(MINING_LIMITS.handshakeTimeoutMs);
  for (const socket of stalled) strictEqual(await socket.read(new Uint8Array(100)), null);
  const client = await stage.ready();
  strictEqual(client.accepted, true);
  await stage.close();
});

Deno.test("NOISE-37 one address cannot keep all others out with handshakes it does not finish", async () => {
  const stage = await openStage({ limits: { ...MINING_LIMITS, maxHalfOpenPerAddress: 5 } });
  for (let i = 0; i < 600; i++) await stage.host.connect(stage.address);
  await stage.host.clock.advance(100);
  strictEqual(stage.host.logged("connection.refused").length, 595);
  stage.host.ip = "10.0.0.2";
  strictEqual((await stage.ready()).accepted, true);
  await stage.close();
});

Deno.test("the time for SetupConnection, and of silence, is limited", async () => {
  const stage = await openStage();
  const mute = await stage.client();
  await stage.host.clock.advance(MINING_LIMITS.setupTimeoutMs + 1_000);
  strictEqual(mute.closed, true);
  const idle = await stage.ready();
  await stage.host.clock.advance(MINING_LIMITS.idleTimeoutMs - 1_000);
  strictEqual(idle.closed, false);
  await stage.host.clock.advance(2_000);
  strictEqual(idle.closed, true);
  await stage.close();
});

Deno.test("connections of one address are limited, others are not affected", async () => {
  const stage = await openStage({ limits: { ...MINING_LIMITS, maxConnectionsPerAddress: 3 } });
  const clients = [await stage.ready(), await stage.ready(), await stage.ready()];
  const fourth = await stage.host.connect(stage.address);
  await stage.host.clock.advance(10);
  strictEqual(await fourth.read(new Uint8Array(10)), null);
  clients[0]?.socket.close();
  await stage.host.clock.advance(10);
  strictEqual((await stage.ready()).accepted, true);
  await stage.close();
});

Deno.test("FRAME-12, FRAME-19, FRAME-20 any chunking delivers in order; a flipped bit ends it", async () => {
  for (const chunk of [1, 7, 21, 22, 23, 1_000]) {
    const stage = await openStage({ chunk });
    const client = await stage.ready();
    for (let i = 0; i < 5; i++) {
      await client.send(CloseChannel, { channelId: i, reasonCode: `r${i}` });
    }
    await stage.host.clock.advance(10);
    deepStrictEqual(stage.role.payloads.map((payload) => payload[0]), [0, 1, 2, 3, 4]);
    const sealed = client.seal(encodeFrame(CloseChannel, { channelId: 9, reasonCode: "" }));
    sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1;
    await client.socket.write(sealed);
    await stage.host.clock.advance(10);
    strictEqual(stage.role.payloads.length, 5);
    strictEqual(client.closed, true);
    await stage.close();
  }
});

Deno.test("FRAME-23 an undecodable payload ends its connection and no other, and earlier ones are answered", async () => {
  const stage = await openStage();
  const [bad, good] = [await stage.ready(), await stage.ready()];
  stage.role.onReceived = (_peer: Peer, frame: Frame) => void CloseChannel.decode(frame.payload);
  await bad.sendFrame(frameOf(CloseChannel.id, new Uint8Array(3), 0x8000));
  await stage.host.clock.advance(10);
  deepStrictEqual([bad.closed, good.closed], [true, false]);
  await good.send(CloseChannel, { channelId: 1, reasonCode: "" });
  await stage.host.clock.advance(10);
  strictEqual(good.closed, false);
  await stage.close();
});

Deno.test("what came on several connections in one turn is given first, then settled", async () => {
  const stage = await openStage();
  const clients = [await stage.ready(), await stage.ready()];
  stage.role.told.length = 0;
  stage.role.settled = () => void stage.role.told.push("settled");
  await Promise.all(clients.map((client) => client.send(OpenExtendedMiningChannel, OPEN)));
  await stage.host.clock.advance(5);
  const { name } = OpenExtendedMiningChannel;
  deepStrictEqual(stage.role.told, [name, name, "settled", "settled"]);
  await stage.close();
});

Deno.test("what came before a violation is settled, and answered, before the connection ends", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  let due = 0;
  stage.role.onReceived = () => void due++;
  stage.role.settled = (peer) => {
    for (; due > 0; due--) peer.send(CloseChannel, { channelId: 7, reasonCode: "an answer" });
  };
  const good = client.seal(encodeFrame(OpenExtendedMiningChannel, OPEN));
  await client.socket.write(Uint8Array.from([...good, ...new Uint8Array(40)]));
  await stage.host.clock.advance(10);
  deepStrictEqual(client.all(CloseChannel), [{ channelId: 7, reasonCode: "an answer" }]);
  strictEqual(client.closed, true);
  await stage.close();
});

Deno.test("a fault of the role costs the connection it was for, and is logged", async () => {
  const stage = await openStage();
  const [unlucky, other] = [await stage.ready(), await stage.ready()];
  stage.role.onReceived = () => {
    throw new TypeError("a bug");
  };
  await unlucky.send(CloseChannel, { channelId: 1, reasonCode: "" });
  await stage.host.clock.advance(10);
  deepStrictEqual([unlucky.closed, other.closed], [true, false]);
  strictEqual(stage.host.logged("connection.fault").length, 1);
  await stage.close();
});

Deno.test("a fault of the role as time passes, or as a peer leaves, is logged and nothing more", async () => {
  const stage = await openStage();
  const [leaving, staying] = [await stage.ready(), await stage.ready()];
  stage.role.disconnected = stage.role.tick = () => {
    throw new TypeError("a bug");
  };
  leaving.socket.close();
  await stage.host.clock.advance(1_000);
  strictEqual(staying.closed, false);
  strictEqual(stage.host.logged("connection.fault").length, 1);
  ok(stage.host.logged("role.fault").length >= 3);
  strictEqual((await stage.ready()).accepted, true);
  await stage.close();
});

Deno.test("a peer that does not read is closed when too much waits for it", async () => {
  const stage = await openStage({ limits: { ...MINING_LIMITS, maxQueuedBytes: 5_000 } });
  const client = await stage.ready();
  stage.role.onReceived = (peer: Peer) => {
    for (let i = 0; i < 10; i++) peer.sendFrame(new Uint8Array(1_006));
  };
  await client.send(CloseChannel, { channelId: 1, reasonCode: "" });
  await stage.host.clock.advance(10);
  strictEqual(client.closed, true);
  ok(stage.role.reasons[0]?.includes("does not read"));
  await stage.close();
});

Deno.test("NOISE-39 after the handshake nothing readable is on the wire", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  stage.role.onReceived = (peer: Peer) => peer.send(Reconnect, { newHost: "readable", newPort: 1 });
  await client.send(CloseChannel, { channelId: 1, reasonCode: "readable" });
  await stage.host.clock.advance(10);
  deepStrictEqual(client.all(Reconnect), [{ newHost: "readable", newPort: 1 }]);
  const wire = new TextDecoder("latin1").decode(stage.wire());
  for (const text of ["readable", "test", "pool.example"]) strictEqual(wire.includes(text), false);
  await stage.close();
});

Deno.test("a stopping server writes what is queued, closes everyone, and is done", async () => {
  const stage = await openStage();
  const client = await stage.ready();
  stage.host.stop.abort();
  await stage.host.clock.advance(10);
  strictEqual(client.closed, true);
  await stage.done;
  deepStrictEqual(stage.role.told, ["connected", "disconnected"]);
});
