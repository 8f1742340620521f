import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SeenConnection, SeenSession } from "../../../tests/support/seen_session.ts";
import { codesOf, entriesOf, framesOf, notesOf } from "../../../tests/support/seen_stream.ts";
import { encodeFrame } from "../../frame/encode.ts";
import { SetupConnection } from "../../messages/common.ts";
import { NewExtendedMiningJob, SetTarget } from "../../messages/mining.ts";

const encoder = new TextEncoder();
const target = encodeFrame(SetTarget, { channelId: 1, maximumTarget: 255n });
const setup = encodeFrame(SetupConnection, {
  protocol: 2,
  minVersion: 2,
  maxVersion: 2,
  flags: 0,
  endpointHost: "",
  endpointPort: 0,
  vendor: "",
  hardwareVersion: "",
  firmware: "",
  deviceId: "",
});

Deno.test("Dissector tells what is no Stratum once, with what it looks like, then counts", () => {
  const tls = `160301${"00".repeat(100)}`;
  const cases: [first: Uint8Array, looks: string][] = [
    [encoder.encode("GET / HTTP/1.1\r\n\r\n"), "HTTP"],
    [Uint8Array.fromHex(tls), "TLS"],
    [Uint8Array.fromHex(`f9beb4d9${"00".repeat(90)}`), "Bitcoin's peer-to-peer protocol"],
    [encoder.encode("SSH-2.0-OpenSSH\r\n"), "SSH"],
    [encoder.encode("HELO me\r\n"), "some text"],
    [Uint8Array.of(1, 2, 3), "something else"],
    [new Uint8Array(65).fill(200), "something else"],
  ];
  for (const [first, looks] of cases) {
    const wire = new SeenConnection();
    const entries = entriesOf([
      wire.open(),
      wire.data("up", first),
      wire.data("down", Uint8Array.of(1)),
      wire.data("up", new Uint8Array(9_000)),
      wire.data("down", new Uint8Array(9_000)),
      wire.close(),
    ]);
    deepStrictEqual(codesOf(entries), ["other-protocol"]);
    strictEqual(notesOf(entries)[1]?.facts["looks_like"], looks);
    strictEqual(notesOf(entries).at(-1)?.facts["down_bytes"], 9_001);
  }
});

Deno.test("Dissector tells what is no Stratum where the server speaks first, or nobody says enough", () => {
  const first = new SeenConnection();
  deepStrictEqual(
    codesOf(entriesOf([first.open(), first.data("down", encoder.encode("SSH-2.0\r\n"))])),
    ["other-protocol"],
  );
  const short = new SeenConnection();
  deepStrictEqual(
    codesOf(entriesOf([short.open(), short.data("up", Uint8Array.of(9)), short.close()])),
    ["other-protocol"],
  );
  const silent = new SeenConnection();
  deepStrictEqual(codesOf(entriesOf([silent.open(), silent.close()])), []);
});

Deno.test("Dissector knows a client that sends its first 64 bytes in pieces", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const entries = entriesOf([
    wire.open(),
    wire.data("up", session.act1.subarray(0, 1)),
    wire.data("up", session.act1.subarray(1, 63)),
    wire.data("up", session.act1.subarray(63)),
    wire.data("down", session.act2.subarray(0, 200)),
    wire.data("down", session.act2.subarray(200)),
    wire.data("up", session.seal("up", setup)),
  ], session.keyLog);
  strictEqual(framesOf(entries)[0]?.message?.name, "SetupConnection");
  const done = notesOf(entries).find(({ code }) => code === "handshake-done");
  strictEqual(done?.facts["act_1_us"], 3_000);
  strictEqual(done?.facts["act_2_us"], 2_000);
});

Deno.test("Dissector reads what follows Act 2 in the same segment", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const sealed = session.seal("down", target);
  const entries = entriesOf([
    wire.open(),
    wire.data("up", session.act1),
    wire.data("down", Uint8Array.of(...session.act2, ...sealed)),
  ], session.keyLog);
  strictEqual(framesOf(entries)[0]?.message?.name, "SetTarget");
});

