import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { parseTlvs } from "../codec/tlv.ts";
import { DecodeError, UsageError } from "../errors.ts";
import { RequestExtensions, userIdentityTlv } from "../messages/extensions.ts";
import { SubmitSharesExtended, SubmitSharesStandard } from "../messages/mining.ts";
import { messageOf, MESSAGES } from "../messages/registry.ts";
import { RequestTransactionDataSuccess } from "../messages/template.ts";
import { encodeFrame } from "./encode.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "./header.ts";

const SHARE = { channelId: 1, sequenceNumber: 2, jobId: 3, nonce: 4, ntime: 5, version: 6 };

Deno.test("FRAME-3, FRAME-5 encodeFrame() of SubmitSharesStandard begins 0080 1a 180000", () => {
  const frame = encodeFrame(SubmitSharesStandard, SHARE);
  strictEqual(frame.subarray(0, FRAME_HEADER_SIZE).toHex(), "00801a180000");
  strictEqual(frame.length, FRAME_HEADER_SIZE + 24);
  deepStrictEqual(frame.subarray(FRAME_HEADER_SIZE), SubmitSharesStandard.encode(SHARE));
});

Deno.test("FRAME-2, FRAME-3, EXT-2 a TLV grows msg_length by 5 + L and leaves extension_type", () => {
  const share = { ...SHARE, extranonce: Uint8Array.of(7, 7) };
  const bare = encodeFrame(SubmitSharesExtended, share);
  const frame = encodeFrame(SubmitSharesExtended, share, [userIdentityTlv("Worker_001")]);
  deepStrictEqual(decodeHeader(frame), {
    extensionType: 0,
    channelMsg: true,
    msgType: 0x1b,
    msgLength: bare.length - FRAME_HEADER_SIZE + 15,
  });
  strictEqual(frame.length, bare.length + 15);
});

Deno.test("EXT-22, EXT-26 encodeFrame() appends TLVs after the last field, unpadded, in order", () => {
  const share = { ...SHARE, extranonce: Uint8Array.of(7, 7) };
  const later = { extensionType: 9, fieldType: 1, value: Uint8Array.of(1) };
  const frame = encodeFrame(SubmitSharesExtended, share, [later, userIdentityTlv("w1")]);
  const { value, rest } = SubmitSharesExtended.decode(frame.subarray(FRAME_HEADER_SIZE));
  deepStrictEqual(value, share);
  deepStrictEqual(parseTlvs(rest), [userIdentityTlv("w1"), later]);
  strictEqual(rest.length, 5 + 2 + 5 + 1);
});

Deno.test("FRAME-4 encodeFrame() takes 16777215 bytes of payload and refuses one more", () => {
  const transactionsOf = (size: number) => ({
    templateId: 1n,
    excessData: new Uint8Array(),
    transactionList: [new Uint8Array(8_000_000), new Uint8Array(size - 8_000_000 - 18)],
  });
  const largest = encodeFrame(RequestTransactionDataSuccess, transactionsOf(16777215));
  strictEqual(decodeHeader(largest).msgLength, 16777215);
  strictEqual(largest.length, FRAME_HEADER_SIZE + 16777215);
  for (const size of [16777216, 16777300, 17_000_000]) {
    throws(() => encodeFrame(RequestTransactionDataSuccess, transactionsOf(size)), UsageError);
    throws(() => RequestTransactionDataSuccess.encode(transactionsOf(size)), UsageError);
  }
  strictEqual(encodeFrame(SubmitSharesStandard, SHARE).length, 30);
});

Deno.test("FRAME-6 the channel bit takes no part in finding a message", () => {
  const frame = encodeFrame(RequestExtensions, { requestId: 0, requestedExtensions: [2] });
  strictEqual(frame.toHex(), "010000060000000001000200");
  frame[1] = 0x80;
  const { extensionType, channelMsg, msgType } = decodeHeader(frame);
  strictEqual(channelMsg, true);
  strictEqual(messageOf(extensionType, msgType), RequestExtensions);
});

Deno.test("FRAME-7 a channel message begins with channel_id and needs its four bytes", () => {
  const channelMessages = MESSAGES.filter((message) => message.channel);
  strictEqual(channelMessages.length, 16);
  for (const message of channelMessages) {
    strictEqual(message.offsets.channelId, 0, message.name);
    for (let length = 0; length < 4; length++) {
      throws(() => message.decode(new Uint8Array(length)), (error) => {
        strictEqual(error instanceof DecodeError && error.path, `${message.name}.channel_id`);
        return true;
      });
    }
  }
});

Deno.test("FRAME-9 job declaration and template distribution never have the channel bit", () => {
  const messages = MESSAGES.filter(({ protocol }) =>
    protocol === "declaration" || protocol === "template"
  );
  strictEqual(messages.length, 15);
  deepStrictEqual(messages.filter((message) => message.channel), []);
});
