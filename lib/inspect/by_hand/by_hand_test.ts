import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { OperatorError } from "../../errors.ts";
import { SubmitSharesExtended } from "../../messages/mining.ts";
import * as mining from "../../messages/mining.ts";
import * as template from "../../messages/template.ts";
import { decodeByHand } from "./decode.ts";
import { encodeByHand } from "./encode.ts";
import { about, messageNamed, namingOf } from "./message_named.ts";

const TARGET = `008021240000${"07000000"}${"ff".padEnd(64, "0")}`;

Deno.test("decodeByHand() takes several frames, and what people put between digits", () => {
  const entries = decodeByHand(`${TARGET}${TARGET}`);
  deepStrictEqual(entries.map(({ number, value }) => [number, value]), [
    [1, { channelId: 7, maximumTarget: 255n }],
    [2, { channelId: 7, maximumTarget: 255n }],
  ]);
  const spaced = TARGET.toUpperCase().replace(/../g, "$& ").replace(/.{30}/g, "$&\n");
  deepStrictEqual(decodeByHand(`0x${spaced}`)[0]?.value, entries[0]?.value);
  deepStrictEqual(decodeByHand(TARGET.replace(/..(?=.)/g, "$&:"))[0]?.value, entries[0]?.value);
});

Deno.test("decodeByHand() takes a payload of a message that is named", () => {
  const [entry] = decodeByHand(TARGET.slice(12), "settarget");
  deepStrictEqual(entry?.value, { channelId: 7, maximumTarget: 255n });
  strictEqual(entry?.channelMsg, true);
  strictEqual(decodeByHand("0102", "SetTarget")[0]?.error?.code, "truncated");
});

Deno.test("decodeByHand() says what is wrong with bytes that are no frame", () => {
  const cases: [string, RegExp][] = [
    ["", /there are no bytes/],
    ["0x", /there are no bytes/],
    ["00zz", /"z" is no hexadecimal digit/],
    ["008", /3 hexadecimal digits, and two are a byte/],
    ["0080", /2 bytes are left, and a header has 6/],
    [
      TARGET.slice(0, -2),
      /announces SetTarget with 36 bytes of payload, and 35 are there; if it is a payload/,
    ],
    [`${TARGET}${TARGET.slice(0, 20)}`, /at byte 42: its header announces SetTarget with 36/],
    ["090033ffffff", /an unknown message \(ext 0x0009 type 0x33\) with 16777215 bytes/],
    [`\u001b${TARGET}`, /"\\u001b" is no hexadecimal digit/],
  ];
  for (const [hex, what] of cases) throws(() => decodeByHand(hex), isUsage(what));
});

Deno.test("decodeByHand() throws nothing but what it says of a mistake", () => {
  fc.assert(fc.property(
    fc.oneof(fc.string(), fc.uint8Array({ maxLength: 90 }).map((bytes) => bytes.toHex())),
    (text) => {
      try {
        return decodeByHand(text).length > 0;
      } catch (error) {
        return error instanceof OperatorError;
      }
    },
  ));
});

Deno.test("encodeByHand() makes a frame of fields in any order and of any form", () => {
  strictEqual(encodeByHand("SetTarget", ["maximum_target=0xff", "channel_id=0x7"]).toHex(), TARGET);
  strictEqual(
    encodeByHand("0x21", ["channel_id=7", `maximum_target=${"ff".padStart(64, "0")}`]).toHex(),
    TARGET,
  );
  const [frame] = decodeByHand(
    encodeByHand("setgroupchannel", ["group_channel_id=1", "channel_ids=3, 4,5"]).toHex(),
  );
  deepStrictEqual(frame?.value, { groupChannelId: 1, channelIds: [3, 4, 5] });
  const [easy] = decodeByHand(
    encodeByHand("SetTarget", ["channel_id=1", "maximum_target=difficulty:1"]).toHex(),
  );
  strictEqual(easy?.value?.["maximumTarget"], 0xffffn << 208n);
});

Deno.test("encodeByHand() takes what is absent, and fields of extensions", () => {
  const job = encodeByHand("NewMiningJob", [
    "channel_id=1",
    "job_id=2",
    "min_ntime=none",
    "version=0x20000000",
    `merkle_root=${"ab".repeat(32)}`,
  ]);
  strictEqual(decodeByHand(job.toHex())[0]?.value?.["minNtime"], null);
  const names = Object.keys(SubmitSharesExtended.fields).length;
  const share = encodeByHand("SubmitSharesExtended", [
    ...["channel_id", "sequence_number", "job_id", "nonce", "ntime", "version"].map((name) =>
      `${name}=1`
    ),
    "extranonce=",
    "user_identity=a=b",
  ]);
  strictEqual(names, 7);
  deepStrictEqual(
    decodeByHand(share.toHex())[0]?.tlvs.map(({ value }) => new TextDecoder().decode(value)),
    ["a=b"],
  );
});

Deno.test("encodeByHand() names everything that is missing or wrong, at once", () => {
  throws(
    () => encodeByHand("SetTarget", ["chanel_id=1", "maximum_target=x", "maximum_target=1", "7"]),
    (error: unknown) => {
      ok(error instanceof OperatorError && error.kind === "usage");
      deepStrictEqual(error.message.split("\n  "), [
        "Cannot encode SetTarget: maximum_target is given twice",
        "7 is not field=value",
        "channel_id is missing: U32, Channel or group that is meant",
        "maximum_target must be a number of 256 bits, 64 hexadecimal digits, or difficulty:NUMBER, not x",
        "there is no field chanel_id; did you mean channel_id?",
      ]);
      return true;
    },
  );
  const wrong: [string, RegExp][] = [
    ["channel_id=4294967296", /channel_id must be a number from 0 to 4294967295/],
    ["channel_id=-1", /channel_id must be/],
    ["version_rolling_allowed=maybe", /must be true or false/],
    ["min_ntime=soon", /must be a number from 0 to 4294967295, or none/],
    ["merkle_path=ab", /must be a list with commas between, each 64 hexadecimal digits/],
    ["coinbase_tx_prefix=abc", /must be hexadecimal digits, two a byte, for at most 65535 bytes/],
  ];
  for (const [assignment, what] of wrong) {
    throws(() => encodeByHand("NewExtendedMiningJob", [assignment]), isUsage(what));
  }
});

Deno.test("messageNamed() finds by name in any case, by protocol and by number", () => {
  strictEqual(messageNamed("submitshares.error"), mining.SubmitSharesError);
  strictEqual(messageNamed("template.SetNewPrevHash"), template.SetNewPrevHash);
  strictEqual(messageNamed("0x72"), template.SetNewPrevHash);
  strictEqual(messageNamed("1:0x00").name, "RequestExtensions");
  strictEqual(namingOf(messageNamed("mining:SetNewPrevHash")), "mining.SetNewPrevHash");
  throws(
    () => messageNamed("SetNewPrevHash"),
    isUsage(/write mining\.SetNewPrevHash or template\.SetNewPrevHash/),
  );
  throws(() => messageNamed("SetTraget"), isUsage(/did you mean SetTarget\?/));
  throws(() => messageNamed("0xff"), isUsage(/No message is called 0xff/));
});

Deno.test("about() tells where the specification has a message", () => {
  strictEqual(about(mining.SetTarget as never), "SV2 §5.3.21 · type 0x21 · server → client");
  strictEqual(
    about(messageNamed("1:0")),
    "extension 0x0001 §2 · type 0x0001:0x00 · client → server",
  );
});

function isUsage(what: RegExp): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof OperatorError && error.kind === "usage", String(error));
    ok(what.test(error.message), error.message);
    return true;
  };
}
