import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import vectors from "../../tests/vectors/capnp.json" with { type: "json" };
import { DecodeError, UsageError } from "../errors.ts";
import { MessageBuilder } from "./builder.ts";
import { Framer } from "./framer.ts";
import { Message } from "./message.ts";
import type { StructReader } from "./struct_reader.ts";

const SHAPE = { data: 5, pointers: 6 };
const INNER = { data: 1, pointers: 1 };
const MAX_F64 = 1.7976931348623157e308;
const VALUE = {
  // Of fields whose default is not 0, what the wire has: the difference.
  yes: true,
  no: true,
  small: 513,
  medium: 4_000_000_000,
  signed: -2,
  large: 4_000_000n ^ 8_000n,
  long: -2_100_000_000_000_000n,
  bytes: "000102030405060708",
  text: "height",
  inner: { number: 7, name: "seven" },
  strings: ["aa", "", "bbcc"],
  inners: [{ number: 1, name: "one" }, { number: 2, name: "" }],
  absent: "",
};

for (const { segmentSize, hex } of vectors.everything.frames) {
  const how = segmentSize === null ? "one segment" : `segments of ${segmentSize} words`;
  Deno.test(`Message reads what the reference wrote in ${how}`, () => {
    deepStrictEqual(everything(messageOf(Uint8Array.fromHex(hex)).root()), VALUE);
  });
}

Deno.test("MessageBuilder writes what the reference writes", () => {
  const message = new MessageBuilder();
  const root = message.root(SHAPE)
    .bool(0, false, true).bool(1, true).u16(2, 513).u32(4, 4_000_000_000).u32(8, -2)
    .u64(16, 4_000_000n, 8_000n).u64(24, -2_100_000_000_000_000n).f64(32, 20_000, MAX_F64)
    .bytes(0, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8)).text(1, "height");
  root.struct(2, INNER).u32(0, 7).text(0, "seven");
  root.byteStrings(3, [Uint8Array.of(0xaa), new Uint8Array(), Uint8Array.of(0xbb, 0xcc)]);
  const [one, two] = root.structs(4, 2, INNER);
  one?.u32(0, 1).text(0, "one");
  two?.u32(0, 2);
  strictEqual(message.frame().toHex(), vectors.everything.frames[0]?.hex);
});

Deno.test("StructBuilder writes nothing outside of its struct", () => {
  const root = new MessageBuilder().root({ data: 1, pointers: 1 });
  throws(() => root.u32(8, 1), UsageError);
  throws(() => root.u64(4, 1n), UsageError);
  throws(() => root.bool(64, true), UsageError);
  throws(() => root.text(1, ""), UsageError);
});

Deno.test("StructReader has 0, empty and nothing for fields that the writer did not know", () => {
  const message = new MessageBuilder();
  message.root({ data: 0, pointers: 0 });
  const root = messageOf(message.frame()).root();
  deepStrictEqual(everything(root), {
    yes: false,
    no: false,
    small: 0,
    medium: 0,
    signed: 0,
    large: 0n,
    long: 0n,
    bytes: "",
    text: "",
    inner: { number: 0, name: "" },
    strings: [],
    inners: [],
    absent: "",
  });
  strictEqual(root.capability(0), undefined);
});

Deno.test("Message follows far pointers, single and double, and no chain of them", () => {
  // 0 → pad in segment 1 → content behind it.
  const content = [0x12, 0, 0, 0, 0, 0, 0, 0];
  strictEqual(messageOfWords([[far(1, 0)]], [[[0, 0, 1, 0], content]]).root().u16(0), 0x12);
  // 0 → pad in segment 1: a far pointer to segment 2, and what is there.
  const double = messageOfWords(
    [[far(1, 1, true)]],
    [[[0, 0, 0, 0], far(2, 0), [0, 0, 1, 0]]],
    [[content]],
  );
  strictEqual(double.root().u16(0), 0x12);
  refused(messageOfWords([[far(1, 0)]], [[far(0, 0)]]), "malformed");
  refused(messageOfWords([[far(7, 0)]]), "malformed");
  refused(messageOfWords([[far(1, 9)]], [[content]]), "truncated");
  refused(messageOfWords([[far(1, 0, true)]], [[far(0, 0), far(0, 0)]]), "malformed");
  refused(messageOfWords([[far(1, 0, true)]], [[far(0, 0, true), [0, 0, 1, 0]]]), "malformed");
});

Deno.test("Message refuses pointers out of their segment, before and behind it", () => {
  refused(messageOfWords([[[4, 0, 1, 0]]]), "truncated");
  refused(messageOfWords([[[0xf8, 0xff, 0xff, 0xff, 1, 0, 0, 0]]]), "truncated");
  refused(messageOfWords([[]]), "truncated");
});

