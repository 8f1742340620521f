import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import vectors from "../../tests/vectors/framing.json" with { type: "json" };
import { DecodeError } from "../errors.ts";
import { Deframer } from "./deframer.ts";
import type { Frame } from "./frame.ts";
import { encodeHeader, FRAME_HEADER_SIZE } from "./header.ts";

const frames = fc.array(
  fc.record({
    extensionType: fc.integer({ min: 0, max: 0x7fff }),
    channelMsg: fc.boolean(),
    msgType: fc.integer({ min: 0, max: 0xff }),
    payload: fc.uint8Array({ maxLength: 40 }),
  }, { noNullPrototype: true }),
  { maxLength: 8 },
);

Deno.test("FRAME-1, FRAME-3 frames come out whole, however the bytes are cut", () => {
  fc.assert(fc.property(frames, fc.array(fc.nat(30)), (sent, cuts) => {
    const bytes = sent.map(bytesOf).reduce((all, frame) => Uint8Array.of(...all, ...frame), none);
    const deframer = new Deframer();
    const received: Frame[] = [];
    let at = 0;
    for (const length of [...cuts, bytes.length]) {
      // A copy that is wiped afterwards: nothing may rest on the caller's bytes.
      const chunk = bytes.slice(at, at + length);
      deframer.push(chunk, keep(received));
      chunk.fill(0xee);
      at += chunk.length;
    }
    deepStrictEqual(received, sent);
    strictEqual(deframer.pending, 0);
  }));
});

Deno.test("Deframer reads the frames of the vectors", () => {
  const [plain, channel] = vectors.framing.frames.map(({ bytes }) => {
    const received: Frame[] = [];
    new Deframer().push(Uint8Array.fromHex(bytes), keep(received));
    strictEqual(received.length, 1);
    return received[0];
  });
  deepStrictEqual(plain?.payload, Uint8Array.of(0xaa, 0xbb, 0xcc));
  strictEqual(channel?.channelMsg, true);
  deepStrictEqual(channel.payload, Uint8Array.of(42, 0, 0, 0));
});

Deno.test("Deframer refuses a payload above its limit as soon as the header is there", () => {
  const exact = new Deframer(3);
  const received: Frame[] = [];
  exact.push(Uint8Array.of(0, 0, 1, 3, 0, 0, 9, 9, 9), keep(received));
  strictEqual(received.length, 1);
  throws(
    () => exact.push(Uint8Array.of(0, 0, 1, 4, 0, 0), keep(received)),
    (error) => error instanceof DecodeError && error.code === "too-large",
  );
});

Deno.test("Deframer tells how much of an unfinished frame has come", () => {
  const deframer = new Deframer();
  deframer.push(Uint8Array.of(0, 0, 1, 9), () => {});
  strictEqual(deframer.pending, 4);
  deframer.push(Uint8Array.of(0, 0, 7), () => {});
  strictEqual(deframer.pending, 7);
});

const none = new Uint8Array(0);

function bytesOf({ payload, ...types }: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  encodeHeader({ ...types, msgLength: payload.length }, bytes);
  bytes.set(payload, FRAME_HEADER_SIZE);
  return bytes;
}

function keep(received: Frame[]): (frame: Frame) => void {
  return (frame) => received.push({ ...frame, payload: frame.payload.slice() });
}
