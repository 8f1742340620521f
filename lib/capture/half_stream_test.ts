import { deepStrictEqual, strictEqual } from "node:assert";
import { segmentOf } from "../../tests/support/tcp_stage.ts";
import { Conversation } from "./conversations.ts";
import type { HalfStream, StreamSink } from "./half_stream.ts";

function stage(limits: Partial<StreamSink> = {}): { half: HalfStream; news: () => string[] } {
  const all: string[] = [];
  const sink: StreamSink = {
    data: ({ direction }, bytes) => all.push(`${direction} ${[...bytes]}`),
    gap: ({ direction }, bytes) => all.push(`${direction} gap ${bytes}`),
    mostHeld: 2 ** 20,
    heldLeft: 2 ** 20,
    ...limits,
  };
  const { path } = segmentOf({}, true);
  const { up } = new Conversation(path, { id: 1, isWhole: true }, sink);
  return { half: up, news: () => all.splice(0) };
}

Deno.test("HalfStream begins where it is told first, and knows where that was", () => {
  const { half } = stage();
  strictEqual(half.isPlaced, false);
  strictEqual(half.startsAt(0), false);
  half.begin(7);
  half.begin(9);
  half.take(7, Uint8Array.of(1, 2), 0);
  strictEqual(half.isPlaced, true);
  strictEqual(half.startsAt(7), true);
  strictEqual(half.startsAt(9), false);
});

Deno.test("HalfStream begins with what comes, if nothing told where", () => {
  const { half, news } = stage();
  strictEqual(half.take(70, Uint8Array.of(1), 0), true);
  strictEqual(half.take(70, Uint8Array.of(1), 0), false);
  deepStrictEqual(news(), ["up 1"]);
});

Deno.test("HalfStream is done when everything before its end came", () => {
  const { half, news } = stage();
  half.begin(10);
  half.finish(13);
  strictEqual(half.isDone, false);
  half.take(11, Uint8Array.of(2, 3), 0);
  strictEqual(half.isDone, false);
  half.take(10, Uint8Array.of(1), 0);
  strictEqual(half.isDone, true);
  strictEqual(half.isBehindEnd(13), false);
  strictEqual(half.isBehindEnd(14), true);
  deepStrictEqual(news(), ["up 1", "up 2,3"]);
});

Deno.test("HalfStream takes what lies up to three quarters of all numbers ahead as ahead", () => {
  const { half, news } = stage();
  half.begin(0);
  strictEqual(half.take(-(2 ** 30) >>> 0, Uint8Array.of(1), 0), false);
  strictEqual(half.take((-(2 ** 30) >>> 0) - 1, Uint8Array.of(2), 0), true);
  half.flush();
  deepStrictEqual(news(), [`up gap ${3 * 2 ** 30 - 1}`, "up 2"]);
});

Deno.test("HalfStream gives back the memory it held", () => {
  const { half, news } = stage({ heldLeft: 6_000 });
  half.begin(0);
  for (const start of [0, 20]) {
    for (let at = start + 2; at < start + 20; at += 2) half.take(at, Uint8Array.of(at, at), 0);
    // Nothing came out yet: there was room for all that has to wait.
    deepStrictEqual(news(), []);
    half.take(start, Uint8Array.of(start, start), 0);
    strictEqual(news().length, 10);
  }
});
