import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { encodeHeader, FRAME_HEADER_SIZE } from "../frame/header.ts";
import { FrameOpener, FrameSealer } from "../noise/transport.ts";
import { Outbox } from "./outbox.ts";

const KEY = new Uint8Array(32).fill(3);

function frameOf(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  const header = { extensionType: 0, channelMsg: true, msgType: 1, msgLength: payload.length };
  encodeHeader(header, frame);
  frame.set(payload, FRAME_HEADER_SIZE);
  return frame;
}

Deno.test("Outbox gives back what was pushed, in order, whatever became of the frames since", () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 3_000, size: "max" }), { maxLength: 20 });
  fc.assert(fc.property(fc.array(payloads, { maxLength: 4 }), (turns) => {
    const [one, other] = [new Outbox(), new Outbox()];
    const sealer = new FrameSealer(KEY);
    const opener = new FrameOpener(KEY);
    for (const turn of turns) {
      for (const payload of turn) {
        const frame = frameOf(payload);
        one.push(frame);
        frame.fill(0xff);
        // Memory that is used again is not the other's.
        other.push(frameOf(Uint8Array.of(1, 2, 3)));
      }
      strictEqual(one.length, turn.reduce((sum, { length }) => sum + length + 6, 0));
      const received: Uint8Array[] = [];
      const before = Uint8Array.of(9, 9);
      const output = one.seal(sealer, before);
      deepStrictEqual(output.slice(0, 2), before);
      opener.push(output.subarray(2), ({ payload }) => received.push(payload.slice()));
      deepStrictEqual(received, turn);
      strictEqual(one.length, 0);
      other.clear();
    }
  }));
});
