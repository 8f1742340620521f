import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { SetupConnection, SetupConnectionSuccess } from "../../messages/common.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  SetGroupChannel,
  SetNewPrevHash,
  SetTarget,
  SubmitSharesExtended,
} from "../../messages/mining.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { NewTemplate } from "../../messages/template.ts";
import type { Entry } from "../entry.ts";
import { formatFields } from "./fields.ts";
import { formatJson } from "./json.ts";
import { formatLine, timeOfDay } from "./line.ts";

const setup = {
  protocol: 0,
  minVersion: 2,
  maxVersion: 2,
  flags: 5,
  endpointHost: "pool\x1b[31m",
  endpointPort: 3333,
  vendor: "a\u202eb",
  hardwareVersion: "",
  firmware: "x".repeat(100),
  deviceId: "",
};

const CASES: readonly (readonly [Entry, string])[] = [
  [
    entryOf(SetTarget, { channelId: 7, maximumTarget: 1n << 215n }),
    "12 3< SetTarget channel_id=7 maximum_target=difficulty 512",
  ],
  [
    entryOf(SetupConnection, setup),
    "12 3> SetupConnection protocol=mining min_version=2 max_version=2 " +
    'flags=requires_standard_jobs|requires_version_rolling endpoint_host="pool\\x1b[31m" ' +
    `endpoint_port=3333 vendor="a\\u{202e}b" hardware_version="" firmware="${
      "x".repeat(64)
    }"…(36 more) ` +
    'device_id=""',
  ],
  [
    { ...entryOf(SetupConnectionSuccess, { usedVersion: 2, flags: 6 }), protocol: "mining" },
    "12 3< SetupConnection.Success used_version=2 flags=requires_extended_channels|bit2",
  ],
  [
    entryOf(SetupConnectionSuccess, { usedVersion: 2, flags: 6 }),
    "12 3< SetupConnection.Success used_version=2 flags=0x00000006",
  ],
  [
    entryOf(OpenExtendedMiningChannel, {
      requestId: 1,
      userIdentity: "bob",
      nominalHashRate: 1.2e14,
      maxTarget: 0n,
      minExtranonceSize: 8,
    }),
    '12 3> OpenExtendedMiningChannel request_id=1 user_identity="bob" ' +
    "nominal_hash_rate=120 Th/s max_target=difficulty infinite min_extranonce_size=8 bytes",
  ],
  [
    entryOf(NewExtendedMiningJob, {
      channelId: 1,
      jobId: 2,
      minNtime: null,
      version: 0x20000000,
      versionRollingAllowed: true,
      merklePath: [new Uint8Array(32), new Uint8Array(32)],
      coinbaseTxPrefix: new Uint8Array(40).fill(5),
      coinbaseTxSuffix: new Uint8Array(),
    }),
    "12 3< NewExtendedMiningJob channel_id=1 job_id=2 min_ntime=none version=0x20000000 " +
    "version_rolling_allowed=true merkle_path=2 × hash " +
    "coinbase_tx_prefix=0505050505050505…(40 bytes) coinbase_tx_suffix=empty",
  ],
  [
    entryOf(SetNewPrevHash, {
      channelId: 1,
      jobId: 2,
      prevHash: Uint8Array.from({ length: 32 }, (_, i) => i),
      minNtime: 1_764_000_000,
      nbits: 0x1d00ffff,
    }),
    "12 3< SetNewPrevHash channel_id=1 job_id=2 prev_hash=1f1e1d1c…03020100 " +
    "min_ntime=2025-11-24T16:00:00Z nbits=0x1d00ffff",
  ],
  [
    entryOf(SetGroupChannel, { groupChannelId: 1, channelIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }),
    "12 3< SetGroupChannel group_channel_id=1 channel_ids=[1,2,3,4,5,6,7,8,…(2 more)]",
  ],
  [
    entryOf(SubmitSharesExtended, {
      channelId: 1,
      sequenceNumber: 2,
      jobId: 3,
      nonce: 255,
      ntime: 0,
      version: 1,
      extranonce: Uint8Array.of(7),
    }, {
      tlvs: [
        userIdentityTlv("w\n1"),
        { extensionType: 0x4abc, fieldType: 3, value: Uint8Array.of(9) },
      ],
    }),
    "12 3> SubmitSharesExtended channel_id=1 sequence_number=2 job_id=3 nonce=0x000000ff " +
    'ntime=1970-01-01T00:00:00Z version=0x00000001 extranonce=07 user_identity="w\\n1" tlv 0x4abc.3=09',
  ],
  [
    entryOfFrame(Uint8Array.of(0, 0x80, 0x21, 5, 0, 0, 1, 2, 3, 4, 5)),
    "12 3< SetTarget Cannot decode SetTarget.maximum_target at byte 4: truncated: 01020304▸05",
  ],
  [
    entryOfFrame(Uint8Array.of(9, 0, 0x21, 2, 0, 0, 1, 2), "up"),
    "12 3> unknown message ext 0x0009 type 0x21 0102",
  ],
  [
    lineOf('{"id":4,"method":"mining.submit","params":["\\u001b[31m",1]}'),
    '12 3> Sv1 mining.submit id=4 ["\\u001b[31m",1]',
  ],
  [
    lineOf('{"id":4,"result":true,"error":null}', "down"),
    "12 3< Sv1 result id=4 true",
  ],
  [
    lineOf('{"id":4,"result":null,"error":[21,"Job not found",null]}', "down"),
    '12 3< Sv1 error id=4 [21,"Job not found",null]',
  ],
  [lineOf("\x1b[2Jno json"), "12 3> no JSON \\x1b[2Jno json"],
  [noteOf("gap", "12 bytes not in the capture"), "12 3- gap: 12 bytes not in the capture"],
];

