import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { SeenConnection, SeenSession } from "../../tests/support/seen_session.ts";
import {
  codesOf,
  cut,
  entriesOf,
  framesOf,
  notesOf,
  sayings,
} from "../../tests/support/seen_stream.ts";
import type { StreamEvent } from "../capture/capture.ts";
import { encodeFrame } from "../frame/encode.ts";
import { SetupConnection } from "../messages/common.ts";
import { RequestTransactionDataSuccess } from "../messages/template.ts";
import { SetTarget, SubmitSharesExtended } from "../messages/mining.ts";
import { userIdentityTlv } from "../messages/extensions.ts";
import type { Entry } from "./entry.ts";

const setup = {
  protocol: 0,
  minVersion: 2,
  maxVersion: 2,
  flags: 0,
  endpointHost: "h",
  endpointPort: 1,
  vendor: "v",
  hardwareVersion: "",
  firmware: "",
  deviceId: "",
};
const target = encodeFrame(SetTarget, { channelId: 1, maximumTarget: 255n });

Deno.test("Entries gives the messages that were sealed, however they are cut into segments", () => {
  fc.assert(
    fc.property(sayings(8), fc.array(fc.nat(), { maxLength: 10 }), (said, cuts) => {
      const session = new SeenSession();
      const wire = new SeenConnection();
      const events = wire.handshake(session);
      for (const { direction, frame } of said) {
        for (const piece of cut(session.seal(direction, frame), cuts)) {
          events.push(wire.data(direction, piece));
        }
      }
      events.push(wire.close());
      const entries = entriesOf(events, session.keyLog);
      deepStrictEqual(
        framesOf(entries).map(({ direction, message, value, payload }) => {
          return { direction, message, value, payload: payload.toHex() };
        }),
        said.map(({ direction, message, value }) => {
          return { direction, message, value, payload: message.encode(value).toHex() };
        }),
      );
      deepStrictEqual(codesOf(entries), ["handshake-done"]);
      deepStrictEqual(entries.map(({ number }) => number), entries.map((_, i) => i + 1));
    }),
    { numRuns: 50 },
  );
});

Deno.test("Entries gives several frames in one segment, and the time of the one that ends them", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const sealed = session.seal("down", Uint8Array.of(...target, ...target, ...target));
  const events = [
    ...wire.handshake(session),
    wire.data("down", sealed.subarray(0, 150)),
    wire.data("down", sealed.subarray(150)),
  ];
  const frames = framesOf(entriesOf(events, session.keyLog));
  deepStrictEqual(frames.map(({ time }) => time), [3, 3, 4].map((i) => events[i]?.time));
});

Deno.test("Entries gives a message of many chunks, and its memory back", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const value = {
    templateId: 1n,
    excessData: new Uint8Array(),
    transactionList: [new Uint8Array(1_000_000).fill(7)],
  };
  const sealed = session.seal("down", encodeFrame(RequestTransactionDataSuccess, value));
  const events = wire.handshake(session);
  for (let at = 0; at < sealed.length; at += 1_400) {
    events.push(wire.data("down", sealed.subarray(at, at + 1_400)));
  }
  const [frame] = framesOf(entriesOf(events, session.keyLog));
  deepStrictEqual(frame?.value, value);
});

Deno.test("Entries tells TLVs, what follows them, unknown messages and what does not decode", () => {
  const wire = new SeenConnection();
  const share = SubmitSharesExtended.encode({
    channelId: 1,
    sequenceNumber: 2,
    jobId: 3,
    nonce: 4,
    ntime: 5,
    version: 6,
    extranonce: Uint8Array.of(7),
  });
  const tlv = userIdentityTlv("w1");
  const tail = Uint8Array.of(2, 0, 1, 2, 0, ...tlv.value, 9, 9);
  const entries = entriesOf([
    wire.open(),
    wire.data("up", encodeFrame(SetupConnection, setup)),
    wire.data("up", Uint8Array.of(0, 0x80, 0x1b, 26 + tail.length, 0, 0, ...share, ...tail)),
    wire.data("down", Uint8Array.of(0x34, 0x12, 0x99, 2, 0, 0, 1, 2)),
    wire.data("down", Uint8Array.of(0, 0x80, 0x21, 5, 0, 0, 1, 2, 3, 4, 5)),
    wire.data("down", target),
  ]);
  const [first, second, unknown, broken, last] = framesOf(entries);
  strictEqual(first?.message?.name, "SetupConnection");
  strictEqual(second?.protocol, "mining");
  deepStrictEqual(second?.tlvs, [{ ...tlv, value: tlv.value }]);
  deepStrictEqual(second?.rest.toHex(), "0909");
  strictEqual(unknown?.message, undefined);
  strictEqual(unknown?.extensionType, 0x1234);
  strictEqual(unknown?.payload.toHex(), "0102");
  strictEqual(broken?.error?.code, "truncated");
  strictEqual(broken?.value, undefined);
  strictEqual(last?.error, undefined);
  deepStrictEqual(codesOf(entries), ["not-encrypted"]);
});

