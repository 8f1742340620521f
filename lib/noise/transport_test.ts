import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { seededRandom } from "../../tests/support/fake_host.ts";
import framing from "../../tests/vectors/framing.json" with { type: "json" };
import { concatBytes, equalBytes } from "../bitcoin/bytes.ts";
import { DecodeError, UsageError } from "../errors.ts";
import type { Frame } from "../frame/frame.ts";
import { decodeHeader, encodeHeader, FRAME_HEADER_SIZE } from "../frame/header.ts";
import { LAST_COUNTER } from "./aead.ts";
import { nobleAead } from "./crypto.ts";
import { CHUNK_SIZE, FrameOpener, FrameSealer, sealedPayloadSize } from "./transport.ts";

const key = new Uint8Array(32).fill(3);
const none = new Uint8Array(0);
const noble = nobleAead();

Deno.test("FRAME-15 sealed lengths follow the specification's helper", () => {
  for (const { pt, ct, blocks } of framing.framing.pt_len_to_ct_len.vectors) {
    strictEqual(sealedPayloadSize(pt), ct);
    strictEqual(new FrameSealer(key).sealedSize(pt), 22 + ct);
    strictEqual(Math.ceil(pt / CHUNK_SIZE), blocks);
  }
});

Deno.test("FRAME-13, FRAME-14, FRAME-15 header and payload are sealed apart, without associated data", () => {
  const frame = frameOf(2, 30);
  const sealed = seal(new FrameSealer(key), frame);
  strictEqual(sealed.length, 22 + 30 + 16);
  const header = new Uint8Array(6);
  ok(noble.open(key, 0, none, sealed.subarray(0, 22), header, 0));
  deepStrictEqual(header, frame.subarray(0, 6));
  strictEqual(decodeHeader(header).msgLength, 30);
  const payload = new Uint8Array(30);
  ok(noble.open(key, 1, none, sealed.subarray(22), payload, 0));
  deepStrictEqual(payload, frame.subarray(6));
});

Deno.test("FRAME-14 a changed bit of header or payload is noticed in its own block", () => {
  const sealed = seal(new FrameSealer(key), frameOf(2, 30));
  for (
    const [at, where] of [[0, "header"], [21, "header"], [22, "payload"], [67, "payload"]] as const
  ) {
    const broken = sealed.slice();
    broken[at] = (broken[at] ?? 0) ^ 1;
    throws(
      () => new FrameOpener(key).push(broken, () => {}),
      (error) => isUnauthentic(error) && error.path === `frame ${where}`,
    );
  }
});

for (const length of [65_518, 65_519, 65_520, 131_038, 131_039, 200_000]) {
  Deno.test(`FRAME-16, FRAME-17 ${length} bytes are cut where the specification cuts them`, () => {
    const frame = frameOf(1, length);
    const sealer = new FrameSealer(key);
    const sealed = concatBytes(seal(sealer, frame), seal(sealer, frameOf(9, 1)));
    let counter = 1;
    let at = 22;
    for (let from = 6; from < frame.length; from += 65_519) {
      const plain = frame.subarray(from, from + 65_519);
      const opened = new Uint8Array(plain.length);
      ok(noble.open(key, counter++, none, sealed.subarray(at, at + plain.length + 16), opened, 0));
      deepStrictEqual(opened, plain);
      at += plain.length + 16;
    }
    const header = new Uint8Array(6);
    ok(noble.open(key, counter, none, sealed.subarray(at, at + 22), header, 0));
    deepStrictEqual(open(sealed), [frame, frameOf(9, 1)]);
  });
}

Deno.test("FRAME-18 an empty payload has no block, and the counter goes on by one", () => {
  const sealer = new FrameSealer(key);
  const empty = seal(sealer, frameOf(1, 0));
  strictEqual(empty.length, 22);
  const next = seal(sealer, frameOf(2, 3));
  ok(noble.open(key, 1, none, next.subarray(0, 22), new Uint8Array(6), 0));
  deepStrictEqual(open(concatBytes(empty, next)), [frameOf(1, 0), frameOf(2, 3)]);
});