Deno.test("Dissector reads Stratum V2 in the clear, and which protocol its setup asks for", () => {
  const wire = new SeenConnection();
  const all = Uint8Array.of(...setup, ...target);
  const entries = entriesOf([
    wire.open(),
    ...Array.from(all, (_, i) => wire.data("up", all.subarray(i, i + 1))),
  ]);
  deepStrictEqual(framesOf(entries).map(({ message }) => message?.name), [
    "SetupConnection",
    "SetTarget",
  ]);
  strictEqual(framesOf(entries)[1]?.protocol, "template");
  deepStrictEqual(codesOf(entries), ["not-encrypted"]);
});

Deno.test("Dissector goes on in the clear after a gap, where a segment begins like a frame", () => {
  const wire = new SeenConnection();
  const job = encodeFrame(NewExtendedMiningJob, {
    channelId: 1,
    jobId: 2,
    minNtime: null,
    version: 4,
    versionRollingAllowed: true,
    merklePath: [],
    coinbaseTxPrefix: new Uint8Array(500),
    coinbaseTxSuffix: new Uint8Array(500),
  });
  const entries = entriesOf([
    wire.open(),
    wire.data("up", setup),
    wire.data("down", job.subarray(0, 100)),
    wire.gap("down", 100),
    wire.data("down", job.subarray(200)),
    wire.data("down", target),
    wire.gap("down", 0),
    wire.data("down", Uint8Array.of(9, 9, 9, 9, 9, 9, 9)),
    wire.data("down", target),
  ]);
  deepStrictEqual(framesOf(entries).map(({ message }) => message?.name), [
    "SetupConnection",
    "SetTarget",
    "SetTarget",
  ]);
  deepStrictEqual(codesOf(entries), ["not-encrypted", "gap", "frame-lost", "gap"]);
});

Deno.test("Dissector knows what began before the capture where nothing is encrypted", () => {
  for (const [up, down] of [["up", "down"], ["down", "up"]] as const) {
    const clear = new SeenConnection(1, false);
    const frames = framesOf(entriesOf([clear.data(down, target), clear.data(up, setup)]));
    deepStrictEqual(frames.map(({ direction }) => direction), ["down", "up"]);
    const sv1 = new SeenConnection(1, false);
    const lines = entriesOf([
      sv1.data(down, encoder.encode('{"id":null,"method":"mining.notify","params":[]}\n')),
      sv1.data(up, encoder.encode('": 4}\n{"id":4,"method":"mining.submit","params":[]}\n')),
    ]).filter((entry) => entry.kind === "line");
    deepStrictEqual(lines.map(({ direction, json }) => [direction, json?.["method"]]), [
      ["down", "mining.notify"],
      ["up", "mining.submit"],
    ]);
  }
});

Deno.test("Dissector gives up a line that is too long, and reads the next", () => {
  const wire = new SeenConnection();
  const filler = encoder.encode("x".repeat(50_000));
  const entries = entriesOf([
    wire.open(),
    wire.data("up", encoder.encode('{"')),
    ...Array.from({ length: 30 }, () => wire.data("up", filler)),
    wire.data("up", encoder.encode('\n{"id":1}\n')),
    wire.gap("up", 10),
    wire.data("up", encoder.encode('"x"}\n{"id":2}\n')),
  ]);
  deepStrictEqual(codesOf(entries), ["sv1", "line-too-long", "gap"]);
  deepStrictEqual(
    entries.flatMap((entry) => entry.kind === "line" ? [entry.text] : []),
    ['{"id":1}', '{"id":2}'],
  );
});

Deno.test("Dissector holds no more of unfinished frames than there is room for, and says so", () => {
  const huge = Uint8Array.of(0, 0, 0x74, 255, 255, 255);
  const filler = new Uint8Array(1 << 20);
  const wires = Array.from({ length: 20 }, (_, i) => new SeenConnection(i + 1));
  const entries = entriesOf([
    ...wires.flatMap((wire) => [
      wire.open(),
      wire.data("up", setup),
      wire.data("down", huge),
      ...Array.from({ length: 15 }, () => wire.data("down", filler)),
    ]),
    ...wires.flatMap((wire) => [
      wire.data("down", filler.subarray(1)),
      wire.data("down", target),
    ]),
  ]);
  const lost = codesOf(entries).filter((code) => code === "frame-too-large").length;
  strictEqual(lost > 0 && lost < 20, true);
  const targets = framesOf(entries).filter(({ message }) => message?.name === "SetTarget");
  strictEqual(targets.length, 20);
});
