import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { valuesOf } from "../../tests/support/arbitrary.ts";
import type { Fields, Message } from "../codec/message.ts";
import { NewExtendedMiningJob, SubmitSharesExtended } from "../messages/mining.ts";
import { userIdentityTlv } from "../messages/extensions.ts";
import { MESSAGES } from "../messages/registry.ts";
import { encodeTlv } from "../codec/tlv.ts";
import { explain } from "./explain.ts";

const JOB = NewExtendedMiningJob as Message<Fields>;
const SHARE = SubmitSharesExtended as Message<Fields>;

const job = JOB.encode({
  channelId: 1,
  jobId: 2,
  minNtime: 3,
  version: 4,
  versionRollingAllowed: true,
  merklePath: [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)],
  coinbaseTxPrefix: Uint8Array.of(9),
  coinbaseTxSuffix: new Uint8Array(),
});

Deno.test("explain() tells each field and element, its bytes, type and unit", () => {
  const { lines, error } = explain(JOB, job);
  strictEqual(error, undefined);
  deepStrictEqual(
    lines.map(({ path, start, end, wire, unit }) => [path, start, end, wire, unit]),
    [
      ["channel_id", 0, 4, "U32", undefined],
      ["job_id", 4, 8, "U32", undefined],
      ["min_ntime", 8, 13, "OPTION[U32]", "Unix s"],
      ["version", 13, 17, "U32", undefined],
      ["version_rolling_allowed", 17, 18, "BOOL", undefined],
      ["merkle_path", 18, 83, "SEQ0_255[U256]", undefined],
      ["merkle_path[0]", 19, 51, "U256", undefined],
      ["merkle_path[1]", 51, 83, "U256", undefined],
      ["coinbase_tx_prefix", 83, 86, "B0_64K", undefined],
      ["coinbase_tx_suffix", 86, 88, "B0_64K", undefined],
    ],
  );
  deepStrictEqual(lines[7]?.value, new Uint8Array(32).fill(8));
  strictEqual(lines[2]?.value, 3);
});

Deno.test("explain() of a cut payload tells what came before and which element failed", () => {
  const { lines, error } = explain(JOB, job.subarray(0, 60));
  deepStrictEqual(lines.at(-1)?.path, "version_rolling_allowed");
  strictEqual(error?.code, "truncated");
  strictEqual(error.path, "NewExtendedMiningJob.merkle_path");
  strictEqual(error.offset, 19);
  const inElement = explain(JOB, Uint8Array.of(...job.subarray(0, 84), 0xff, 0xff));
  strictEqual(inElement.error?.path, "NewExtendedMiningJob.coinbase_tx_prefix");
  deepStrictEqual(inElement.lines.at(-1)?.path, "merkle_path[1]");
});

Deno.test("explain() tells TLVs it knows and does not know, then bytes that mean nothing", () => {
  const share = SHARE.encode({
    channelId: 1,
    sequenceNumber: 2,
    jobId: 3,
    nonce: 4,
    ntime: 5,
    version: 6,
    extranonce: Uint8Array.of(7),
  });
  const known = encodeTlv(userIdentityTlv("w1"));
  const unknown = encodeTlv({ extensionType: 0x4abc, fieldType: 3, value: new Uint8Array() });
  const { lines } = explain(SHARE, Uint8Array.of(...share, ...known, ...unknown, 1, 2, 3));
  deepStrictEqual(lines.slice(7).map(({ path, start, end, doc }) => [path, start, end, doc]), [
    ["tlv[0]", 26, 33, "user_identity: Name of the worker that found the share"],
    ["tlv[1]", 33, 38, "Field 3 of extension 0x4abc"],
    ["rest", 38, 41, "To be ignored"],
  ]);
});

for (const message of MESSAGES) {
  Deno.test(`explain() of ${message.protocol} ${message.name} accounts for every byte once`, () => {
    fc.assert(
      fc.property(
        valuesOf(message, { bytes: 40, elements: 4 }),
        fc.uint8Array({ maxLength: 30 }),
        (value, more) => {
          const payload = Uint8Array.of(...message.encode(value), ...more);
          const { lines } = explain(message, payload);
          const whole = lines.filter(({ path }) => !path.endsWith("]") || path.startsWith("tlv["));
          const edges = whole.flatMap(({ start, end }) => [start, end]);
          deepStrictEqual([0, ...edges.filter((_, i) => i % 2 === 1)], [
            ...edges.filter((_, i) => i % 2 === 0),
            payload.length,
          ]);
        },
      ),
      { numRuns: 25 },
    );
  });
}

Deno.test("explain() of any bytes as any message throws nothing and errs past its lines", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MESSAGES),
      fc.uint8Array({ maxLength: 300, size: "max" }),
      (message, garbage) => {
        const { lines, error } = explain(message, garbage);
        const end = Math.max(0, ...lines.map((line) => line.end));
        if (error === undefined) strictEqual(end, garbage.length);
        else strictEqual(end <= error.offset && error.offset <= garbage.length, true);
      },
    ),
    { numRuns: 1000 },
  );
});