Deno.test("FRAME-19 a broken chunk ends it all: no part of its message, nothing after it", () => {
  const sealer = new FrameSealer(key);
  const before = seal(sealer, frameOf(1, 10));
  const broken = seal(sealer, frameOf(2, 3 * CHUNK_SIZE));
  const after = seal(sealer, frameOf(3, 10));
  const macOfSecond = 22 + 2 * 65_535 - 1;
  broken[macOfSecond] = (broken[macOfSecond] ?? 0) ^ 0x80;
  const opener = new FrameOpener(key);
  const opened: Uint8Array[] = [];
  throws(() => opener.push(concatBytes(before, broken, after), keep(opened)), isUnauthentic);
  throws(() => opener.push(after, keep(opened)), isUnauthentic);
  throws(() => opener.push(none, keep(opened)), isUnauthentic);
  deepStrictEqual(opened, [frameOf(1, 10)]);
});

Deno.test("FRAME-19 what deliver throws is final too, and the frames after it are not given", () => {
  const sealer = new FrameSealer(key);
  const sealed = concatBytes(seal(sealer, frameOf(1, 4)), seal(sealer, frameOf(2, 4)));
  const opener = new FrameOpener(key);
  const fault = new Error("of the role");
  let calls = 0;
  const deliver = (): void => {
    calls++;
    throw fault;
  };
  const same = (error: unknown): boolean => error === fault;
  throws(() => opener.push(sealed, deliver), same);
  throws(() => opener.push(none, deliver), same);
  strictEqual(calls, 1);
});

Deno.test("FRAME-20 two frames come out whole, wherever the bytes are cut", () => {
  const sealer = new FrameSealer(key);
  const sealed = concatBytes(seal(sealer, frameOf(1, 20)), seal(sealer, frameOf(2, 5)));
  for (let cut = 0; cut <= sealed.length; cut++) {
    deepStrictEqual(
      open(sealed.subarray(0, cut), sealed.subarray(cut)),
      [frameOf(1, 20), frameOf(2, 5)],
    );
  }
  deepStrictEqual(
    open(...Array.from(sealed, (byte) => Uint8Array.of(byte))),
    [frameOf(1, 20), frameOf(2, 5)],
  );
});

Deno.test("FRAME-20 nothing is said of a header until its 22 bytes are there", () => {
  const sealed = seal(new FrameSealer(key), frameOf(1, 4));
  const opener = new FrameOpener(key, { maxPayload: 3 });
  const opened: Uint8Array[] = [];
  for (let at = 0; at < 21; at++) opener.push(sealed.subarray(at, at + 1), keep(opened));
  throws(() => opener.push(sealed.subarray(21, 22), keep(opened)), isTooLarge);
});

Deno.test("frames of any sizes survive any cutting, and leave the caller's bytes alone", () => {
  const lengths = fc.array(
    fc.oneof(fc.nat(60), fc.nat(2_000), fc.constantFrom(0, CHUNK_SIZE, 2 * CHUNK_SIZE + 1)),
    { maxLength: 6 },
  );
  const cuts = fc.array(fc.oneof(fc.nat(30), fc.nat(5_000), fc.nat(90_000)), { maxLength: 20 });
  fc.assert(
    fc.property(lengths, cuts, fc.boolean(), (sizes, pieces, reference) => {
      const aead = reference ? { aead: noble } : {};
      const frames = sizes.map((size, i) => frameOf(i, size));
      const sealer = new FrameSealer(key, aead);
      const sealed = concatBytes(...frames.map((frame) => seal(sealer, frame)));
      const opener = new FrameOpener(key, aead);
      const opened: Uint8Array[] = [];
      let at = 0;
      for (const piece of [...pieces, sealed.length]) {
        const chunk = sealed.slice(at, at + piece);
        opener.push(chunk, keep(opened));
        deepStrictEqual(chunk, sealed.slice(at, at + piece));
        chunk.fill(0xee);
        at += chunk.length;
      }
      deepStrictEqual(opened, frames);
    }),
    { numRuns: 60 },
  );
});

