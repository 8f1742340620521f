import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Direction } from "../lib/capture/capture.ts";
import type { Frame } from "../lib/frame/frame.ts";
import { encodeHeader } from "../lib/frame/header.ts";
import type { Entry, NoteEntry } from "../lib/inspect/entry.ts";
import { SetupConnection } from "../lib/messages/common.ts";
import { generateEphemeral } from "../lib/noise/crypto.ts";
import { Initiator } from "../lib/noise/handshake.ts";
import type { Socket } from "../lib/ports.ts";
import { TAP_LIMITS } from "../lib/roles/tap/config.ts";
import { seededRandom } from "./support/fake_host.ts";
import { RawClient, SETUP } from "./support/raw_client.ts";
import { RAW_SERVER_KEY, type RawServed, RawServer } from "./support/raw_server.ts";
import { notesOf } from "./support/seen_stream.ts";
import { SERVER, TAP_KEY, TapStage } from "./support/tap_stage.ts";

interface Pair {
  readonly client: RawClient;
  readonly served: RawServed;
}

const SMALL: Frame = {
  extensionType: 0x1234,
  channelMsg: false,
  msgType: 0x77,
  payload: new Uint8Array(30).fill(5),
};
const SV1_ONLY = { sv2: undefined, sv1: { hostname: "127.0.0.1", port: 4_001 } };

async function readAll(socket: Socket, size: number): Promise<string> {
  const buffer = new Uint8Array(size);
  for (let have = 0; have < size;) have += await socket.read(buffer.subarray(have)) ?? size;
  return new TextDecoder().decode(buffer);
}

/** A frame with any header. */
function frameOf(
  { extensionType, channelMsg, msgType, payload }: Frame,
): Uint8Array {
  const frame = new Uint8Array(6 + payload.length);
  encodeHeader({ extensionType, channelMsg, msgType, msgLength: payload.length }, frame);
  frame.set(payload, 6);
  return frame;
}

const anyFrame: fc.Arbitrary<Frame> = fc.record({
  extensionType: fc.oneof(fc.constant(0), fc.nat(0x7fff)),
  channelMsg: fc.boolean(),
  msgType: fc.nat(255),
  payload: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    fc.integer({ min: 1_000, max: 70_000 }).map((size) => new Uint8Array(size).fill(size)),
  ),
});

