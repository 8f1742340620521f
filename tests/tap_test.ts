import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Direction } from "../lib/capture/capture.ts";
import type { Frame } from "../lib/frame/frame.ts";
import { encodeHeader } from "../lib/frame/header.ts";
import { notesOf } from "./support/seen_stream.ts";
import { TapStage } from "./support/tap_stage.ts";

/** A frame with any header. */
function frameOf(
  { extensionType, channelMsg, msgType, payload }: Frame,
): Uint8Array {
  const frame = new Uint8Array(6 + payload.length);
  encodeHeader({ extensionType, channelMsg, msgType, msgLength: payload.length }, frame);
  frame.set(payload, 6);
  return frame;
}

const anyFrame: fc.Arbitrary<Frame> = fc.record({
  extensionType: fc.oneof(fc.constant(0), fc.nat(0x7fff)),
  channelMsg: fc.boolean(),
  msgType: fc.nat(255),
  payload: fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    fc.integer({ min: 1_000, max: 70_000 }).map((size) => new Uint8Array(size).fill(size)),
  ),
});

Deno.test("serveTap() passes any frame in both directions as it is, in order, in chunks of any size", async () => {
  const said = fc.record({ by: fc.constantFrom<Direction>("up", "down"), frame: anyFrame });
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { maxLength: 12 }),
      fc.constantFrom(1, 7, 1_000, Infinity),
      async (all, chunk) => {
        const stage = new TapStage({ chunk });
        const { client, served } = await stage.pair();
        for (const { by, frame } of all) {
          await (by === "up" ? client : served).sendFrame(frameOf(frame));
        }
        await stage.pass(20);
        for (const [by, end] of [["up", served], ["down", client]] as const) {
          deepStrictEqual(
            end.received.map(frameOf),
            all.filter((each) => each.by === by).map(({ frame }) => frameOf(frame)),
          );
        }
        await stage.close();
        deepStrictEqual(stage.recorded(), stage.entries);
        strictEqual(stage.entries.filter(({ kind }) => kind === "frame").length, all.length);
      },
    ),
    { numRuns: 40 },
  );
});