Deno.test("Entries throws nothing whatever comes, and tells every connection once", () => {
  const piece = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    direction: fc.constantFrom("up" as const, "down" as const),
    what: fc.oneof(
      { weight: 6, arbitrary: fc.uint8Array({ maxLength: 300, size: "max" }) },
      fc.constantFrom(
        "gap" as const,
        "close" as const,
        "open" as const,
        "act1" as const,
        "act2" as const,
      ),
      fc.string().map((text) => new TextEncoder().encode(`{"id":1,"method":"${text}"}\n`)),
    ),
    bytes: fc.nat(3_000),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, isWhole) => {
      const session = new SeenSession();
      const wires = new Map([1, 2, 3].map((id) => [id, new SeenConnection(id, isWhole)]));
      const events = pieces.flatMap(({ id, direction, what, bytes }): StreamEvent[] => {
        const wire = wires.get(id);
        if (wire === undefined) return [];
        if (what === "gap") return [wire.gap(direction, bytes)];
        if (what === "close") return [wire.close()];
        if (what === "open") return [wire.open()];
        if (what === "act1") return [wire.data(direction, session.act1)];
        if (what === "act2") return [wire.data(direction, session.act2)];
        return [wire.data(direction, what)];
      });
      const entries = entriesOf(events, session.keyLog, 1_000);
      const opened = notesOf(entries).filter(({ code }) => code === "connection-opened").length;
      const ended = notesOf(entries).filter(({ code }) =>
        code === "connection-closed" || code === "connection-unfinished"
      ).length;
      strictEqual(opened, ended);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Entries tells lines of Stratum V1, as JSON where they are, and what a connection carried", () => {
  const wire = new SeenConnection();
  const encoder = new TextEncoder();
  const text = '{"id":1,"method":"mining.subscribe","params":["m/1"]}';
  const entries = entriesOf([
    wire.open(),
    wire.data("up", encoder.encode(text.slice(0, 20))),
    wire.data("up", encoder.encode(`${text.slice(20)}\r\nnot json\n`)),
    wire.data("down", encoder.encode('{"id":1,"result":true,"error":null}\n{"id":2')),
    wire.close("rst"),
  ]);
  const lines = entries.filter((entry) => entry.kind === "line");
  deepStrictEqual(lines.map(({ direction, text }) => [direction, text]), [
    ["up", text],
    ["up", "not json"],
    ["down", '{"id":1,"result":true,"error":null}'],
    ["down", '{"id":2'],
  ]);
  deepStrictEqual(lines[0]?.json, JSON.parse(text));
  strictEqual(lines[1]?.json, undefined);
  const closed = notesOf(entries).at(-1);
  strictEqual(closed?.code, "connection-closed");
  strictEqual(closed?.facts["how"], "rst");
  strictEqual(closed?.facts["up_messages"], 2);
});

Deno.test("Entries lets go of the oldest connection when there are too many", () => {
  const wires = Array.from({ length: 65_537 }, (_, i) => new SeenConnection(i + 1));
  let [opened, forgotten] = [0, 0];
  const again = wires[0]?.data("up", new Uint8Array(100).fill(200));
  const first: Entry[] = entriesOf([
    ...wires.map((wire) => wire.open()),
    ...again === undefined ? [] : [again],
  ]);
  for (const entry of notesOf(first)) {
    if (entry.code === "connection-opened") opened++;
    if (entry.facts["how"] === "forgotten") {
      strictEqual(entry.connection.id, ++forgotten);
    }
  }
  // What comes of it later is of a connection whose beginning is not known any more.
  strictEqual(opened, 65_538);
  strictEqual(forgotten, 2);
  deepStrictEqual(codesOf(first), ["began-before"]);
});
