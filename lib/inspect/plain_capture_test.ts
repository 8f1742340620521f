import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../tests/support/fake_host.ts";
import { joined } from "../../tests/support/packets.ts";
import { SeenConnection, SeenSession } from "../../tests/support/seen_session.ts";
import {
  codesOf,
  entriesOf,
  framesOf,
  notesOf,
  type Said,
  sayings,
} from "../../tests/support/seen_stream.ts";
import type { StreamEvent } from "../capture/capture.ts";
import { CaptureStreams } from "../capture/read_capture.ts";
import { encodeFrame } from "../frame/encode.ts";
import { SetupConnection } from "../messages/common.ts";
import { SetTarget } from "../messages/mining.ts";
import type { Entry } from "./entry.ts";
import { frameBytes } from "./frame_bytes.ts";
import { PlainCapture } from "./plain_capture.ts";

const encoder = new TextEncoder();
const setup = encodeFrame(SetupConnection, {
  protocol: 0,
  minVersion: 2,
  maxVersion: 2,
  flags: 0,
  endpointHost: "pool",
  endpointPort: 3333,
  vendor: "x",
  hardwareVersion: "",
  firmware: "",
  deviceId: "",
});
const target = encodeFrame(SetTarget, { channelId: 7, maximumTarget: 255n });

function plainOf(entries: readonly Entry[]): { readonly bytes: Uint8Array; plain: PlainCapture } {
  const plain = new PlainCapture();
  return { bytes: joined(plain.begin("test"), ...entries.map((e) => plain.entry(e))), plain };
}

/** What is in a capture, kept. */
function eventsIn(capture: Uint8Array): StreamEvent[] {
  const events: StreamEvent[] = [];
  const streams = new CaptureStreams({
    stream: (event) =>
      events.push(event.type === "data" ? { ...event, bytes: event.bytes.slice() } : event),
    secrets() {},
  });
  streams.push(capture);
  streams.end();
  return events;
}

/** All but the number, which counts notes as well. */
function messagesIn(entries: readonly Entry[]): unknown[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "note") return [];
    const { time, direction, connection: { client, server } } = entry;
    const said = entry.kind === "line" ? entry.text : frameBytes(entry).toHex();
    return [{ time, direction, client, server, said }];
  });
}

function sealed(said: readonly Said[], session: SeenSession, wire: SeenConnection): StreamEvent[] {
  return [
    ...wire.handshake(session),
    wire.data("up", session.seal("up", setup)),
    ...said.map(({ direction, frame }) => wire.data(direction, session.seal(direction, frame))),
    wire.close(),
  ];
}

Deno.test("PlainCapture writes what was encrypted so that it reads the same without keys", () => {
  fc.assert(
    fc.property(sayings(8), (said) => {
      const session = new SeenSession();
      const entries = entriesOf(sealed(said, session, new SeenConnection()), session.keyLog);
      const { bytes, plain } = plainOf(entries);
      const again = entriesOf(eventsIn(bytes));
      strictEqual(framesOf(again).length, said.length + 1);
      deepStrictEqual(messagesIn(again), messagesIn(entries));
      deepStrictEqual(codesOf(again), ["not-encrypted"]);
      deepStrictEqual(plain.counts, { written: 1, leftOut: {} });
    }),
    { numRuns: 50 },
  );
});

Deno.test("PlainCapture opens a connection with its first message, and leaves the handshake out", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const events = sealed([], session, wire);
  const written = eventsIn(plainOf(entriesOf(events, session.keyLog)).bytes);
  const times = events.map(({ time }) => time);
  deepStrictEqual(written.map(({ type, time }) => [type, time]), [
    ["open", times[3]],
    ["data", times[3]],
    ["close", times[4]],
  ]);
  deepStrictEqual(written[1]?.type === "data" && written[1].bytes, setup);
  ok(
    written.every(({ connection: { client, server, isWhole } }) =>
      isWhole && client.port === wire.connection.client.port && server.port === 3_333
    ),
  );
});

