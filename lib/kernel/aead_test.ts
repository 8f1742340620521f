import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { concatBytes } from "../bitcoin/bytes.ts";
import { UsageError } from "../errors.ts";
import { FRAMES_LIMIT, open, openFrames, seal, sealFrames, TEXT_LIMIT } from "./aead.ts";

const NOTHING = new Uint8Array();

/** The plain way: @noble. */
function plainSeal(key: Uint8Array, counter: number, text: Uint8Array, associated = NOTHING) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter), true);
  return chacha20poly1305(key, nonce, associated).encrypt(text);
}

/** SV2 §4.6 as it reads. */
function plainSealFrame(key: Uint8Array, counter: number, frame: Uint8Array): Uint8Array {
  const parts = [plainSeal(key, counter, frame.subarray(0, 6))];
  for (let at = 6; at < frame.length; at += TEXT_LIMIT) {
    parts.push(plainSeal(key, counter + parts.length, frame.subarray(at, at + TEXT_LIMIT)));
  }
  return concatBytes(...parts);
}

/** A channel message of type 26, SV2 §3.2. */
function frameOf(payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const header = Uint8Array.of(0, 0x80, 26, length & 255, (length >> 8) & 255, length >> 16);
  return concatBytes(header, payload);
}

const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const counters = fc.oneof(
  fc.nat({ max: 5 }),
  fc.maxSafeNat(),
  fc.constantFrom(2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER - 40),
).map((counter) => Math.min(counter, Number.MAX_SAFE_INTEGER - 40));
const texts = fc.uint8Array({ maxLength: 700, size: "max" });

Deno.test("NOISE-3, NOISE-10 seal() writes what @noble writes", () => {
  const associated = fc.uint8Array({ maxLength: 100 });
  fc.assert(fc.property(key32, counters, associated, texts, (key, counter, associated, text) => {
    const into = new Uint8Array(text.length + 16 + 5).fill(7);
    seal(key, counter, associated, text, into, 3);
    deepStrictEqual(into.slice(3, -2), plainSeal(key, counter, text, associated));
    deepStrictEqual([...into.subarray(0, 3), ...into.subarray(-2)], [7, 7, 7, 7, 7]);
  }));
});

Deno.test("NOISE-3, NOISE-10 open() reads what @noble wrote, and nothing that was changed", () => {
  const associated = fc.uint8Array({ maxLength: 100 });
  const flip = fc.nat();
  fc.assert(
    fc.property(
      key32,
      counters,
      associated,
      texts,
      flip,
      (key, counter, associated, text, flip) => {
        const sealed = plainSeal(key, counter, text, associated);
        const into = new Uint8Array(text.length);
        ok(open(key, counter, associated, sealed, into, 0));
        deepStrictEqual(into, text);

        const bit = flip % (8 * sealed.length);
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        into.fill(7);
        ok(!open(key, counter, associated, sealed, into, 0));
        ok(into.every((byte) => byte === 7));
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        ok(!open(key, counter + 1, associated, sealed, into, 0), "another nonce");
        ok(!open(key, counter, concatBytes(associated, Uint8Array.of(0)), sealed, into, 0));
      },
    ),
  );
});

Deno.test("seal() and open() agree with @noble at every length up to 600 and at the longest", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const text = new Uint8Array(TEXT_LIMIT).map((_, i) => i * 13);
  const into = new Uint8Array(TEXT_LIMIT + 16);
  const back = new Uint8Array(TEXT_LIMIT);
  const lengths = [...Array.from({ length: 600 }, (_, i) => i), 65000, 65518, 65519];
  for (const length of lengths) {
    const sealed = into.subarray(0, length + 16);
    seal(key, length, NOTHING, text.subarray(0, length), into, 0);
    deepStrictEqual(sealed, plainSeal(key, length, text.subarray(0, length)));
    ok(open(key, length, NOTHING, sealed, back, 0));
    deepStrictEqual(back.subarray(0, length), text.subarray(0, length));
  }
});

Deno.test("seal() carries right where Poly1305's sums are largest", () => {
  // All ones in the text and extreme keys drive the limbs and the final reduction to their ends.
  for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
    for (let counter = 0; counter < 64; counter++) {
      const key = new Uint8Array(32).fill(fill);
      const text = new Uint8Array(16 * counter).fill(0xff);
      const into = new Uint8Array(text.length + 16);
      seal(key, counter, NOTHING, text, into, 0);
      deepStrictEqual(into, plainSeal(key, counter, text));
    }
  }
});

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.uint8Array({ maxLength: 600, size: "max" }),
);

Deno.test("FRAME-13, FRAME-14 sealFrames() writes what sealing header and payload apart writes", () => {
  fc.assert(
    fc.property(key32, counters, fc.array(payloads, { maxLength: 6 }), (key, counter, payloads) => {
      const frames = payloads.map(frameOf);
      let nonce = counter;
      const expected = concatBytes(...frames.map((frame) => {
        const sealed = plainSealFrame(key, nonce, frame);
        nonce += (sealed.length - frame.length) / 16;
        return sealed;
      }));
      const into = new Uint8Array(expected.length + 2);
      strictEqual(sealFrames(key, counter, concatBytes(...frames), into, 2), expected.length);
      deepStrictEqual(into.slice(2), expected);
    }),
  );
});