Deno.test("serveTap() passes any frame in both directions as it is, in order, in chunks of any size", async () => {
  const said = fc.record({ by: fc.constantFrom<Direction>("up", "down"), frame: anyFrame });
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { maxLength: 12 }),
      fc.constantFrom(1, 7, 1_000, Infinity),
      async (all, chunk) => {
        const stage = new TapStage({ chunk });
        const { client, served } = await stage.pair();
        for (const { by, frame } of all) {
          await (by === "up" ? client : served).sendFrame(frameOf(frame));
        }
        await stage.pass(20);
        for (const [by, end] of [["up", served], ["down", client]] as const) {
          deepStrictEqual(
            end.received.map(frameOf),
            all.filter((each) => each.by === by).map(({ frame }) => frameOf(frame)),
          );
        }
        await stage.close();
        deepStrictEqual(stage.recorded(), stage.entries);
        strictEqual(stage.entries.filter(({ kind }) => kind === "frame").length, all.length);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("serveTap() says who it is by its own key, and holds the server to its own", async () => {
  const stage = new TapStage();
  const socket = await stage.connect();
  const initiator = new Initiator({
    authorityKey: TAP_KEY,
    ephemeral: generateEphemeral(seededRandom(1)),
    unix: stage.host.clock.unix(),
  });
  await socket.write(initiator.act1());
  await stage.pass();
  const act2 = new Uint8Array(234);
  strictEqual(await socket.read(act2), 234);
  initiator.receive(act2);
  strictEqual(initiator.authenticated, true);
  await stage.close();
});

Deno.test("NOISE-34 serveTap() closes clients where the server is not the one it should be, and says why", async () => {
  const stage = new TapStage({
    upstreams: { sv2: { ...SERVER, authorityKey: TAP_KEY }, sv1: undefined },
  });
  const { client } = await stage.pair();
  await client.send(SetupConnection, SETUP);
  await stage.pass(300);
  strictEqual(client.closed, true);
  strictEqual(stage.server.connections[0]?.received.length, 0);
  const [told] = stage.host.logged("upstream.unusable");
  match(String(told?.["reason"]), /certificate|authority/);
  strictEqual(told?.["upstream"], "127.0.0.1:3333");
  await stage.close();
  deepStrictEqual(stage.recorded(), stage.entries);
});

Deno.test("serveTap() closes clients while the server cannot be reached, and serves those that come later", async () => {
  const stage = new TapStage({
    upstreams: { sv2: { ...SERVER, port: 4_000, authorityKey: RAW_SERVER_KEY }, sv1: undefined },
  });
  const first = RawClient.handshake(await stage.connect());
  await stage.pass(300);
  strictEqual((await first).closed, true);
  const [told] = stage.host.logged("upstream.unusable");
  strictEqual(told?.["reason"], "Cannot connect to 127.0.0.1:4000");
  const late = new RawServer(stage.host, { ...SERVER, port: 4_000 });
  const second = RawClient.handshake(await stage.connect());
  await stage.pass(300);
  await (await second).sendFrame(frameOf(SMALL));
  await stage.pass(300);
  strictEqual(late.connections[0]?.received.length, 1);
  late.close();
  await stage.close();
});

Deno.test("serveTap() lets what is wrong with one connection end that one and no other", async () => {
  const stage = new TapStage();
  const good = await stage.pair();
  const faults: ((pair: Pair) => Promise<void>)[] = [
    // Either side sends what does not decrypt.
    ({ client }) => client.socket.write(new Uint8Array(100)),
    ({ served }) => served.socket.write(new Uint8Array(100)),
    // Either side vanishes in the middle of a frame.
    async ({ client }) => {
      await client.socket.write(client.seal(frameOf(SMALL)).subarray(0, 25));
      client.socket.close();
    },
    async ({ served }) => {
      await served.socket.write(new Uint8Array(10));
      served.socket.close();
    },
  ];
  for (const fault of faults) {
    const pair = await stage.pair();
    // What comes before the fault is passed on.
    await pair.client.sendFrame(frameOf(SMALL));
    await fault(pair);
    await stage.pass(300);
    deepStrictEqual([pair.client.closed, pair.served.closed], [true, true]);
    strictEqual(pair.served.received.length, 1);
  }
  // Those that say nothing of the kind.
  for (const first of ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u0016\u0003\u0001", ""]) {
    const socket = await stage.connect();
    await socket.write(new TextEncoder().encode(first));
    await stage.pass(11_000);
    strictEqual(await socket.read(new Uint8Array(9)), null);
  }
  await good.client.sendFrame(frameOf(SMALL));
  await good.served.sendFrame(frameOf(SMALL));
  await stage.pass();
  strictEqual(good.served.received.length, 1);
  strictEqual(good.client.received.length, 1);
  deepStrictEqual(
    stage.host.lines.filter(({ level }) => level === "warn").map(({ event }) => event),
    [...["client.closed", "upstream.unusable"], ...Array(3).fill("client.closed")],
  );
  strictEqual(stage.host.lines.some(({ level }) => level === "error"), false);
  await stage.close();
  const undecryptable = ({ code }: NoteEntry): boolean => code === "undecryptable";
  strictEqual(notesOf(stage.entries).filter(undecryptable).length, 1);
  strictEqual(
    notesOf(stage.recorded()).filter(({ code }) => code === "undecryptable").length > 0,
    true,
  );
});

Deno.test("serveTap() does not read from who sends while the other side does not read", async () => {
  const stage = new TapStage({ capacity: 10_000 });
  for (const by of ["up", "down"] as const) {
    const { client, served } = await stage.pair();
    served.isDeaf = by === "up";
    client.isDeaf = by === "down";
    const [from, to] = by === "up" ? [client, served] : [served, client];
    // One read is under way already.
    await from.sendFrame(frameOf(SMALL));
    await stage.pass();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) {
        await from.sendFrame(frameOf({ ...SMALL, payload: new Uint8Array(5_000) }));
      }
    })();
    await stage.pass(1_000);
    ok(sent < 20, `${sent} frames of 5,000 bytes went, and none was read`);
    to.hear();
    await stage.pass(1_000);
    await sending;
    strictEqual(to.received.length, 101);
  }
  await stage.close();
});

