import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { valuesOf } from "../../../tests/support/arbitrary.ts";
import { entryOf, entryOfFrame, lineOf, noteOf } from "../../../tests/support/entries.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import {
  NewExtendedMiningJob,
  SetGroupChannel,
  SetTarget,
  SubmitSharesExtended,
} from "../../messages/mining.ts";
import { MESSAGES } from "../../messages/registry.ts";
import type { Entry } from "../entry.ts";
import { align, MOST_ALIGNED } from "./align.ts";
import { diff, diffEntries } from "./diff.ts";
import { formatDiff } from "./diff_text.ts";

const target = (channelId: number, maximumTarget = 255n) =>
  entryOf(SetTarget, { channelId, maximumTarget });
const group = (...channelIds: number[]) =>
  entryOf(SetGroupChannel, { groupChannelId: 1, channelIds });
const job = (coinbaseTxPrefix: Uint8Array) =>
  entryOf(NewExtendedMiningJob, {
    channelId: 1,
    jobId: 1,
    minNtime: null,
    version: 1,
    versionRollingAllowed: true,
    merklePath: [],
    coinbaseTxPrefix,
    coinbaseTxSuffix: new Uint8Array(),
  });

Deno.test("diff() tells fields that differ, as they are shown", () => {
  deepStrictEqual(diff(target(1), target(1)), []);
  deepStrictEqual(diff(target(1), target(2)), [{ path: "channel_id", a: "1", b: "2" }]);
  deepStrictEqual(diff(group(1, 2), group(1, 3, 4)), [
    { path: "channel_ids", a: "2 elements", b: "3 elements" },
    { path: "channel_ids[1]", a: "2", b: "3" },
    { path: "channel_ids[2]", a: undefined, b: "4" },
  ]);
  deepStrictEqual(diff(target(1), target(2), new Set(["channel_id"])), []);
});

Deno.test("diff() of different messages tells their types, and what they have in common", () => {
  deepStrictEqual(diff(target(1), group(2)).map(({ path }) => path), [
    "type",
    "channel bit",
    "channel_id",
    "maximum_target",
    "group_channel_id",
    "channel_ids",
    "channel_ids[0]",
  ]);
});

Deno.test("diff() of long bytes tells the place where they differ", () => {
  const [a, b] = [new Uint8Array(100), new Uint8Array(100)];
  b[50] = 0xff;
  deepStrictEqual(diff(job(a), job(b)), [{
    path: "coinbase_tx_prefix",
    a: "…000000000000000000000000…",
    b: "…00000000ff00000000000000…",
  }]);
});

Deno.test("diff() tells TLVs, bytes behind them, and payloads that do not decode", () => {
  const share = {
    channelId: 1,
    sequenceNumber: 2,
    jobId: 3,
    nonce: 4,
    ntime: 5,
    version: 6,
    extranonce: new Uint8Array(),
  };
  const with1 = entryOf(SubmitSharesExtended, share, { tlvs: [userIdentityTlv("w1")] });
  const with2 = entryOf(SubmitSharesExtended, share, { tlvs: [userIdentityTlv("w2")] });
  deepStrictEqual(diff(with1, with2), [
    { path: "tlv[0]", a: 'user_identity="w1"', b: 'user_identity="w2"' },
  ]);
  const broken = entryOfFrame(Uint8Array.of(0, 128, 33, 1, 0, 0, 9));
  deepStrictEqual(diff(broken, target(1)).map(({ path }) => path), [
    "payload",
    "channel_id",
    "maximum_target",
  ]);
});

Deno.test("diff() of lines of Stratum V1 tells members and elements", () => {
  const a = lineOf('{"id":1,"method":"mining.submit","params":["bob","7"]}');
  const b = lineOf('{"id":2,"method":"mining.submit","params":["bob","\\u001b"]}');
  deepStrictEqual(
    diff(a, b),
    [
      { path: "id", a: "1", b: "2" },
      { path: "params[1]", a: '"7"', b: '"\\u001b"' },
    ],
  );
});

for (const message of MESSAGES) {
  Deno.test(`diff() of ${message.protocol} ${message.name} is empty where payloads are equal, and only there`, () => {
    const values = valuesOf(message, { bytes: 30, elements: 3 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [first, second] = [entryOf(message, a), entryOf(message, b)];
        // What is no number differs in bytes that mean the same.
        if (JSON.stringify(a, plain) === JSON.stringify(b, plain)) return;
        const isSame = first.payload.toHex() === second.payload.toHex();
        strictEqual(diff(first, second).length === 0, isSame);
      }),
      { numRuns: 25 },
    );
  });
}

Deno.test("diffEntries() sets messages of a name side by side, and leaves out notes and what is equal", () => {
  const as: Entry[] = [noteOf("gap", "1"), target(1), group(1), target(2)];
  const bs: Entry[] = [target(1), target(3), noteOf("gap", "2"), job(new Uint8Array())];
  const compared = diffEntries(as, bs) ?? [];
  deepStrictEqual(compared.map(({ a, b, differences }) => [a?.kind, b?.kind, differences.length]), [
    ["frame", undefined, 0],
    ["frame", "frame", 1],
    [undefined, "frame", 0],
  ]);
  deepStrictEqual(compared.map((each) => formatDiff(each).split("\n")), [
    ["- 16:00:00.123 #12 3< SetGroupChannel group_channel_id=1 channel_ids=[1]"],
    ["  #12 → #12 SetTarget", "    channel_id: 2 → 3"],
    [
      "+ 16:00:00.123 #12 3< NewExtendedMiningJob channel_id=1 job_id=1 min_ntime=none " +
      "version=0x00000001 version_rolling_allowed=true merkle_path=empty " +
      "coinbase_tx_prefix=empty coinbase_tx_suffix=empty",
    ],
  ]);
});

Deno.test("align() keeps both orders, pairs only what has one name, and pairs the most there can be", () => {
  const list = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 9 });
  fc.assert(fc.property(list, list, (as, bs) => {
    const pairs = align(as, bs, (item) => item) ?? [];
    deepStrictEqual(pairs.flatMap(({ a }) => a ?? []), as);
    deepStrictEqual(pairs.flatMap(({ b }) => b ?? []), bs);
    const both = pairs.filter(({ a, b }) => a !== undefined && b !== undefined);
    ok(both.every(({ a, b }) => a === b));
    strictEqual(both.length, common(as, bs));
  }));
});

Deno.test("align() takes long lists whose ends are alike, and no others", () => {
  const long = Array.from({ length: 3 * MOST_ALIGNED }, () => "a");
  strictEqual(
    align(long, [...long.slice(1, -1), "b", "a"], (item) => item)?.length,
    3 * MOST_ALIGNED + 1,
  );
  strictEqual(align(long, long.map(() => "b"), (item) => item), undefined);
});

/** Length of the longest common subsequence, the slow way. */
function common(as: readonly string[], bs: readonly string[]): number {
  const [a, ...restA] = as;
  const [b, ...restB] = bs;
  if (a === undefined || b === undefined) return 0;
  if (a === b) return 1 + common(restA, restB);
  return Math.max(common(restA, bs), common(as, restB));
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? value.toHex() : value;
}
