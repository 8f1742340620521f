import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../../tests/support/fake_host.ts";
import { SeenConnection, SeenSession } from "../../../tests/support/seen_session.ts";
import { codesOf, entriesOf, framesOf, notesOf } from "../../../tests/support/seen_stream.ts";
import type { Direction, StreamEvent } from "../../capture/capture.ts";
import { encodeFrame } from "../../frame/encode.ts";
import { NewExtendedMiningJob, SetTarget, SubmitSharesStandard } from "../../messages/mining.ts";
import { Entries } from "../entries.ts";
import type { Entry } from "../entry.ts";
import { KeyLogReader } from "../keys/key_log.ts";
import { KeyRing } from "../keys/keys.ts";

Deno.test("without keys, sizes tell what a segment may hold", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.data("up", session.seal("up", share(1))),
    wire.data("down", session.seal("down", job(70_000))),
    wire.data("down", new Uint8Array(30)),
  ]);
  deepStrictEqual(codesOf(entries), ["handshake-done", "no-keys", "sealed", "sealed", "sealed"]);
  const [up, down, odd] = notesOf(entries).filter(({ code }) => code === "sealed");
  deepStrictEqual(up?.facts, {
    sealed_bytes: 62,
    payload_bytes: 24,
    like: "SubmitSharesStandard",
  });
  strictEqual(down?.facts["payload_bytes"], job(70_000).length - 6);
  strictEqual(odd?.facts["payload_bytes"], undefined);
  const done = notesOf(entries).find(({ code }) => code === "handshake-done");
  deepStrictEqual(done?.facts, {
    session: session.split.handshakeHash.toHex(),
    act_1_us: 1_000,
    act_2_us: 1_000,
    keys: "none",
  });
});

Deno.test("one side's key alone opens one direction", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const [client = ""] = session.keyLog.split("\n");
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.data("up", session.seal("up", share(1))),
    wire.data("down", session.seal("down", target())),
  ], client);
  deepStrictEqual(framesOf(entries).map(({ direction }) => direction), ["up"]);
  deepStrictEqual(codesOf(entries), ["handshake-done", "sealed"]);
});

Deno.test("keys of the log that do not fit are told once, with the cause", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const wrong = session.keyLog.replace(/\w{64}$/gm, "ab".repeat(32));
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.data("up", session.seal("up", share(1))),
    wire.data("up", session.seal("up", share(2))),
  ], wrong);
  deepStrictEqual(codesOf(entries), ["handshake-done", "wrong-keys", "sealed", "sealed"]);
});

Deno.test("keys whose labels are swapped open what they can, and are told", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const names = { SV2_CLIENT_TO_SERVER: "SV2_SERVER_TO_CLIENT" } as const;
  const swapped = session.keyLog.replaceAll(
    /^SV2_\w+/gm,
    (label) => label in names ? "SV2_SERVER_TO_CLIENT" : "SV2_CLIENT_TO_SERVER",
  );
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.data("up", session.seal("up", share(1))),
    wire.data("down", session.seal("down", target())),
  ], swapped);
  strictEqual(framesOf(entries).length, 2);
  deepStrictEqual(codesOf(entries), ["handshake-done", "keys-swapped"]);
});

Deno.test("keys given by hand open the session that they are of, and others stay sealed", () => {
  const session = new SeenSession();
  const other = new SeenSession(seededRandom(8));
  const ring = new KeyRing();
  ring.addByHand("client", session.split.sendKey);
  ring.addByHand("server", session.split.receiveKey);
  const [one, two] = [new SeenConnection(1), new SeenConnection(2)];
  const entries = entriesIn([
    ...one.handshake(session),
    ...two.handshake(other),
    one.data("up", session.seal("up", share(1))),
    two.data("up", other.seal("up", share(1))),
  ], ring);
  deepStrictEqual(framesOf(entries).map(({ connection }) => connection.id), [1]);
  deepStrictEqual(codesOf(entries), ["handshake-done", "handshake-done", "wrong-keys", "sealed"]);
});

Deno.test("keys that come late open what comes after them", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const ring = new KeyRing();
  const entries: Entry[] = [];
  const taking = new Entries(ring, (entry) => entries.push(entry));
  const before = [
    ...wire.handshake(session),
    wire.data("up", session.seal("up", share(1))),
    wire.data("up", session.seal("up", share(2))),
  ];
  for (const event of before) taking.take(event);
  new KeyLogReader(ring, () => {}).push(new TextEncoder().encode(session.keyLog));
  taking.take(wire.data("up", session.seal("up", share(3))));
  taking.take(wire.data("down", session.seal("down", target())));
  deepStrictEqual(framesOf(entries).map(({ value }) => value?.["sequenceNumber"]), [3, undefined]);
  ok(codesOf(entries).includes("resynchronised"));
});

