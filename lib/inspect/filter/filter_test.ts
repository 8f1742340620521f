import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import { SetupConnection } from "../../messages/common.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  SetGroupChannel,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesError,
  SubmitSharesExtended,
} from "../../messages/mining.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { OperatorError } from "../../errors.ts";
import type { Entry } from "../entry.ts";
import { parseFilter } from "./filter.ts";

const share = entryOf(SubmitSharesExtended, {
  channelId: 7,
  sequenceNumber: 2,
  jobId: 5,
  nonce: 4,
  ntime: 5,
  version: 0x20000000,
  extranonce: Uint8Array.fromHex("0a0b0c"),
}, { tlvs: [userIdentityTlv("bob.rig1")] });
const refused = entryOf(SubmitSharesError, {
  channelId: 7,
  sequenceNumber: 2,
  errorCode: "stale-share",
});
const target = entryOf(SetTarget, { channelId: 8, maximumTarget: 1n << 200n });
const open = entryOf(OpenExtendedMiningChannel, {
  requestId: 0,
  userIdentity: 'Alice "the" miner',
  nominalHashRate: Math.fround(1.1e12),
  maxTarget: 5n,
  minExtranonceSize: 8,
});
const tip = entryOf(SetNewPrevHash, {
  channelId: 7,
  jobId: 5,
  prevHash: Uint8Array.from({ length: 32 }, (_, i) => i),
  minNtime: 0,
  nbits: 0x1d00ffff,
});
const future = entryOf(NewExtendedMiningJob, {
  channelId: 7,
  jobId: 6,
  minNtime: null,
  version: 1,
  versionRollingAllowed: true,
  merklePath: [],
  coinbaseTxPrefix: new Uint8Array(),
  coinbaseTxSuffix: Uint8Array.of(1),
});
const group = entryOf(SetGroupChannel, { groupChannelId: 1, channelIds: [7, 9] });
const broken = entryOfFrame(Uint8Array.fromHex("00801a03000007000000".slice(0, 18)));
const unknown = entryOfFrame(Uint8Array.fromHex("34129903000007aabb"));
const submit = lineOf('{"id":4,"method":"mining.submit","params":["bob"]}');
const answer = lineOf('{"id":4,"result":true,"error":null}', "down");
const note = noteOf("gap", "12 bytes not in the capture", { bytes: 12 });

const all: Readonly<Record<string, Entry>> = {
  share,
  refused,
  target,
  open,
  tip,
  future,
  group,
  broken,
  unknown,
  submit,
  answer,
  note,
};

const CASES: readonly (readonly [string, ...string[]])[] = [
  ["channel == 7", "share", "refused", "tip", "future"],
  ["channel==7&&type in(SubmitShares*,SetTarget)", "share", "refused"],
  ["type in (SetTarget, mining.*, gap)", "target", "submit", "note"],
  ["type == SubmitShares.Error", "refused"],
  ["type == submitshares.error", "refused"],
  ["type == 0x21", "target"],
  ["type == Set*", "target", "tip", "group"],
  ["type ~ share", "share", "refused", "broken"],
  ["ext == 0x1234", "unknown"],
  ["dir == up", "share", "open", "submit"],
  ["conn == 3 && n >= 12 && kind == sv1", "submit", "answer"],
  ["client == 10.0.0.1 && server == 10.0.0.2:3333 && kind == note", "note"],
  ["client == 10.0.0.9", ...[]],
  ["client == 10.0.0.* && type == gap", "note"],
  ["job_id >= 5", "share", "tip", "future"],
  ["job_id > 5", "future"],
  ["job_id != 5", "future"],
  [
    "!job_id",
    "refused",
    "target",
    "open",
    "group",
    "broken",
    "unknown",
    "submit",
    "answer",
    "note",
  ],
  ["version == 0x20000000", "share"],
  ["maximum_target < 0x2000000000000000000000000000000000000000000000000000", "target"],
  ["maximum_target < 1e70 && maximum_target > 1e10", "target"],
  ["nominal_hash_rate == 1.1e12", "open"],
  ["prev_hash ~ 0001020304", "tip"],
  ["prev_hash == 1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100", "tip"],
  ["extranonce == 0a0b0C || extranonce ~ ff", "share"],
  ["version_rolling_allowed == true", "future"],
  ["version_rolling_allowed", "future"],
  ["min_ntime", "tip"],
  ["coinbase_tx_prefix", ...[]],
  ["coinbase_tx_suffix", "future"],
  ["channel_ids == 9", "group"],
  ["channel_ids != 9", ...[]],
  ['user_identity ~ BOB || user_identity == "Alice \\"the\\" miner"', "share", "open"],
  ["user_identity == bob.*", "share"],
  ['user_identity == "bob.*"', ...[]],
  ["error_code == stale-share", "refused"],
  ["error", "broken"],
  ["payload ~ aabb", "unknown"],
  ["size == 3", "broken", "unknown"],
  ["id == 4", "submit", "answer"],
  ["text ~ capture", "note"],
  ["!(dir == up || dir == down)", "note"],
  ["!!error", "broken"],
  ["type==gap||type==SetTarget&&channel==99", "note"],
  ["(type == gap || type == SetTarget) && channel == 99", ...[]],
];

