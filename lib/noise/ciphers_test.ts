import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import type { Aead } from "./aead.ts";
import { AEAD, KERNEL } from "./ciphers.ts";
import { nobleAead } from "./crypto.ts";
import { FrameSealer } from "./transport.ts";

const key = new Uint8Array(32).fill(5);
const reference = nobleAead();
const lengths = fc.oneof(fc.nat(300), fc.integer({ min: 4_000, max: 4_200 }), fc.nat(65_519));

for (const [name, aead] of Object.entries({ AEAD, KERNEL })) {
  Deno.test(`NOISE-3 ${name} seals what the reference seals, at every size, and opens it`, () => {
    const associated = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.maxSafeNat(), associated, lengths, (counter, data, length) => {
        const text = Uint8Array.from({ length }, (_, i) => i % 251);
        const sealed = sealWith(aead, counter, data, text);
        deepStrictEqual(sealed, sealWith(reference, counter, data, text));
        const opened = new Uint8Array(length);
        ok(aead.open(key, counter, data, sealed, opened, 0));
        deepStrictEqual(opened, text);
        const at = (counter + 7) % sealed.length;
        sealed[at] = (sealed[at] ?? 0) ^ 1;
        strictEqual(aead.open(key, counter, data, sealed, opened, 0), false);
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("FRAME-13, FRAME-21 frames sealed in one go are those sealed block by block", () => {
  const [fast, plain] = [new FrameSealer(key), new FrameSealer(key, { aead: reference })];
  for (const length of [0, 1, 24, 4_090, 4_091, 65_519, 65_520, 3]) {
    const frame = new Uint8Array(6 + length).fill(7);
    frame.set([0, 0x80, 0x1a, length & 0xff, length >> 8 & 0xff, length >> 16]);
    const [one, two] = [new Uint8Array(70_000), new Uint8Array(70_000)];
    strictEqual(fast.seal(frame, one, 5), plain.seal(frame, two, 5));
    deepStrictEqual(one, two);
  }
});

function sealWith(
  aead: Aead,
  counter: number,
  associated: Uint8Array,
  text: Uint8Array,
): Uint8Array {
  const sealed = new Uint8Array(text.length + 16);
  aead.seal(key, counter, associated, text, sealed, 0);
  return sealed;
}