Deno.test("after a gap frames go on with the next that is found, and nothing is shown that was not sent", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ size: fc.nat(3_000), isLost: fc.boolean() }), { maxLength: 12 }),
      fc.boolean(),
      (segments, isCounted) => {
        const session = new SeenSession();
        const wire = new SeenConnection();
        const sent: number[] = [];
        const events = wire.handshake(session);
        for (const [i, { size, isLost }] of segments.entries()) {
          const frames = Uint8Array.of(...share(i), ...job(size));
          const sealed = session.seal("up", frames);
          if (isLost) events.push(wire.gap("up", isCounted ? sealed.length : 0));
          else {
            sent.push(i);
            events.push(wire.data("up", sealed));
          }
        }
        const entries = entriesOf(events, session.keyLog);
        const shares = framesOf(entries).flatMap(({ value }) => value?.["sequenceNumber"] ?? []);
        deepStrictEqual(shares, sent);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a gap inside of a long message costs that message, and no search", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const long = session.seal("down", job(130_000));
  const entries = entriesOf(
    [
      ...wire.handshake(session),
      wire.data("down", long.subarray(0, 80_000)),
      wire.gap("down", 20_000),
      wire.data("down", long.subarray(100_000)),
      wire.data("down", session.seal("down", target())),
    ],
    session.keyLog,
    1,
  );
  deepStrictEqual(framesOf(entries).map(({ message }) => message?.name), ["SetTarget"]);
  deepStrictEqual(codesOf(entries), ["handshake-done", "gap", "frame-lost"]);
});

Deno.test("a gap in the first of a message's chunks is known to cost the nonces of them all", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const long = session.seal("down", job(130_000));
  const entries = entriesOf(
    [
      ...wire.handshake(session),
      wire.data("down", long.subarray(0, 1_000)),
      wire.gap("down", 1_000),
      wire.data("down", long.subarray(2_000)),
      wire.data("down", session.seal("down", target())),
    ],
    session.keyLog,
    1,
  );
  deepStrictEqual(framesOf(entries).map(({ message }) => message?.name), ["SetTarget"]);
  deepStrictEqual(codesOf(entries), ["handshake-done", "gap", "frame-lost"]);
});

Deno.test("gaps that follow one another are searched as one, and what is not read is counted", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const before = session.seal("up", share(0));
  const first = session.seal("up", share(1));
  const many = session.seal(
    "up",
    Uint8Array.from({ length: 20 }, (_, i) => i).reduce(
      (frames, i) => Uint8Array.of(...frames, ...share(i)),
      new Uint8Array(),
    ),
  );
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.data("up", Uint8Array.of(...before, ...first.subarray(0, 10))),
    wire.gap("up", first.length - 10),
    wire.gap("up", many.length),
    wire.data("up", session.seal("up", share(99))),
  ], session.keyLog);
  deepStrictEqual(framesOf(entries).map(({ value }) => value?.["sequenceNumber"]), [0, 99]);
  const found = notesOf(entries).find(({ code }) => code === "resynchronised");
  strictEqual(found?.facts["sealed_bytes"], first.length + many.length);
});

Deno.test("with many keys, the one that fits one direction is searched further in the other", () => {
  const session = new SeenSession();
  const key = (i: number) => i.toString(16).padStart(64, "0");
  const others = Array.from({ length: 400 }, (_, i) => [
    `SV2_CLIENT_TO_SERVER ${key(i)} ${key(i + 1)}\n`,
    `SV2_SERVER_TO_CLIENT ${key(i)} ${key(i + 2)}\n`,
  ]).flat();
  for (let i = 0; i < 3; i++) session.seal("up", share(i));
  for (let i = 0; i < 3_000; i++) session.seal("down", target());
  const wire = new SeenConnection(1, false);
  const entries = entriesOf([
    wire.data("down", session.seal("down", target())),
    wire.data("up", session.seal("up", share(3))),
    wire.data("down", session.seal("down", target())),
  ], [...others, session.keyLog].join(""));
  deepStrictEqual(framesOf(entries).map(({ direction }) => direction), ["up", "down"]);
});

Deno.test("a gap that ends inside of a segment is searched at every byte", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const lost = session.seal("up", share(1));
  const next = session.seal("up", Uint8Array.of(...share(2), ...share(3)));
  const entries = entriesOf([
    ...wire.handshake(session),
    wire.gap("up", lost.length + 10),
    wire.data("up", next.subarray(10)),
  ], session.keyLog);
  deepStrictEqual(framesOf(entries).map(({ value }) => value?.["sequenceNumber"]), [3]);
});

Deno.test("bytes that were changed cost the message they are in, or its search", () => {
  const session = new SeenSession();
  for (const at of [0, 30]) {
    const wire = new SeenConnection();
    const fresh = new SeenSession();
    const sealed = fresh.seal("up", Uint8Array.of(...share(1), ...share(2)));
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    const first = fresh.seal("up", share(3));
    const entries = entriesOf([
      ...wire.handshake(fresh),
      wire.data("down", fresh.seal("down", target())),
      wire.data("up", sealed),
      wire.data("up", first),
    ], session.keyLog);
    const shares = framesOf(entries).flatMap(({ value }) => value?.["sequenceNumber"] ?? []);
    // A first header that does not open is of another key, as far as anyone can tell.
    deepStrictEqual(shares, at === 0 ? [] : [2, 3]);
    deepStrictEqual(codesOf(entries).includes("undecryptable"), at !== 0);
  }
});