Deno.test("FRAME-15, FRAME-16, FRAME-17 sealFrames() cuts payloads into chunks of 65519 bytes", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const into = new Uint8Array(FRAMES_LIMIT);
  for (const length of [0, 65518, 65519, 65520, 131_000]) {
    const frame = frameOf(new Uint8Array(length).fill(5));
    const written = sealFrames(key, 9, frame, into, 0);
    deepStrictEqual(into.slice(0, written), plainSealFrame(key, 9, frame));
  }
});

Deno.test("FRAME-18, FRAME-20, FRAME-21 openFrames() opens what is whole, wherever the bytes are cut", () => {
  const cut = fc.nat();
  fc.assert(
    fc.property(
      key32,
      counters,
      fc.array(payloads, { minLength: 1, maxLength: 6 }),
      cut,
      (key, counter, payloads, cut) => {
        const frames = payloads.map(frameOf);
        const sealed = new Uint8Array(FRAMES_LIMIT);
        const size = sealFrames(key, counter, concatBytes(...frames), sealed, 0);
        const whole = sealed.subarray(0, size);
        const at = cut % (size + 1);

        const into = new Uint8Array(size);
        const first = { ...openFrames(key, counter, whole.subarray(0, at), 0, into) };
        strictEqual(first.stopped, "incomplete");
        ok(first.consumed <= at);
        const plain = into.slice(0, first.written);
        const used = (first.consumed - first.written) / 16;
        const second = openFrames(key, counter + used, whole, first.consumed, into);
        strictEqual(second.stopped, "incomplete");
        strictEqual(first.consumed + second.consumed, size);
        deepStrictEqual(
          concatBytes(plain, into.slice(0, second.written)),
          concatBytes(...frames),
        );
      },
    ),
  );
});

Deno.test("FRAME-14, FRAME-19 openFrames() gives nothing of a changed frame or what comes after", () => {
  const flip = fc.nat();
  fc.assert(
    fc.property(key32, counters, fc.array(payloads, { minLength: 1, maxLength: 5 }), flip, (
      key,
      counter,
      payloads,
      flip,
    ) => {
      const frames = payloads.map(frameOf);
      const sealed = new Uint8Array(FRAMES_LIMIT);
      const size = sealFrames(key, counter, concatBytes(...frames), sealed, 0);
      const whole = sealed.subarray(0, size);
      const bit = flip % (8 * size);
      whole[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      const into = new Uint8Array(size);
      const { consumed, written, stopped } = openFrames(key, counter, whole, 0, into);
      strictEqual(stopped, "unauthentic");
      ok(consumed <= bit >> 3);
      deepStrictEqual(into.slice(0, written), concatBytes(...frames).slice(0, written));
      ok(into.subarray(written).every((byte) => byte === 0));
    }),
  );
});

Deno.test("openFrames() leaves frames of several chunks to others, and opens what is before", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const sealed = new Uint8Array(FRAMES_LIMIT);
  const small = frameOf(new Uint8Array(24));
  const large = frameOf(new Uint8Array(TEXT_LIMIT + 1));
  const size = sealFrames(key, 3, concatBytes(small, large), sealed, 0);
  const into = new Uint8Array(size);
  const { consumed, written, stopped } = openFrames(key, 3, sealed.subarray(0, size), 0, into);
  deepStrictEqual([consumed, written, stopped], [62, 30, "long"]);
  deepStrictEqual(into.slice(0, 30), small);
});

Deno.test("seal(), open() and frames refuse sizes that cannot be", () => {
  const key = new Uint8Array(32);
  const into = new Uint8Array(FRAMES_LIMIT);
  throws(() => seal(key.subarray(1), 0, NOTHING, NOTHING, into, 0), UsageError);
  throws(() => seal(key, 0, new Uint8Array(1025), NOTHING, into, 0), UsageError);
  throws(() => seal(key, 0, NOTHING, new Uint8Array(TEXT_LIMIT + 1), into, 0), UsageError);
  throws(() => seal(key, 0, NOTHING, NOTHING, new Uint8Array(15), 0), RangeError);
  throws(() => open(key, 0, NOTHING, new Uint8Array(15), into, 0), UsageError);
  throws(() => openFrames(key.subarray(1), 0, NOTHING, 0, into), UsageError);
  throws(() => sealFrames(key.subarray(1), 0, frameOf(NOTHING), into, 0), UsageError);
  const frame = frameOf(new Uint8Array(24));
  throws(() => sealFrames(key, 0, frame.subarray(0, 29), into, 0), UsageError);
  throws(() => sealFrames(key, 0, concatBytes(frame, frame.subarray(0, 3)), into, 0), UsageError);
  throws(() => sealFrames(key, 0, new Uint8Array(FRAMES_LIMIT).fill(1), into, 0), UsageError);
  throws(() => sealFrames(key, 0, new Uint8Array(36_000), into, 0), UsageError, "too many frames");
  strictEqual(sealFrames(key, 0, NOTHING, into, 0), 0);
});