Deno.test("FRAME-21 a frame that is replayed, swapped, dropped or of the other direction is refused", () => {
  const sealer = new FrameSealer(key);
  const [one, two, three] = [1, 2, 3].map((type) => seal(sealer, frameOf(type, 8)));
  if (one === undefined || two === undefined || three === undefined) throw new Error("no frames");
  deepStrictEqual(open(one, two, three).length, 3);
  for (const order of [[one, one], [two, one], [one, three], [two]]) {
    throws(() => open(...order), isUnauthentic);
  }
  const blocks = [one.subarray(22), one.subarray(0, 22)];
  throws(() => open(...blocks), isUnauthentic);
  throws(() => new FrameOpener(new Uint8Array(32)).push(one, () => {}), isUnauthentic);
});

Deno.test("FRAME-22 a thousand peers that announce 16 MiB and send nothing cost nothing", () => {
  const sealed = seal(new FrameSealer(key), frameOf(1, 0xff_ffff)).subarray(0, 22 + 100);
  const openers = Array.from({ length: 1000 }, () => new FrameOpener(key));
  openers[0]?.push(sealed, () => {});
  const { external: before } = Deno.memoryUsage();
  for (const opener of openers.slice(1)) opener.push(sealed, () => {});
  const { external: after } = Deno.memoryUsage();
  ok(after - before < 1000 * 16_384, `${after - before} bytes`);
  strictEqual(openers.length, 1000);
});

Deno.test("FRAME-16, FRAME-22 16 MiB go through in pieces, and are forgotten afterwards", () => {
  const frame = frameOf(1, 0xff_ffff);
  const sealed = seal(new FrameSealer(key), frame);
  strictEqual(sealed.length, 22 + 16_781_327);
  const opener = new FrameOpener(key);
  let equal = false;
  for (let at = 0; at < sealed.length; at += 100_000) {
    opener.push(sealed.subarray(at, at + 100_000), ({ payload }) => {
      equal = payload.length === 0xff_ffff && payload.every((byte, i) => byte === frame[i + 6]);
    });
  }
  ok(equal);
});

Deno.test("a payload above the limit is refused at its header; the limit may depend on the message", () => {
  const sealed = seal(new FrameSealer(key), frameOf(1, 50));
  throws(() => new FrameOpener(key, { maxPayload: 49 }).push(sealed, () => {}), isTooLarge);
  const opened: Uint8Array[] = [];
  new FrameOpener(key, { maxPayload: 50 }).push(sealed, keep(opened));
  strictEqual(opened.length, 1);
  const maxPayload = ({ msgType }: { msgType: number }): number => msgType === 1 ? 49 : 1000;
  const opener = new FrameOpener(key, { maxPayload });
  throws(() => opener.push(sealed, () => {}), isTooLarge);
  throws(() => opener.push(none, () => {}), isTooLarge);
});

Deno.test("seal() of several frames is what sealing them one by one is, short and long ones mixed", () => {
  // Around what is sealed in one go, what is one chunk, and what one call of the kernel takes.
  const lengths = fc.constantFrom(0, 1, 24, 300, 4_096, 4_097, 65_519, 65_520);
  const many = new Array<number>(40).fill(4_096);
  const mixes = fc.oneof(fc.array(lengths, { maxLength: 12 }), fc.constant(many));
  for (const aead of [undefined, noble]) {
    const options = { numRuns: aead === undefined ? 40 : 5 };
    fc.assert(
      fc.property(mixes, (mix) => {
        const frames = mix.map((length, i) => frameOf(i, length));
        const together = new FrameSealer(key, { ...(aead && { aead }) });
        const apart = new FrameSealer(key);
        for (let round = 0; round < 2; round++) {
          const all = concatBytes(...frames);
          const sealed = new Uint8Array(together.sealedFramesSize(all) + 3);
          strictEqual(together.seal(all, sealed, 3), sealed.length - 3);
          ok(equalBytes(sealed.subarray(3), concatBytes(...frames.map((one) => seal(apart, one)))));
        }
      }),
      options,
    );
  }
});

Deno.test("seal() refuses what it cannot seal, and goes on with the same counter", () => {
  const sealer = new FrameSealer(key);
  const frame = frameOf(1, 10);
  throws(() => sealer.seal(frame.subarray(0, 15), new Uint8Array(100), 0), UsageError);
  throws(
    () => sealer.seal(concatBytes(frame, none, Uint8Array.of(0)), new Uint8Array(100), 0),
    UsageError,
  );
  throws(() => sealer.seal(frame.subarray(0, 5), new Uint8Array(100), 0), UsageError);
  throws(() => sealer.seal(frame, new Uint8Array(47), 0), UsageError);
  throws(() => sealer.seal(frame, new Uint8Array(48), 1), UsageError);
  const into = new Uint8Array(100).fill(0xaa);
  strictEqual(sealer.seal(frame, into, 2), 48);
  deepStrictEqual(into.subarray(2, 50), seal(new FrameSealer(key), frame));
  ok([...into.subarray(0, 2), ...into.subarray(50)].every((byte) => byte === 0xaa));
});