Deno.test("a connection that began before the capture is found with the keys there are", () => {
  for (const isReversed of [false, true]) {
    const session = new SeenSession();
    const others = [1, 2, 3].map((seed) => new SeenSession(seededRandom(seed)).keyLog);
    for (let i = 0; i < 500; i++) session.seal("up", share(i));
    for (let i = 0; i < 700; i++) session.seal("down", target());
    const wire = new SeenConnection(1, false);
    const direction = (real: Direction): Direction =>
      (real === "up") === isReversed ? "down" : "up";
    const entries = entriesOf([
      wire.data(direction("up"), session.seal("up", share(500))),
      wire.data(direction("down"), session.seal("down", target())),
      wire.data(direction("up"), session.seal("up", share(501))),
    ], [...others, session.keyLog].join(""));
    deepStrictEqual(
      framesOf(entries).map(({ direction, message, connection }) => [
        direction,
        message?.name,
        connection.server.port,
      ]),
      ["up", "down", "up"].map((real) => [
        real,
        real === "up" ? "SubmitSharesStandard" : "SetTarget",
        isReversed ? 50_001 : 3_333,
      ]),
    );
    deepStrictEqual(
      codesOf(entries).filter((code) => code !== "sides-swapped"),
      ["began-before", "resynchronised", "resynchronised"],
    );
  }
});

Deno.test("a connection that began before the capture is said to be unknown, with keys and without", () => {
  const session = new SeenSession();
  const wire = new SeenConnection(1, false);
  const events: StreamEvent[] = [wire.data("up", session.seal("up", share(1)))];
  deepStrictEqual(codesOf(entriesOf(events)), ["began-before"]);
  const other = new SeenSession(seededRandom(3)).keyLog;
  deepStrictEqual(codesOf(entriesOf(events, other)), ["began-before", "undecryptable"]);
});

Deno.test("acts without a SYN are the beginning all the same, whoever has the lower port", () => {
  for (const up of ["up", "down"] as const) {
    const session = new SeenSession();
    const wire = new SeenConnection(1, false);
    const down = up === "up" ? "down" : "up";
    const entries = entriesOf([
      wire.data(up, session.act1),
      wire.data(down, session.act2),
      wire.data(up, session.seal("up", share(1))),
    ], session.keyLog);
    const [frame] = framesOf(entries);
    strictEqual(frame?.direction, "up");
    strictEqual(frame?.connection.client.port, up === "up" ? 50_001 : 3_333);
  }
});

Deno.test("a handshake with a gap leaves its keys to be searched", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const entries = entriesOf([
    wire.open(),
    wire.data("up", session.act1),
    wire.data("up", session.seal("up", share(1))),
    wire.gap("down", 234),
    wire.data("down", session.seal("down", target())),
    wire.data("up", session.seal("up", share(2))),
  ], session.keyLog);
  deepStrictEqual(framesOf(entries).map(({ message }) => message?.name), [
    "SetTarget",
    "SubmitSharesStandard",
  ]);
});

Deno.test("a server that does not answer Act 1 is told when the connection ends", () => {
  const session = new SeenSession();
  const wire = new SeenConnection();
  const entries = entriesOf([wire.open(), wire.data("up", session.act1), wire.close("rst")]);
  strictEqual(
    notesOf(entries).at(-1)?.text,
    "reset after 2 ms; up 64 bytes, down 0 bytes; the server did not answer Act 1",
  );
});

function entriesIn(events: readonly StreamEvent[], ring: KeyRing): Entry[] {
  const entries: Entry[] = [];
  const taking = new Entries(ring, (entry) => entries.push(entry));
  for (const event of events) taking.take(event);
  return entries;
}

function share(sequenceNumber: number): Uint8Array {
  return encodeFrame(SubmitSharesStandard, {
    channelId: 1,
    sequenceNumber,
    jobId: 1,
    nonce: 0,
    ntime: 0,
    version: 0,
  });
}

function target(): Uint8Array {
  return encodeFrame(SetTarget, { channelId: 1, maximumTarget: 255n });
}

/** A frame with some more than `size` bytes. */
function job(size: number): Uint8Array {
  return encodeFrame(NewExtendedMiningJob, {
    channelId: 1,
    jobId: 2,
    minNtime: null,
    version: 4,
    versionRollingAllowed: true,
    merklePath: [],
    coinbaseTxPrefix: new Uint8Array(Math.min(size, 65_535)),
    coinbaseTxSuffix: new Uint8Array(Math.max(0, Math.min(65_535, size - 65_535))),
  });
}
