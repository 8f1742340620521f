import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import vectors from "../../tests/vectors/framing.json" with { type: "json" };
import { MAX_PAYLOAD_SIZE } from "../codec/writer.ts";
import { UsageError } from "../errors.ts";
import { decodeHeader, encodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from "./header.ts";

const headers = fc.record({
  extensionType: fc.integer({ min: 0, max: 0x7fff }),
  channelMsg: fc.boolean(),
  msgType: fc.integer({ min: 0, max: 0xff }),
  msgLength: fc.integer({ min: 0, max: MAX_PAYLOAD_SIZE }),
}, { noNullPrototype: true });

Deno.test("FRAME-1, FRAME-5 headers are six bytes, little-endian, the channel bit the highest", () => {
  for (const vector of vectors.framing.headers) {
    const bytes = Uint8Array.fromHex(vector.bytes);
    const header = {
      extensionType: vector.extension_type & 0x7fff,
      channelMsg: vector.channel_msg,
      msgType: vector.msg_type,
      msgLength: vector.msg_length,
    };
    deepStrictEqual(decodeHeader(bytes), header, vector.source);
    deepStrictEqual(encoded(header), bytes, vector.source);
  }
});

Deno.test("FRAME-6 0x8abc is extension 0x0abc with the channel bit", () => {
  const header = decodeHeader(Uint8Array.of(0xbc, 0x8a, 0, 0, 0, 0));
  deepStrictEqual(header, {
    extensionType: 0x0abc,
    channelMsg: true,
    msgType: 0,
    msgLength: 0,
  });
});

Deno.test("decodeHeader() reads what encodeHeader() wrote, wherever it stands", () => {
  fc.assert(fc.property(headers, fc.nat(20), (header, at) => {
    const bytes = new Uint8Array(at + FRAME_HEADER_SIZE);
    bytes.set(encoded(header), at);
    deepStrictEqual(decodeHeader(bytes, at), header);
  }));
});

Deno.test("FRAME-4 a length that does not fit 24 bits is refused and never wraps", () => {
  const header = { extensionType: 0, channelMsg: false, msgType: 0 };
  for (const { payload_len: msgLength, ok } of vectors.framing.limits) {
    if (ok) strictEqual(decodeHeader(encoded({ ...header, msgLength })).msgLength, msgLength);
    else throws(() => encoded({ ...header, msgLength }), UsageError);
  }
  for (const msgLength of [-1, 0.5, NaN]) {
    throws(() => encoded({ ...header, msgLength }), UsageError);
  }
});

Deno.test("encodeHeader() refuses a type that does not fit, or too little room", () => {
  const header = { extensionType: 0, channelMsg: false, msgType: 0, msgLength: 0 };
  throws(() => encoded({ ...header, extensionType: 0x8000 }), UsageError);
  throws(() => encoded({ ...header, msgType: 0x100 }), UsageError);
  throws(() => encodeHeader(header, new Uint8Array(5)), UsageError);
});

Deno.test("decodeHeader() refuses fewer than six bytes", () => {
  throws(() => decodeHeader(new Uint8Array(5)), UsageError);
  throws(() => decodeHeader(new Uint8Array(8), 3), UsageError);
});

function encoded(header: FrameHeader): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_SIZE);
  encodeHeader(header, bytes);
  return bytes;
}