Deno.test("NOISE-13 no frame is begun that the counter does not suffice for", () => {
  const sealer = new FrameSealer(key, { counter: LAST_COUNTER - 2 });
  const into = new Uint8Array(200_000).fill(0xaa);
  throws(() => sealer.seal(frameOf(1, 2 * CHUNK_SIZE + 1), into, 0), UsageError);
  ok(into.every((byte) => byte === 0xaa));
  const last = seal(sealer, frameOf(1, 2 * CHUNK_SIZE));
  throws(() => sealer.seal(frameOf(1, 0), into, 0), UsageError);
  const opener = new FrameOpener(key, { counter: LAST_COUNTER - 2 });
  const opened: Uint8Array[] = [];
  opener.push(last, keep(opened));
  strictEqual(opened.length, 1);
  throws(() => opener.push(last.subarray(0, 22), keep(opened)), UsageError);
});

Deno.test("NOISE-38 erased, a direction is of no use any more", () => {
  const sealer = new FrameSealer(key);
  const sealed = seal(sealer, frameOf(1, 4));
  sealer.erase();
  throws(() => seal(sealer, frameOf(1, 4)), UsageError);
  const opener = new FrameOpener(key);
  opener.erase();
  throws(() => opener.push(sealed, () => {}), UsageError);
});

Deno.test("deliver may push to another connection's opener, but not to its own", () => {
  const sealed = seal(new FrameSealer(key), frameOf(1, 40));
  const other = frameOf(2, 40);
  other.fill(0x77, 6);
  const inner = seal(new FrameSealer(key), other);
  const opened: Uint8Array[] = [];
  new FrameOpener(key).push(sealed, (frame) => {
    new FrameOpener(key).push(inner, keep(opened));
    keep(opened)(frame);
  });
  deepStrictEqual(opened, [other, frameOf(1, 40)]);
  const opener = new FrameOpener(key);
  throws(() => opener.push(sealed, () => opener.push(sealed, () => {})), UsageError);
});

Deno.test("random bytes are refused as not authentic, and as nothing else", () => {
  const random = seededRandom(21);
  for (let i = 0; i < 200; i++) {
    const opener = new FrameOpener(key);
    throws(() => opener.push(random.bytes(22 + i), () => {}), isUnauthentic);
  }
});

/** A frame of an experimental extension whose payload byte i is i mod 251. */
function frameOf(msgType: number, length: number): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + length);
  encodeHeader({ extensionType: 0x4001, channelMsg: false, msgType, msgLength: length }, frame);
  for (let i = 0; i < length; i++) frame[FRAME_HEADER_SIZE + i] = i % 251;
  return frame;
}

function seal(sealer: FrameSealer, frame: Uint8Array): Uint8Array {
  const into = new Uint8Array(sealer.sealedSize(frame.length - FRAME_HEADER_SIZE));
  strictEqual(sealer.seal(frame, into, 0), into.length);
  return into;
}

function open(...chunks: Uint8Array[]): Uint8Array[] {
  const opener = new FrameOpener(key);
  const opened: Uint8Array[] = [];
  for (const chunk of chunks) opener.push(chunk, keep(opened));
  return opened;
}

function keep(opened: Uint8Array[]): (frame: Frame) => void {
  return ({ payload, ...types }) => {
    const bytes = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
    encodeHeader({ ...types, msgLength: payload.length }, bytes);
    bytes.set(payload, FRAME_HEADER_SIZE);
    opened.push(bytes);
  };
}

function isUnauthentic(error: unknown): error is DecodeError {
  return error instanceof DecodeError && error.code === "unauthentic";
}

function isTooLarge(error: unknown): boolean {
  return error instanceof DecodeError && error.code === "too-large" &&
    error.path === "frame.msg_length";
}
