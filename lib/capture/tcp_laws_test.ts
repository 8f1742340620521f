import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { segmentOf } from "../../tests/support/tcp_stage.ts";
import type { Direction, Segment, StreamEvent } from "./capture.ts";
import { TcpStreams } from "./tcp.ts";

/** A part of a stream that is sent in one segment. */
interface Part {
  readonly at: number;
  readonly end: number;
}

const DIRECTIONS: readonly Direction[] = ["up", "down"];
const stream = fc.uint8Array({ maxLength: 200 });
const streams = fc.record({ up: stream, down: stream }, { noNullPrototype: true });
const starts = fc.record({
  up: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  down: fc.integer({ min: 2 ** 32 - 150, max: 2 ** 32 - 1 }),
}, { noNullPrototype: true });

type Both<Value> = Readonly<Record<Direction, Value>>;

/** All of a stream of this length in parts of up to 20 bytes, and some parts that overlap them. */
function partsOf(length: number): fc.Arbitrary<Part[]> {
  const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 200, maxLength: 200 });
  const extra = fc.array(fc.tuple(fc.nat(length), fc.integer({ min: 1, max: 40 })), {
    maxLength: 5,
  });
  return fc.tuple(cuts, extra).map(([sizes, overlapping]) => {
    const parts: Part[] = [];
    let at = 0;
    for (const size of sizes) {
      if (at < length) parts.push({ at, end: Math.min(length, at + size) });
      at += size;
    }
    const more = overlapping.map(([from, size]) => ({
      at: from,
      end: Math.min(length, from + size),
    }));
    return [...parts, ...more.filter((part) => part.at < part.end)];
  });
}

function segment(direction: Direction, sent: Parameters<typeof segmentOf>[0], bytes?: Uint8Array) {
  return { ...segmentOf(sent, direction === "up"), ...bytes && { payload: bytes } };
}

function handshake({ up, down }: Both<number>): Segment[] {
  return [
    segment("up", { seq: up - 1, flags: "S" }),
    segment("down", { seq: down - 1, ack: up, flags: "S" }),
  ];
}

/** What came of the streams: each byte, or -1 where it is missing. */
function received(segments: readonly Segment[], limits = {}): Both<number[]> & { all: string[] } {
  const bytes: Record<Direction, number[]> = { up: [], down: [] };
  const all: string[] = [];
  const take = (event: StreamEvent) => {
    all.push(event.type);
    if (event.type === "data") bytes[event.direction].push(...event.bytes);
    if (event.type === "gap") bytes[event.direction].push(...new Int8Array(event.bytes).fill(-1));
  };
  const tcp = new TcpStreams(take, limits);
  for (const one of segments) {
    // A copy that is wiped afterwards: nothing may rest on the caller's bytes.
    const payload = one.payload.slice();
    tcp.push({ ...one, payload });
    payload.fill(0xee);
  }
  tcp.end();
  return { ...bytes, all };
}

function ends(sent: Both<Uint8Array>, first: Both<number>): Segment[] {
  return DIRECTIONS.map((direction) => {
    const other = direction === "up" ? "down" : "up";
    return segment(direction, {
      seq: first[direction] + sent[direction].length,
      ack: first[other] + sent[other].length,
      flags: "F",
    });
  });
}

const scrambled = fc.tuple(streams, starts).chain(([sent, first]) => {
  const parts = fc.tuple(partsOf(sent.up.length), partsOf(sent.down.length)).map(([up, down]) =>
    DIRECTIONS.flatMap((direction) =>
      (direction === "up" ? up : down).map(({ at, end }) =>
        segment(direction, { seq: first[direction] + at }, sent[direction].subarray(at, end))
      )
    )
  );
  const mixed = parts.chain((segments) =>
    fc.shuffledSubarray(segments, { minLength: segments.length })
  );
  return mixed.map((segments) => ({ sent, first, segments }));
});

Deno.test("streams come out as they went in, however they are cut, repeated and mixed up", () => {
  fc.assert(fc.property(scrambled, ({ sent, first, segments }) => {
    const { up, down, all } = received([...handshake(first), ...segments, ...ends(sent, first)]);
    deepStrictEqual({ up, down }, { up: [...sent.up], down: [...sent.down] });
    strictEqual(all.includes("gap"), false);
    strictEqual(all.at(-1), "close");
  }));
});

Deno.test("bytes that were lost are gaps of their size in their place, others come out", () => {
  const lossy = scrambled.chain(({ segments, ...rest }) =>
    fc.subarray(segments).map((kept) => ({ ...rest, kept }))
  );
  fc.assert(fc.property(lossy, ({ sent, first, kept }) => {
    const { up, down } = received([...handshake(first), ...kept, ...ends(sent, first)]);
    const both = { up, down };
    for (const direction of DIRECTIONS) {
      const expected = new Array<number>(sent[direction].length).fill(-1);
      for (const { path, sequence, payload } of kept) {
        if ((path === segmentOf({}, true).path) !== (direction === "up")) continue;
        payload.forEach((byte, i) =>
          expected[(sequence - first[direction] + i + 2 ** 32) % 2 ** 32] = byte
        );
      }
      deepStrictEqual(both[direction], expected);
    }
  }));
});

Deno.test("a stream that is held back beyond the bounds loses what comes too late, and no more", () => {
  fc.assert(fc.property(scrambled, fc.nat(8_000), ({ sent, first, segments }, heldByDirection) => {
    const all = [...handshake(first), ...segments, ...ends(sent, first)];
    const both = received(all, { heldByDirection });
    for (const direction of DIRECTIONS) {
      strictEqual(both[direction].length, sent[direction].length);
      both[direction].forEach((byte, i) => byte === -1 || strictEqual(byte, sent[direction][i]));
    }
  }));
});

const anySegment = fc.record({
  isUp: fc.boolean(),
  port: fc.integer({ min: 1, max: 4 }),
  seq: fc.oneof(fc.nat(30), fc.integer()),
  ack: fc.option(fc.oneof(fc.nat(30), fc.integer()), { nil: 0 }),
  flags: fc.constantFrom("", "", "", "S", "F", "R", "SF", "SR"),
  size: fc.nat(10),
  missing: fc.constantFrom(0, 0, 0, 3),
});

Deno.test("whatever segments come, each connection opens once, closes once, and is silent then", () => {
  fc.assert(fc.property(fc.array(anySegment, { maxLength: 60 }), (segments) => {
    const open = new Set<number>();
    const seen = new Set<number>();
    const tcp = new TcpStreams(({ type, connection: { id } }) => {
      if (type === "open") {
        strictEqual(seen.has(id), false);
        seen.add(id);
        open.add(id);
      } else strictEqual(open.has(id), true);
      if (type === "close") open.delete(id);
      strictEqual(open.size <= 3, true);
    }, { connections: 3, heldByDirection: 5_000, heldInAll: 8_000 });
    for (const { isUp, size, ...sent } of segments) {
      tcp.push(segmentOf({ ...sent, text: "x".repeat(size) }, isUp));
    }
    tcp.end();
  }));
});