for (const [filter, ...wanted] of CASES) {
  Deno.test(`parseFilter() of ${filter}`, () => {
    const isWanted = parseFilter(filter);
    deepStrictEqual(Object.keys(all).filter((name) => isWanted(all[name] ?? note)), wanted);
  });
}

const MISTAKES: readonly (readonly [string, number, string])[] = [
  ["", 1, "the end where a name should be"],
  ["channel = 7", 9, "= alone; write =="],
  ["channel == 7 & error", 14, "& alone; write &&"],
  ["chanel == 7", 1, "nothing is called chanel; did you mean channel?"],
  ["channel == ", 12, "the end where a value for channel should be"],
  ["channel == seven", 12, "channel is a number, not seven"],
  ["channel == 7 error", 14, "&& or || is missing before error"],
  ["(channel == 7", 14, "the end where ) should be"],
  ["type in SetTarget", 9, "SetTarget where ( should be"],
  ["type in ()", 10, ") where a value for type should be"],
  ["type == SubmitShare", 9, "no message is called SubmitShare; did you mean SubmitShare*?"],
  ["type == SetTraget", 9, "no message is called SetTraget; did you mean SetTarget?"],
  ["type == Nothing*", 9, "no message is called Nothing*"],
  ["dir == left", 8, "dir is up or down, not left"],
  ["kind == note && dir < up", 23, "dir has no order: only == and ~ can be asked of it"],
  ["prev_hash == xyz", 14, "prev_hash is bytes in hexadecimal, not xyz"],
  ["error == maybe", 10, "error is true or false, not maybe"],
  ['text == "no end', 9, "a text that does not end: a quote is missing"],
  ["text == \u001b[31m", 9, "text"],
  ["== 7", 1, "== where a name should be"],
];

for (const [filter, column, what] of MISTAKES) {
  Deno.test(`parseFilter() tells what is wrong with ${JSON.stringify(filter)}`, () => {
    const message = messageOf(filter);
    if (filter.includes("\u001b")) return strictEqual(message, undefined);
    strictEqual(
      message?.split("\n")[0],
      `Cannot read filter at column ${column}: ${what}`,
    );
    strictEqual(message?.split("\n")[2]?.indexOf("^"), column + 1);
  });
}

Deno.test("parseFilter() bounds how long and how deep an expression may be", () => {
  ok(messageOf("(".repeat(200))?.includes("more than 100 inside of one another"));
  ok(messageOf("!".repeat(200) + "error")?.includes("more than 100"));
  ok(messageOf("error ||".repeat(1_000))?.includes("longer than 4096 characters"));
  ok(parseFilter(Array.from({ length: 300 }, () => "error").join("||"))(broken));
});

Deno.test("parseFilter() throws nothing but what it says of a mistake, and its filters nothing", () => {
  const piece = fc.constantFrom(
    ...["channel", "type", "in", "(", ")", "&&", "||", "!", "==", "!=", "<", "~", ",", "7", "0x7"],
    ...["SetTarget", "Set*", '"a"', '"', "=", "up", "job_id", "error", "text", "prev_hash", "?"],
  );
  const source = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 9 }).map((all) => all.join(" ")),
  );
  const entry = fc.constantFrom(...MESSAGES).chain((message) =>
    valuesOf(message, { bytes: 9, elements: 2 }).map((value) => entryOf(message, value))
  );
  fc.assert(
    fc.property(source, entry, (source, entry) => {
      let isWanted;
      try {
        isWanted = parseFilter(source);
      } catch (error) {
        return error instanceof OperatorError;
      }
      return typeof isWanted(entry) === "boolean";
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("parseFilter() finds by any field, as its name is in the specification", () => {
  strictEqual(parseFilter("coinbase_tx_input_nSequence")(share), false);
  strictEqual(
    parseFilter("nBits == 1 || endpoint_port == 3333")(entryOf(SetupConnection, {
      protocol: 0,
      minVersion: 2,
      maxVersion: 2,
      flags: 0,
      endpointHost: "",
      endpointPort: 3333,
      vendor: "",
      hardwareVersion: "",
      firmware: "",
      deviceId: "",
    })),
    true,
  );
});

function messageOf(filter: string): string | undefined {
  try {
    parseFilter(filter);
    return undefined;
  } catch (error) {
    ok(error instanceof OperatorError && error.kind === "usage");
    return error.message;
  }
}
