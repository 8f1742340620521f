import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { SetupConnection } from "../../messages/common.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import {
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SubmitSharesError,
  SubmitSharesExtended,
} from "../../messages/mining.ts";
import { MESSAGES } from "../../messages/registry.ts";
import type { Entry, FrameEntry } from "../entry.ts";
import { frameEntry } from "../frame_entry.ts";
import { formatFields } from "../show/fields.ts";
import { formatJson } from "../show/json.ts";
import { Pseudonyms } from "./pseudonyms.ts";
import { Redactor } from "./redact.ts";

const open = {
  requestId: 1,
  userIdentity: "bc1qalice.rig7",
  nominalHashRate: 1e12,
  maxTarget: 255n,
  minExtranonceSize: 8,
};
const share = {
  channelId: 1,
  sequenceNumber: 2,
  jobId: 3,
  nonce: 4,
  ntime: 5,
  version: 6,
  extranonce: Uint8Array.fromHex("deadbeefcafe"),
};

Deno.test("Redactor gives the same thing the same name, wherever it comes", () => {
  const redactor = new Redactor();
  const first = frameIn(redactor.redact(entryOf(OpenExtendedMiningChannel, open)));
  const other = { ...open, userIdentity: "bob" };
  const second = frameIn(redactor.redact(entryOf(OpenExtendedMiningChannel, other)));
  const worker = redactor.redact(
    entryOf(SubmitSharesExtended, share, { tlvs: [userIdentityTlv("bob")] }),
  );
  strictEqual(first.value?.["userIdentity"], "user-1");
  strictEqual(second.value?.["userIdentity"], "user-2");
  strictEqual(first.value?.["maxTarget"], 255n);
  deepStrictEqual(frameIn(worker).tlvs.map(({ value }) => new TextDecoder().decode(value)), [
    "user-2",
  ]);
  strictEqual(first.connection.client.address, "host-1");
  strictEqual(first.connection.server.port, 3_333);
});

Deno.test("Redactor leaves nothing private in any form of output", () => {
  const redactor = new Redactor();
  const entries: Entry[] = [
    entryOf(OpenExtendedMiningChannel, open),
    entryOf(OpenExtendedMiningChannelSuccess, {
      requestId: 1,
      channelId: 1,
      target: 1n,
      extranonceSize: 6,
      extranoncePrefix: Uint8Array.fromHex("deadbeefcafe"),
      groupChannelId: 1,
    }),
    entryOf(SubmitSharesExtended, share, { tlvs: [userIdentityTlv("bc1qalice.rig7")] }),
    entryOf(SubmitSharesError, { channelId: 1, sequenceNumber: 1, errorCode: "no bc1qalice.rig7" }),
    entryOf(SetupConnection, {
      protocol: 0,
      minVersion: 2,
      maxVersion: 2,
      flags: 0,
      endpointHost: "10.0.0.2",
      endpointPort: 3333,
      vendor: "maker",
      hardwareVersion: "",
      firmware: "",
      deviceId: "bc1qalice.rig7",
    }),
    entryOfFrame(Uint8Array.fromHex("34129906000062633171deadbeefcafe".slice(0, 24))),
    entryOfFrame(Uint8Array.of(0, 0, 0x13, 9, 0, 0, ...new TextEncoder().encode("bc1qalice"))),
    lineOf('{"id":1,"method":"mining.authorize","params":["bc1qalice.rig7","bc1qalice"]}'),
    lineOf(
      '{"id":2,"method":"mining.submit","params":["bc1qalice.rig7","1","deadbeefcafe","0","0"]}',
    ),
    lineOf(
      '{"id":3,"result":[[["mining.notify","deadbeefcafe"]],"deadbeefcafe",8],"error":null}',
      "down",
    ),
    lineOf('{"id":4,"result":null,"error":[24,"Unauthorized bc1qalice.rig7",null]}', "down"),
    lineOf(
      '{"id":null,"method":"mining.notify","params":["1","00","deadbeefcafe","deadbeefcafe",[]]}',
      "down",
    ),
    lineOf('{"id":null,"method":"client.reconnect","params":["10.0.0.2",1]}', "down"),
    lineOf(
      '{"id":5,"method":"x.y","params":{"bc1qalice":["bc1qalice",{"a":"10.0.0.2"}]},"z":"bc1qalice"}',
    ),
    lineOf('{"id":{"bc1qalice":1},"method":"mining.subscribe","params":["m/1","deadbeefcafe"]}'),
    lineOf("bc1qalice is no JSON"),
    noteOf("connection-opened", "10.0.0.1:50003 → 10.0.0.2:3333", { whole: true }),
    noteOf("no-keys", `No key for session ${"deadbeefcafe".repeat(5)}`, {
      session: "deadbeefcafe".repeat(5),
    }),
  ];
  for (const entry of entries) {
    const redacted = redactor.redact(entry);
    for (const text of [formatJson(redacted), formatFields(redacted)]) {
      ok(!/bc1qalice|6263317161|10\.0\.0\.|deadbeef|efbeadde|de ad be ef/.test(text), text);
    }
  }
});

Deno.test("Redactor keeps codes, targets, numbers, and what a pool says in words", () => {
  const redactor = new Redactor();
  const refused = { channelId: 1, sequenceNumber: 2, errorCode: "stale-share" };
  deepStrictEqual(frameIn(redactor.redact(entryOf(SubmitSharesError, refused))).value, refused);
  const line = lineOf('{"id":4,"result":null,"error":[21,"Job not found",null]}', "down");
  deepStrictEqual(redactor.redact(line), { ...line, connection: redactor.redact(line).connection });
});

for (const message of MESSAGES) {
  Deno.test(`Redactor encodes ${message.protocol} ${message.name} anew: it decodes to what is told`, () => {
    fc.assert(
      fc.property(
        valuesOf(message, { bytes: 40, elements: 3 }),
        fc.uint8Array({ maxLength: 30 }),
        (value, rest) => {
          const entry = entryOf(message, value);
          const payload = Uint8Array.of(...entry.payload, ...rest);
          const longer = frameEntry(entry, { ...entry, payload });
          const redacted = frameIn(new Redactor().redact(longer));
          const again = frameEntry(redacted, redacted);
          deepStrictEqual(again.error, undefined);
          deepStrictEqual(again.value, redacted.value);
          deepStrictEqual(again.tlvs, redacted.tlvs);
          deepStrictEqual(again.rest, redacted.rest);
        },
      ),
      { numRuns: 20 },
    );
  });
}

Deno.test("Pseudonyms.bytes() keeps the length and tells things apart", () => {
  const pseudonyms = new Pseudonyms();
  const of = (hex: string) => pseudonyms.bytes(Uint8Array.fromHex(hex)).toHex();
  deepStrictEqual(["aabbcc", "aabbcd", "aa", "aabbcc", ""].map(of), [
    "000001",
    "000002",
    "01",
    "000001",
    "",
  ]);
});

function frameIn(entry: Entry): FrameEntry {
  if (entry.kind !== "frame") throw new Error("no frame");
  return entry;
}
