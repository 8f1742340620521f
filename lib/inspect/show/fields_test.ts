import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { RequestExtensionsError, userIdentityTlv } from "../../messages/extensions.ts";
import { NewMiningJob, SetGroupChannel, SubmitSharesExtended } from "../../messages/mining.ts";
import { RequestTransactionDataSuccess } from "../../messages/template.ts";
import { detailsOf, formatFields } from "./fields.ts";
import { formatLine } from "./line.ts";

const share = entryOf(SubmitSharesExtended, {
  channelId: 7,
  sequenceNumber: 2,
  jobId: 3,
  nonce: 4,
  ntime: 1_764_000_000,
  version: 0x20000000,
  extranonce: Uint8Array.from({ length: 12 }, (_, i) => i),
}, { tlvs: [userIdentityTlv("w1")] });

Deno.test("formatFields() tells where each field lies, its bytes, type, value and meaning", () => {
  const longer = {
    ...share,
    payload: Uint8Array.of(...share.payload, 0xff),
    rest: Uint8Array.of(0xff),
  };
  deepStrictEqual(formatFields(longer).split("\n"), [
    formatLine(longer),
    "  header    00 80                    extension_type   U16    0x0000, with the channel bit  · Which extension defines the message",
    "  header    1b                       msg_type         U8     0x1b SubmitSharesExtended  · A share of an extended channel",
    "  header    2d 00 00                 msg_length       U24    45  · Bytes of the payload",
    "  0-3       07 00 00 00              channel_id       U32    7  · Channel it was found on",
    "  4-7       02 00 00 00              sequence_number  U32    2  · Counts the channel's shares; the answer refers to it",
    "  8-11      03 00 00 00              job_id           U32    3  · Job it was found for",
    "  12-15     04 00 00 00              nonce            U32    4 (0x00000004)  · Of the header",
    "  16-19     00 81 24 69              ntime            U32    1764000000 (2025-11-24T16:00:00Z)  · Of the header (Unix s)",
    "  20-23     00 00 00 20              version          U32    536870912 (0x20000000)  · Of the header, whole",
    "  24-36     0c 00 01 02 03 04 05 06  extranonce       B0_32  12 bytes  · The rolled part, exactly as long as was granted; without the prefix",
    "            07 08 09 0a 0b",
    '  37-43     02 00 01 02 00 77 31     tlv[0]           TLV    user_identity="w1"  · user_identity: Name of the worker that found the share',
    "  44        ff                       rest             BYTES  1 byte  · To be ignored",
  ]);
});

Deno.test("formatFields() tells a list's count, then each element", () => {
  const rows = detailsOf(entryOf(SetGroupChannel, { groupChannelId: 1, channelIds: [2, 3] }));
  deepStrictEqual(rows.slice(4).map((row) => row.split("·")[0]?.trimEnd()), [
    "  4-13      02 00                    channel_ids       SEQ0_64K[U32]  2 elements",
    "  6-9       02 00 00 00              channel_ids[0]    U32            2",
    "  10-13     03 00 00 00              channel_ids[1]    U32            3",
  ]);
});

Deno.test("formatFields() tells a hash as explorers do, and what is absent as none", () => {
  const rows = detailsOf(entryOf(NewMiningJob, {
    channelId: 1,
    jobId: 2,
    minNtime: null,
    version: 1,
    merkleRoot: Uint8Array.from({ length: 32 }, (_, i) => i),
  }));
  ok(
    rows[5]?.includes("8         00                       min_ntime       OPTION[U32]  none"),
    rows[5],
  );
  ok(
    rows[7]?.includes("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100"),
    rows[7],
  );
});

Deno.test("formatFields() of what breaks tells what came before, the bytes that are left, and why", () => {
  const rows = detailsOf(entryOfFrame(Uint8Array.of(0, 128, 33, 6, 0, 0, 7, 0, 0, 0, 5, 6)));
  deepStrictEqual(rows.slice(3), [
    "  0-3       07 00 00 00              channel_id      U32    7  · Channel or group that is meant",
    "  4-5       05 06                    not read        BYTES  2 bytes  · Reading stopped before",
    "  Cannot decode SetTarget.maximum_target at byte 4: truncated: 07000000▸0506",
  ]);
});

Deno.test("formatFields() of an unknown message has its bytes, and an end", () => {
  const payload = new Uint8Array(1_000).fill(0xaa);
  const rows = detailsOf(entryOfFrame(Uint8Array.of(9, 0, 0x42, 0xe8, 3, 0, ...payload)));
  ok(rows[1]?.includes("0x42, not known"), rows[1]);
  strictEqual(rows.at(-1), "            … 872 more bytes");
  strictEqual(rows.length, 3 + 16 + 1);
});

Deno.test("formatFields() bounds how many elements it tells", () => {
  const rows = detailsOf(entryOf(RequestTransactionDataSuccess, {
    templateId: 1n,
    excessData: new Uint8Array(),
    transactionList: Array.from({ length: 1_000 }, () => Uint8Array.of(1)),
  }));
  strictEqual(rows.at(-1), "  … 703 more");
});

Deno.test("formatFields() takes as many elements as a message can have", () => {
  const extensions = new Array<number>(0xffff).fill(0);
  const rows = detailsOf(entryOf(RequestExtensionsError, {
    requestId: 1,
    unsupportedExtensions: extensions,
    requiredExtensions: extensions,
  }));
  strictEqual(rows.at(-1), `  … ${2 * 0xffff + 3 - 300} more`);
});

Deno.test("formatFields() of lines of Stratum V1 and notes tells what is in them", () => {
  deepStrictEqual(detailsOf(lineOf('{"id":1,"params":["\\u001b"]}')), [
    "  {",
    '    "id": 1,',
    '    "params": [',
    '      "\\u001b"',
    "    ]",
    "  }",
  ]);
  const long = detailsOf(
    lineOf(JSON.stringify({ params: Array.from({ length: 500 }, () => "x".repeat(3_000)) })),
  );
  strictEqual(long.length, 101);
  ok(long[3]?.endsWith("…(1007 more)"), long[3]?.slice(-30));
  deepStrictEqual(detailsOf(noteOf("gap", "", { bytes: 3, how: "\x1b" })), [
    "  bytes 3",
    "  how \\x1b",
  ]);
});