Deno.test("PlainCapture leaves out what nobody can read, and says why", () => {
  const [mine, other, third] = [7, 8, 9].map((seed) => new SeenSession(seededRandom(seed)));
  if (mine === undefined || other === undefined || third === undefined) throw new Error("none");
  const wires = [1, 2, 3, 4, 5, 6].map((id) => new SeenConnection(id, id !== 5));
  const [open, keyless, wrong, web, middle, mute] = wires;
  if (!open || !keyless || !wrong || !web || !middle || !mute) throw new Error("none");
  // The label of a session that is there, with a key that is not its own.
  const lie = third.keyLog.split("\n").map((line, i) =>
    line.replace(/\w+$/, mine.keyLog.split("\n")[i]?.split(" ")[2] ?? "")
  ).join("\n");
  const events = [
    ...sealed([], mine, open),
    ...sealed([], other, keyless),
    ...sealed([], third, wrong),
    web.open(),
    web.data("up", encoder.encode("GET / HTTP/1.1\r\nHost: pool.example\r\n\r\n".repeat(3))),
    web.close(),
    middle.data("up", other.seal("up", setup)),
    ...mute.handshake(mine),
  ];
  const { bytes, plain } = plainOf(entriesOf(events, mine.keyLog + lie));
  deepStrictEqual(plain.counts, {
    written: 1,
    leftOut: {
      "no-keys": 1,
      "wrong-keys": 1,
      "other-protocol": 1,
      "undecryptable": 1,
      "nothing-said": 1,
    },
  });
  const ports = new Set(eventsIn(bytes).map(({ connection }) => connection.client.port));
  deepStrictEqual([...ports], [open.connection.client.port]);
});

Deno.test("PlainCapture keeps lines of Stratum V1 and frames that never were encrypted", () => {
  const [lines, clear] = [new SeenConnection(1), new SeenConnection(2)];
  const entries = entriesOf([
    lines.open(),
    lines.data("up", encoder.encode('{"id":1,"method":"mining.subscribe","params":[]}\n{"id":')),
    lines.data("up", encoder.encode('2,"method":"é"}\r\n')),
    clear.open(),
    clear.data("up", setup),
    clear.data("down", target),
    lines.close("rst"),
    clear.close("forgotten"),
  ]);
  const again = entriesOf(eventsIn(plainOf(entries).bytes));
  deepStrictEqual(messagesIn(again), messagesIn(entries));
  strictEqual(messagesIn(again).length, 4);
  const how = notesOf(again).filter(({ facts }) => "how" in facts).map(({ facts }) => facts["how"]);
  deepStrictEqual(how, ["rst", "open"]);
});

Deno.test("PlainCapture leaves a gap where something was lost", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const events = sealed([], session, wire).slice(0, -1);
  events.push(wire.data("down", session.seal("down", target)));
  const lost = session.seal("down", target);
  events.push(wire.gap("down", lost.length));
  events.push(wire.data("down", session.seal("down", target)), wire.close());
  const entries = entriesOf(events, session.keyLog);
  strictEqual(framesOf(entries).length, 3);
  const again = entriesOf(eventsIn(plainOf(entries).bytes));
  deepStrictEqual(messagesIn(again), messagesIn(entries));
  const gaps = notesOf(again).filter(({ code }) => code === "gap");
  deepStrictEqual(gaps.map(({ facts }) => facts["bytes"]), [lost.length]);
});

Deno.test("PlainCapture says of a connection whose first messages it was not given that it began before", () => {
  const session = new SeenSession();
  const events = sealed([], session, new SeenConnection()).slice(0, -1);
  const wire = new SeenConnection(1, true, 1_764_000_001_000_000);
  events.push(wire.data("down", session.seal("down", target)));
  const entries = entriesOf(events, session.keyLog)
    .filter((entry) => entry.kind === "note" || entry.direction === "down");
  const again = entriesOf(eventsIn(plainOf(entries).bytes));
  deepStrictEqual(messagesIn(again), messagesIn(entries));
  strictEqual(framesOf(again).length, 1);
  strictEqual(again[0]?.connection.isWhole, false);
});

Deno.test("PlainCapture keeps connections apart that used the same ports, also after one came again", () => {
  const [first, second] = [7, 8].map((seed) => new SeenSession(seededRandom(seed)));
  if (first === undefined || second === undefined) throw new Error("none");
  const wire = new SeenConnection(1);
  const later = { ...wire.connection, id: 2 };
  const events = [
    ...sealed([], first, wire),
    ...sealed([], second, wire).map((event) => ({ ...event, connection: later })),
  ];
  const entries = entriesOf(events, first.keyLog + second.keyLog);
  const written = eventsIn(plainOf(entries).bytes);
  deepStrictEqual(written.map(({ type, connection: { id } }) => `${id} ${type}`), [
    "1 open",
    "1 data",
    "1 close",
    "2 open",
    "2 data",
    "2 close",
  ]);
});

Deno.test("PlainCapture writes the largest frame", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const frame = new Uint8Array(6 + 0xff_ffff).fill(0xff, 3, 6);
  frame[2] = 0xee;
  const events = [...sealed([], session, wire).slice(0, -1)];
  events.push(wire.data("down", session.seal("down", frame)), wire.close());
  const { bytes } = plainOf(entriesOf(events, session.keyLog));
  const [, last] = framesOf(entriesOf(eventsIn(bytes)));
  strictEqual(last?.payload.length, 0xff_ffff);
});