Deno.test("Message pays for no more than it is large, however often it points to itself", () => {
  // A list of pointers, all to the same 8 kB.
  const blob = new Uint8Array(8_192);
  const message = new MessageBuilder();
  const root = message.root({ data: 0, pointers: 1 });
  root.byteStrings(0, Array.from({ length: 1_000 }, () => new Uint8Array()));
  root.bytes(0, blob);
  const frame = message.frame();
  const view = new DataView(frame.buffer, frame.byteOffset);
  // Root at 8, its pointer at 16, the list of 1,000 pointers from 24 on, the bytes behind them.
  const bytesAt = 24 + 8_000;
  view.setInt32(16, 1, true);
  view.setUint32(20, 1_000 << 3 | 6, true);
  for (let i = 0; i < 1_000; i++) {
    view.setInt32(24 + i * 8, (bytesAt - (24 + i * 8) - 8) / 8 << 2 | 1, true);
    view.setUint32(28 + i * 8, 8_192 << 3 | 2, true);
  }
  throws(() => messageOf(frame).root().byteStrings(0), tooLarge);
});

Deno.test("Message lets no struct be read again and again without end", () => {
  const message = new MessageBuilder();
  message.root({ data: 0, pointers: 1 }).struct(0, { data: 10_000, pointers: 0 });
  const root = messageOf(message.frame()).root();
  throws(() => {
    for (let i = 0; i < 10; i++) root.struct(0);
  }, tooLarge);
});

Deno.test("Message believes no list of structs that take no room", () => {
  const message = new MessageBuilder();
  message.root({ data: 0, pointers: 1 }).structs(0, 1, { data: 0, pointers: 0 });
  const frame = message.frame();
  new DataView(frame.buffer, frame.byteOffset).setUint32(24, (2 ** 29 - 1) << 2, true);
  throws(() => messageOf(frame).root().structs(0), tooLarge);
});

Deno.test("Message made of anything is read, or a DecodeError says why not", () => {
  const words = fc.uint8Array({ maxLength: 400 });
  fc.assert(fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (segments) => {
    onlyDecodeErrors(new Message(segments.map((s) => s.subarray(0, s.length & ~7))));
  }));
});

for (const { segmentSize, hex } of vectors.everything.frames) {
  Deno.test(`Message of segments of ${segmentSize} words, changed anywhere, is read or refused`, () => {
    const frame = Uint8Array.fromHex(hex);
    const head = Math.ceil((4 + 4 * (new DataView(frame.buffer).getUint32(0, true) + 1)) / 8) * 8;
    const changes = fc.array(
      fc.tuple(fc.integer({ min: head, max: frame.length - 1 }), fc.integer({ min: 0, max: 255 })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(changes, (list) => {
        const changed = frame.slice();
        for (const [at, byte] of list) changed[at] = byte;
        onlyDecodeErrors(messageOf(changed));
      }),
      { numRuns: 1_000 },
    );
  });
}

function everything(root: StructReader): unknown {
  const inner = (struct: StructReader): unknown => ({
    number: struct.u32(0),
    name: struct.text(0),
  });
  return {
    yes: root.bool(0),
    no: root.bool(1),
    small: root.u16(2),
    medium: root.u32(4),
    signed: root.i32(8),
    large: root.i64(16),
    long: root.i64(24),
    bytes: root.bytes(0).toHex(),
    text: root.text(1),
    inner: inner(root.struct(2)),
    strings: root.byteStrings(3).map((bytes) => bytes.toHex()),
    inners: root.structs(4).map(inner),
    absent: root.bytes(5).toHex(),
  };
}

/** Reads all that can be read, each thing by itself. */
function onlyDecodeErrors(message: Message): void {
  const reads: ((root: StructReader) => unknown)[] = [
    (root) => everything(root),
    ...[0, 1, 2, 3, 4, 5].flatMap((i) => [
      (root: StructReader) => root.bytes(i),
      (root: StructReader) => root.capability(i),
      (root: StructReader) => root.byteStrings(i),
      (root: StructReader) => root.structs(i).slice(0, 20).map((struct) => struct.text(0)),
      (root: StructReader) => everything(root.struct(i)),
    ]),
  ];
  for (const read of reads) {
    try {
      read(message.root());
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
}

function messageOf(frame: Uint8Array): Message {
  const messages: Message[] = [];
  new Framer().push(frame, (message) => messages.push(message));
  const [message] = messages;
  ok(message !== undefined && messages.length === 1);
  return message;
}

/** @param segments Words, each of four 16-bit numbers or eight bytes. */
function messageOfWords(...segments: number[][][][]): Message {
  return new Message(
    segments.map(([words]) =>
      Uint8Array.from(
        (words ?? []).flatMap((word) =>
          word.length === 8 ? word : word.flatMap((half) => [half & 0xff, half >> 8])
        ),
      )
    ),
  );
}

/** A far pointer to a word of a segment. */
function far(segment: number, word: number, double = false): number[] {
  return [word << 3 | (double ? 4 : 0) | 2, 0, segment, 0];
}

function refused(message: Message, code: DecodeError["code"]): void {
  throws(() => message.root(), (error) => error instanceof DecodeError && error.code === code);
}

function tooLarge(error: unknown): boolean {
  return error instanceof DecodeError && error.code === "too-large";
}
