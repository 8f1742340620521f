import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import { OpenStandardMiningChannel, SubmitSharesExtended } from "../../messages/mining.ts";
import { MESSAGES } from "../../messages/registry.ts";
import { SetNewPrevHash } from "../../messages/template.ts";
import { decodeByHand } from "../by_hand/decode.ts";
import { encodeByHand } from "../by_hand/encode.ts";
import { namingOf } from "../by_hand/message_named.ts";
import { formatJson } from "./json.ts";

const common = {
  v: 1,
  n: 12,
  t: 1_764_000_000.123456,
  conn: 3,
  client: "10.0.0.1:50003",
  server: "10.0.0.2:3333",
};

Deno.test("formatJson() has every key of the schema, in this order, and numbers that can be added", () => {
  const entry = entryOf(SubmitSharesExtended, {
    channelId: 7,
    sequenceNumber: 2,
    jobId: 3,
    nonce: 4,
    ntime: 5,
    version: 6,
    extranonce: Uint8Array.of(7, 8),
  }, { tlvs: [userIdentityTlv("w1")] });
  const raw =
    `00801b2200000700000002000000030000000400000005000000060000000207080200010200${"7731"}`;
  strictEqual(
    formatJson(entry),
    '{"v":1,"n":12,"t":1764000000.123456,"conn":3,"client":"10.0.0.1:50003",' +
      '"server":"10.0.0.2:3333","dir":"up","kind":"sv2","name":"SubmitSharesExtended","ext":0,' +
      '"type":27,"channel":7,"fields":{"channel_id":7,"sequence_number":2,"job_id":3,"nonce":4,' +
      '"ntime":5,"version":6,"extranonce":"0708"},"tlvs":[{"ext":2,"type":1,"name":"user_identity",' +
      `"value":"7731","text":"w1"}],"rest":"","raw":"${raw}","error":null}`,
  );
});

Deno.test("formatJson() writes wide numbers and bytes as texts, and what is absent as null", () => {
  const tip = JSON.parse(formatJson(entryOf(SetNewPrevHash, {
    templateId: (1n << 64n) - 1n,
    prevHash: Uint8Array.from({ length: 32 }, (_, i) => i),
    headerTimestamp: 1,
    nBits: 2,
    target: 255n,
  })));
  deepStrictEqual(tip.fields, {
    template_id: "18446744073709551615",
    prev_hash: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    header_timestamp: 1,
    nBits: 2,
    target: "ff".padStart(64, "0"),
  });
  const open = JSON.parse(formatJson(entryOf(OpenStandardMiningChannel, {
    requestId: 1,
    userIdentity: "\udcff",
    nominalHashRate: NaN,
    maxTarget: 0n,
  })));
  strictEqual(open.fields.nominal_hash_rate, "NaN");
  strictEqual(open.fields.user_identity, "\udcff");
  strictEqual(open.channel, null);
});

Deno.test("formatJson() tells errors with the bytes around them, unknown messages, lines and notes", () => {
  const broken = JSON.parse(
    formatJson(entryOfFrame(Uint8Array.of(0, 128, 33, 5, 0, 0, 1, 0, 0, 0, 5))),
  );
  deepStrictEqual(broken.error, {
    code: "truncated",
    path: "SetTarget.maximum_target",
    offset: 4,
    around: "0100000005",
  });
  deepStrictEqual([broken.fields, broken.channel, broken.name], [null, 1, "SetTarget"]);
  const unknown = JSON.parse(formatJson(entryOfFrame(Uint8Array.of(9, 0, 33, 1, 0, 0, 1))));
  deepStrictEqual([unknown.ext, unknown.type, unknown.name, unknown.raw], [
    9,
    33,
    null,
    "09002101000001",
  ]);
  const text = '{"id":1,"method":"mining.submit","params":["\u2028"]}';
  deepStrictEqual(JSON.parse(formatJson(lineOf(text))), {
    ...common,
    dir: "up",
    kind: "sv1",
    name: "mining.submit",
    text,
    json: JSON.parse(text),
  });
  deepStrictEqual(JSON.parse(formatJson(noteOf("gap", "x", { bytes: 3 }))), {
    ...common,
    dir: null,
    kind: "note",
    name: "gap",
    text: "x",
    facts: { bytes: 3 },
  });
});

for (const message of MESSAGES) {
  Deno.test(`formatJson() of ${message.protocol} ${message.name} is enough to make the frame anew`, () => {
    fc.assert(
      fc.property(valuesOf(message, { bytes: 40, elements: 3 }), (value) => {
        const entry = entryOf(message, value);
        const { raw, fields } = JSON.parse(formatJson(entry));
        deepStrictEqual(decodeByHand(raw)[0]?.value, entry.value);
        // A text that is no UTF-8 cannot be typed.
        if (!Object.values(fields).every(isTypeable)) return;
        const assignments = Object.entries(fields).map(([name, value]) => {
          const list = Array.isArray(value)
            ? value.map((each) => each === "" ? "empty" : each)
            : value;
          return `${name}=${list === null ? "none" : String(list)}`;
        });
        strictEqual(encodeByHand(namingOf(message), assignments).toHex(), raw);
      }),
      { numRuns: 25 },
    );
  });
}

function isTypeable(value: unknown): boolean {
  return typeof value !== "string" || value.isWellFormed();
}