for (const [entry, line] of CASES) {
  Deno.test(`formatLine() of ${line.slice(3, 40).replace(/[^ -~]/g, "")}`, () => {
    strictEqual(formatLine(entry), `16:00:00.123 #${line}`);
  });
}

Deno.test("formatLine() tells a template's value in satoshis", () => {
  const line = formatLine(entryOf(NewTemplate, {
    templateId: 1n,
    futureTemplate: true,
    version: 1,
    coinbaseTxVersion: 2,
    coinbasePrefix: Uint8Array.of(3),
    coinbaseTxInputSequence: 0xfffffffe,
    coinbaseTxValueRemaining: 312_500_000n,
    coinbaseTxOutputsCount: 0,
    coinbaseTxOutputs: new Uint8Array(),
    coinbaseTxLocktime: 0,
    merklePath: [],
  }));
  ok(line.includes("coinbase_tx_value_remaining=312500000 sat"), line);
  ok(line.includes("coinbase_tx_input_sequence=0xfffffffe"), line);
});

Deno.test("formatLine() colours only what is ours, and only when it is asked to", () => {
  const entry = entryOf(SetupConnection, setup);
  const colored = formatLine(entry, { colors: true });
  ok(colored.includes("\x1b[1mSetupConnection\x1b[0m"));
  // deno-lint-ignore no-control-regex
  strictEqual(colored.replace(/\x1b\[\d+m/g, ""), formatLine(entry));
});

Deno.test("timeOfDay() takes any number that a capture may have", () => {
  strictEqual(timeOfDay(0), "00:00:00.000");
  strictEqual(timeOfDay(86_399_999_999), "23:59:59.999");
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 42 }), (millis) => {
    strictEqual(timeOfDay(millis * 1_000), new Date(millis).toISOString().slice(11, 23));
  }));
  for (const time of [-1, -1e18, 1e30, NaN, Infinity]) {
    ok(/^\d\d:\d\d:\d\d\.\d{3}$/.test(timeOfDay(time)));
  }
});

Deno.test("no form of output lets anything through that a terminal could act on", () => {
  const entry = fc.oneof(
    fc.constantFrom(...MESSAGES).chain((message) =>
      valuesOf(message, { bytes: 60, elements: 5 }).map((value): Entry => entryOf(message, value))
    ),
    fc.record({ id: fc.nat(255), payload: fc.uint8Array({ maxLength: 90 }) }).map((
      { id, payload },
    ) => entryOfFrame(Uint8Array.of(0, 0, id, payload.length, 0, 0, ...payload))),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.record({ method: fc.string({ unit: "binary" }), params: fc.jsonValue() }).map((json) =>
        JSON.stringify(json)
      ),
    ).map((text) => lineOf(text)),
    fc.string({ unit: "binary" }).map((text) => noteOf("gap", text, { text })),
  );
  fc.assert(
    fc.property(entry, (entry) => {
      for (const text of [formatLine(entry), formatJson(entry)]) {
        ok(!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text), text);
      }
      ok(!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(formatFields(entry).replaceAll("\n", "")));
      JSON.parse(formatJson(entry));
    }),
    { numRuns: 500 },
  );
});
