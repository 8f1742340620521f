import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { joined } from "../../tests/support/packets.ts";
import type { Connection, StreamEvent } from "./capture.ts";
import { CaptureWriter } from "./capture_writer.ts";
import { CaptureStreams } from "./read_capture.ts";
import { SV2_KEY_LOG } from "./secrets.ts";

function connection(id: number, isWhole = true): Connection {
  const server = { address: "10.0.0.1", port: 3333 };
  return { id, isWhole, client: { address: "10.0.0.9", port: 40_000 + id }, server };
}

/** Reads a capture; data is joined to what came before it in the same direction at the same time. */
function read(bytes: Uint8Array): { events: StreamEvent[]; secrets: [number, string][] } {
  const events: StreamEvent[] = [];
  const secrets: [number, string][] = [];
  const streams = new CaptureStreams({
    stream: (event) => {
      const last = events.at(-1);
      if (event.type !== "data") events.push(event);
      else if (
        last?.type === "data" && last.time === event.time && last.direction === event.direction
      ) {
        events[events.length - 1] = { ...last, bytes: joined(last.bytes, event.bytes) };
      } else events.push({ ...event, bytes: event.bytes.slice() });
    },
    secrets: (kind, content) => secrets.push([kind, new TextDecoder().decode(content)]),
  });
  streams.push(bytes);
  streams.end();
  return { events, secrets };
}

function written(events: readonly StreamEvent[]): Uint8Array {
  const writer = new CaptureWriter();
  return joined(writer.begin("test"), ...events.map((event) => writer.event(event)));
}

const happening = fc.record({
  of: fc.nat(3),
  what: fc.oneof(
    fc.record({
      type: fc.constant("data" as const),
      direction: fc.constantFrom("up" as const, "down" as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4_000, size: "max" }),
    }),
    fc.constantFrom({ type: "close", how: "fin" } as const, { type: "close", how: "rst" } as const),
  ),
});

Deno.test("CaptureStreams reads the streams that CaptureWriter wrote", () => {
  fc.assert(fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
    const events: StreamEvent[] = [];
    const open = new Map<number, Connection>();
    let time = 1.7e15;
    let seen = 0;
    for (const { of, what } of happenings) {
      let on = open.get(of);
      if (on === undefined) {
        // The same ports, again and again.
        on = { ...connection(of), id: ++seen };
        open.set(of, on);
        events.push({ type: "open", connection: on, time: time += 0.25 });
      }
      events.push({ ...what, connection: on, time: time += 0.25 });
      if (what.type === "close") open.delete(of);
    }
    deepStrictEqual(read(written(events)).events, events);
  }));
});

Deno.test("CaptureWriter leaves gaps where bytes are missing", () => {
  const on = connection(1);
  const bytes = Uint8Array.of(1, 2, 3);
  const events: StreamEvent[] = [
    { type: "open", connection: on, time: 1 },
    { type: "gap", connection: on, time: 2, direction: "up", bytes: 5_000 },
    { type: "data", connection: on, time: 3, direction: "up", bytes },
    { type: "data", connection: on, time: 4, direction: "down", bytes },
    { type: "close", connection: on, time: 5, how: "fin" },
  ];
  // What is missing shows when something comes behind it.
  const [open, gap, ...rest] = events;
  deepStrictEqual(read(written(events)).events, [open, { ...gap, time: 3 }, ...rest]);
});

Deno.test("CaptureWriter gives a connection no beginning that was not seen, and no end", () => {
  const on = connection(1, false);
  const bytes = Uint8Array.of(1);
  const events: StreamEvent[] = [
    { type: "open", connection: on, time: 1 },
    { type: "data", connection: on, time: 1, direction: "down", bytes },
    { type: "close", connection: on, time: 2, how: "forgotten" },
  ];
  deepStrictEqual(read(written(events)).events, events.slice(0, 2));
  // Nor need it be told that one opened.
  deepStrictEqual(read(written(events.slice(1, 2))).events, events.slice(0, 2));
});

Deno.test("CaptureWriter tells connections apart that had the same ports and no end", () => {
  const bytes = Uint8Array.of(1);
  const events = [1, 2].flatMap((id): StreamEvent[] => {
    const on = { ...connection(7), id };
    return [
      { type: "open", connection: on, time: id },
      { type: "data", connection: on, time: id, direction: "up", bytes },
      { type: "close", connection: on, time: id + 1, how: "forgotten" },
    ];
  });
  deepStrictEqual(read(written(events)).events, events.slice(0, 5));
});

Deno.test("CaptureWriter puts keys beside the streams they open", () => {
  const writer = new CaptureWriter();
  const lines = "SV2_CLIENT_TO_SERVER 00 11\n";
  const keys = writer.secrets(SV2_KEY_LOG, new TextEncoder().encode(lines));
  const { secrets } = read(joined(writer.begin("test"), keys));
  deepStrictEqual(secrets, [[SV2_KEY_LOG, lines]]);
  strictEqual(SV2_KEY_LOG, new DataView(new TextEncoder().encode("SV2K").buffer).getUint32(0));
});