Deno.test("serveTap() gives up on who reads nothing for a quarter of an hour", async () => {
  const stage = new TapStage({ capacity: 10_000 });
  const { client, served } = await stage.pair();
  client.isDeaf = true;
  for (let i = 0; i < 20; i++) {
    void served.sendFrame(frameOf({ ...SMALL, payload: new Uint8Array(5_000) }));
  }
  await stage.pass(890_000);
  strictEqual(served.closed, false);
  await stage.pass(20_000);
  strictEqual(served.closed, true);
  match(String(stage.host.logged("client.closed")[0]?.["reason"]), /does not read/);
  await stage.close();
});

Deno.test("serveTap() lets a client come again, and holds no more of them than it may", async () => {
  const stage = new TapStage({ limits: { ...TAP_LIMITS, maxConnections: 2 } });
  const [first, second] = [await stage.pair(), await stage.pair()];
  const refused = await stage.connect();
  await stage.pass();
  strictEqual(await refused.read(new Uint8Array(1)), null);
  first.client.socket.close();
  await stage.pass();
  const third = await stage.pair();
  for (const { client, served } of [second, third]) {
    await client.sendFrame(frameOf(SMALL));
    await stage.pass();
    strictEqual(served.received.length, 1);
  }
  await stage.close();
  deepStrictEqual(stage.recorded(), stage.entries);
  const opened = notesOf(stage.entries).filter(({ code }) => code === "connection-opened");
  deepStrictEqual(opened.map(({ connection }) => connection.id), [1, 2, 3]);
});

Deno.test("serveTap() takes a client of Noise for one though its first byte is a brace", async () => {
  const stage = new TapStage({ upstreams: SV1_ONLY });
  const both = new TapStage();
  for (const { stage: each, answer } of [{ stage, answer: null }, { stage: both, answer: 234 }]) {
    const socket = await each.connect();
    await socket.write(Uint8Array.from({ length: 64 }, (_, i) => i === 0 ? 0x7b : 200));
    await each.pass();
    strictEqual(await socket.read(new Uint8Array(300)), answer);
    await each.close();
  }
  match(String(stage.host.logged("client.closed")[0]?.["reason"]), /no stratum2\+tcp/);
});

Deno.test("serveTap() passes lines of Stratum V1 both ways, in the clear, as they are", async () => {
  const stage = new TapStage({ upstreams: SV1_ONLY, chunk: 3 });
  const listener = stage.host.listen({ hostname: "127.0.0.1", port: 4_001 });
  const socket = await stage.connect();
  const up = '{"id":1,"method":"mining.subscribe","params":["m/1"]}\n{"id":2,\tnot json\r\n';
  const down = '{"id":1,"result":[[],"08000002",4],"error":null}\n';
  await socket.write(new TextEncoder().encode(up));
  await stage.pass();
  for await (const served of listener) {
    await served.write(new TextEncoder().encode(down));
    await stage.pass();
    strictEqual(await readAll(served, up.length), up);
    break;
  }
  strictEqual(await readAll(socket, down.length), down);
  socket.close();
  await stage.close();
  deepStrictEqual(
    stage.entries.filter((entry) => entry.kind === "line").map(({ text }) => text),
    [...up.trim().split(/\r?\n/), down.trim()],
  );
  deepStrictEqual(stage.recorded(), stage.entries);
});

Deno.test("serveTap() tells a client of Stratum V1 by a line that there is nothing to connect it to", async () => {
  const stage = new TapStage();
  const socket = await stage.connect();
  await socket.write(
    new TextEncoder().encode('{"id":1,"method":"mining.subscribe","params":[]}\n'),
  );
  await stage.pass();
  strictEqual(await socket.read(new Uint8Array(9)), null);
  match(String(stage.host.logged("client.closed")[0]?.["reason"]), /no stratum\+tcp/);
  await stage.close();
});

