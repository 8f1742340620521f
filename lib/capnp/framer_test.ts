import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import vectors from "../../tests/vectors/capnp.json" with { type: "json" };
import { DecodeError } from "../errors.ts";
import { MessageBuilder } from "./builder.ts";
import { Framer } from "./framer.ts";
import type { Message } from "./message.ts";

const FRAMES = vectors.everything.frames.map(({ hex }) => Uint8Array.fromHex(hex));

Deno.test("Framer gives the same messages however the bytes are cut", () => {
  const stream = Uint8Array.from(FRAMES.flatMap((frame) => [...frame]));
  const whole = FRAMES.map((frame) => segmentsOf(collect([frame])));
  const cuts = fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 12 });
  fc.assert(fc.property(cuts, (places) => {
    const bounds = [0, ...places.sort((a, b) => a - b), stream.length];
    const chunks = bounds.slice(1).map((end, i) => stream.subarray(bounds[i], end));
    deepStrictEqual(collect(chunks).map((message) => segmentsOf([message])), whole);
  }));
  const bytes = Array.from(stream, (_, i) => stream.subarray(i, i + 1));
  deepStrictEqual(collect(bytes).map((message) => segmentsOf([message])), whole);
});

Deno.test("Framer waits for what is missing, wherever a message is cut off", () => {
  for (const frame of FRAMES) {
    for (let length = 0; length < frame.length; length++) {
      strictEqual(collect([frame.subarray(0, length)]).length, 0);
    }
  }
});

Deno.test("Framer keeps nothing of a chunk that is used again", () => {
  const [frame] = FRAMES;
  ok(frame !== undefined);
  const chunk = frame.slice();
  const messages = collect([chunk]);
  chunk.fill(0xff);
  deepStrictEqual(segmentsOf(messages), segmentsOf(collect([frame])));
});

Deno.test("Framer refuses what is announced too large, before it comes", () => {
  const tooLarge = (error: unknown): boolean =>
    error instanceof DecodeError && error.code === "too-large";
  const announced = (...words: number[]): Uint8Array => {
    const head = new Uint8Array(Math.ceil((4 + 4 * words.length) / 8) * 8);
    const view = new DataView(head.buffer);
    view.setUint32(0, words.length - 1, true);
    words.forEach((count, i) => view.setUint32(4 + 4 * i, count, true));
    return head;
  };
  throws(() => new Framer(800).push(announced(101), () => {}), tooLarge);
  throws(() => new Framer(800).push(announced(50, 51), () => {}), tooLarge);
  throws(() => new Framer().push(announced(0xffff_ffff), () => {}), tooLarge);
  throws(() => new Framer().push(Uint8Array.of(0xff, 0xff, 0xff, 0xff), () => {}), tooLarge);
  throws(() => new Framer().push(Uint8Array.of(0, 2, 0, 0), () => {}), tooLarge);
  new Framer(800).push(announced(100), () => {});
});

Deno.test("Framer copies a large message once, in however many pieces it comes", () => {
  const message = new MessageBuilder();
  message.root({ data: 0, pointers: 1 }).bytes(0, new Uint8Array(8_000_000).fill(7));
  const frame = message.frame();
  // Copying all that is there for each piece would be 125,000 times 4 MB: minutes.
  const pieces = Array.from(
    { length: Math.ceil(frame.length / 64) },
    (_, i) => frame.subarray(i * 64, (i + 1) * 64),
  );
  const [whole] = collect(pieces);
  strictEqual(whole?.root().bytes(0).length, 8_000_000);
});

Deno.test("Framer makes messages or a DecodeError of any bytes", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
    try {
      collect(chunks);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }));
});

function collect(chunks: readonly Uint8Array[]): Message[] {
  const messages: Message[] = [];
  const framer = new Framer();
  for (const chunk of chunks) framer.push(chunk, (message) => messages.push(message));
  return messages;
}

function segmentsOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ segments }) => segments.map((segment) => segment.toHex()));
}