Deno.test("Recorder stops at its limit, and on a disk that is full, and traffic goes on", async () => {
  let written = 0;
  const full = (bytes: Uint8Array): void => {
    if (written + bytes.length > 1_500) throw new Error("No space left on device (os error 28)");
    written += bytes.length;
  };
  for (const options of [{ maxBytes: 1_500 }, { append: full }]) {
    const stage = new TapStage(options);
    const { client, served } = await stage.pair();
    for (let i = 0; i < 20; i++) await client.sendFrame(frameOf(SMALL));
    await stage.pass();
    strictEqual(served.received.length, 20);
    strictEqual(stage.recorder.isStopped, true);
    ok(stage.recorder.bytes <= 1_500);
    strictEqual(stage.host.logged("recording.stopped").length, 1);
    await stage.close();
    if (options.maxBytes === undefined) continue;
    const recorded = stage.recorded().filter(({ kind }) => kind === "frame");
    ok(recorded.length > 0);
    deepStrictEqual(
      recorded,
      stage.entries.filter(({ kind }) => kind === "frame").slice(0, recorded.length),
    );
  }
});

Deno.test("Recorder leaves a file that can be read at any moment, its keys before what they open", async () => {
  const stage = new TapStage();
  const { client } = await stage.pair();
  await client.sendFrame(frameOf(SMALL));
  await stage.pass();
  const frames = stage.recorded().filter(({ kind }) => kind === "frame");
  deepStrictEqual(frames, stage.entries.filter(({ kind }) => kind === "frame"));
  strictEqual(notesOf(stage.recorded()).at(-1)?.code, "connection-unfinished");
  await stage.close();
});

Deno.test("serveTap() lets no witness that fails stop the traffic", async () => {
  const stage = new TapStage();
  // A packet of a connection that is nowhere.
  Object.defineProperty(stage.recorder, "passed", {
    value: () => {
      throw new Error("a fault");
    },
  });
  const { client, served } = await stage.pair();
  for (let i = 0; i < 3; i++) await client.sendFrame(frameOf(SMALL));
  await stage.pass();
  strictEqual(served.received.length, 3);
  strictEqual(stage.host.logged("witness.fault").length, 1);
  strictEqual(stage.entries.filter(({ kind }) => kind === "frame").length, 3);
  await stage.close();
});

Deno.test("serveTap() tells nothing of a connection after its end, though both sides are busy then", async () => {
  for (const first of ["close", "send"]) {
    const stage = new TapStage();
    const { client, served } = await stage.pair();
    if (first === "close") client.socket.close();
    void served.sendFrame(frameOf(SMALL));
    void client.sendFrame(frameOf(SMALL));
    client.socket.close();
    await stage.pass();
    strictEqual(notesOf(stage.entries).at(-1), stage.entries.at(-1));
    strictEqual(notesOf(stage.entries).at(-1)?.code, "connection-closed");
    await stage.close();
    deepStrictEqual(stage.recorded(), stage.entries);
  }
});

Deno.test("serveTap() stands whatever either side sends, and records what can be read", async () => {
  const act = fc.record({
    by: fc.constantFrom<Direction>("up", "down"),
    what: fc.oneof(
      { weight: 3, arbitrary: anyFrame.map(frameOf) },
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({ raw: bytes })),
      fc.constant("close" as const),
    ),
  });
  const start = fc.oneof(
    fc.constant("handshake" as const),
    fc.uint8Array({ maxLength: 200 }),
    fc.string().map((text) => new TextEncoder().encode(`{"id":1,"method":"${text}"}\n`)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(start, fc.array(act, { maxLength: 6 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (connections) => {
        const stage = new TapStage();
        for (const [first, acts] of connections) {
          if (first !== "handshake") {
            const socket = await stage.connect();
            await socket.write(first);
            await stage.pass(acts.length * 4_000);
            continue;
          }
          const { client, served } = await stage.pair();
          for (const { by, what } of acts) {
            const end = by === "up" ? client : served;
            if (what === "close") end.socket.close();
            else if (what instanceof Uint8Array) await end.sendFrame(what);
            else await end.socket.write(what.raw).catch(() => {});
          }
          await stage.pass();
        }
        const { client, served } = await stage.pair();
        await client.sendFrame(frameOf(SMALL));
        await stage.pass();
        strictEqual(served.received.length, 1);
        await stage.close();
        deepStrictEqual(stage.host.lines.filter(({ level }) => level === "error"), []);
        const frames = (entries: readonly Entry[]) =>
          entries.filter(({ kind }) => kind === "frame");
        // Behind what does not decrypt, a reader finds frames again that were not passed on.
        ok(frames(stage.recorded()).length >= frames(stage.entries).length);
      },
    ),
    { numRuns: 60 },
  );
});
