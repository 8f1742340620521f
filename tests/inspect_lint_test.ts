/** Lint on recordings of our own roles: silent on what they say, and on parts of it; not on faults. */

import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { concatBytes } from "../lib/bitcoin/bytes.ts";
import type { Connection } from "../lib/capture/capture.ts";
import type { Fields, Message, Values } from "../lib/codec/message.ts";
import type { Tlv } from "../lib/codec/tlv.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import { FRAME_HEADER_SIZE } from "../lib/frame/header.ts";
import type { Entry, FrameEntry } from "../lib/inspect/entry.ts";
import { frameEntry } from "../lib/inspect/frame_entry.ts";
import { valueIn } from "../lib/inspect/understand/read.ts";
import { Understanding } from "../lib/inspect/understanding.ts";
import { SetupConnection } from "../lib/messages/common.ts";
import { userIdentityTlv } from "../lib/messages/extensions.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash as TemplateTip,
  SubmitSolution,
} from "../lib/messages/template.ts";
import { bytesFromTarget, targetFromBytes } from "../lib/pow/target.ts";
import { findingsIn } from "./support/lint_cases.ts";
import { recordChain, recordPool } from "./support/recordings.ts";

const chain = await recordChain();
const pool = await recordPool();

for (const [name, entries] of [["a whole farm", chain], ["a pool", pool]] as const) {
  Deno.test(`lint finds nothing in what our roles say: ${name}`, () => {
    deepStrictEqual(findingsIn(entries).map(({ id, text }) => `${id}: ${text}`), []);
    const shares = entries.filter((entry) =>
      valueIn(entry, SubmitSharesExtended) ?? valueIn(entry, SubmitSharesStandard)
    );
    ok(shares.length >= 8 && entries.length >= 90, `${shares.length} of ${entries.length}`);
  });

  Deno.test(`lint finds nothing where the beginning is missing: ${name}`, () => {
    for (let from = 1; from < entries.length; from++) {
      deepStrictEqual(startingAt(entries, from), []);
    }
  });

  Deno.test(`lint finds nothing where something in between is missing: ${name}`, () => {
    const place = fc.integer({ min: 0, max: entries.length - 1 });
    const length = fc.integer({ min: 1, max: 60 });
    // Of all connections, or of one; of both directions, or of one.
    const which = fc.option(fc.integer({ min: 1, max: 5 }));
    const way = fc.option(fc.constantFrom("up", "down"));
    fc.assert(
      fc.property(place, length, which, way, (from, length, which, way) => {
        const isMissing = (entry: Entry, i: number): boolean =>
          i >= from && i < from + length && entry.kind !== "note" &&
          (which === null || entry.connection.id === which) &&
          (way === null || entry.direction === way);
        const left = entries.map((entry, i) => isMissing(entry, i) ? gapIn(entry) : entry);
        deepStrictEqual(findingsIn(left).map(({ id, text }) => `${id}: ${text}`), []);
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`shares of a recording are worked out to what the server said: ${name}`, () => {
    const understanding = new Understanding({ derive: true });
    let shares = 0;
    for (const entry of entries) {
      const { derived } = understanding.see(entry);
      const meets = derived.find((value) => value.name === "meets_target");
      if (meets === undefined) continue;
      shares++;
      deepStrictEqual(meets.value, true);
    }
    ok(shares >= 8, `${shares}`);
  });
}

/** A fault, planted in a recording. */
interface Planted {
  readonly name: string;
  readonly rule: string;
  readonly by: "client" | "server";
  readonly plant: () => Entry[];
}

const PLANTED: readonly Planted[] = [
  {
    name: "an acknowledgement is lost",
    rule: "MIN-59",
    by: "server",
    // The shares of the next one are fewer than those that wait, or more.
    plant: () =>
      changed(pool, SubmitSharesSuccess, 2, ({ newSubmitsAcceptedCount: count }) => ({
        newSubmitsAcceptedCount: count + 1,
      })),
  },
  {
    name: "shares stay without an answer",
    rule: "MIN-60",
    by: "server",
    plant: () => without(pool, SubmitSharesSuccess, 3),
  },
  {
    name: "an acknowledgement names a share that was never sent",
    rule: "MIN-58",
    by: "server",
    plant: () =>
      changed(pool, SubmitSharesSuccess, 1, ({ lastSequenceNumber }) => ({
        lastSequenceNumber: lastSequenceNumber + 1_000,
      })),
  },
  {
    name: "two miners get one extranonce",
    rule: "MIN-7",
    by: "server",
    plant: () => {
      const [first] = values(pool, OpenExtendedMiningChannelSuccess);
      return changed(pool, OpenExtendedMiningChannelSuccess, 1, () => ({
        extranoncePrefix: first?.extranoncePrefix ?? new Uint8Array(),
      }));
    },
  },
  {
    name: "a miner rolls a version bit that it must not",
    rule: "MIN-44",
    by: "client",
    plant: () =>
      changed(pool, SubmitSharesExtended, 9, ({ version }) => ({ version: version ^ 1 })),
  },
  {
    name: "a share is for a job that comes later",
    rule: "MIN-63",
    by: "client",
    plant: () => changed(pool, SubmitSharesExtended, 3, ({ jobId }) => ({ jobId: jobId + 50 })),
  },
  {
    name: "a target is sent the wrong way round",
    rule: "TYPE-5",
    by: "server",
    plant: () =>
      changed(pool, OpenExtendedMiningChannelSuccess, 2, ({ target }) => ({
        target: targetFromBytes(bytesFromTarget(target).reverse()),
      })),
  },
  {
    name: "a new block begins a job that nobody has",
    rule: "MIN-37",
    by: "server",
    plant: () => changed(pool, SetNewPrevHash, 5, ({ jobId }) => ({ jobId: jobId + 70 })),
  },
  {
    name: "a template has an older number",
    rule: "TDP-12",
    by: "server",
    plant: () => {
      const [first] = values(chain, NewTemplate);
      return changed(chain, NewTemplate, 3, () => ({ templateId: first?.templateId ?? 0n }));
    },
  },
  {
    name: "an extranonce is too short",
    rule: "MIN-55",
    by: "client",
    plant: () =>
      changed(pool, SubmitSharesExtended, 4, ({ extranonce }) => ({
        extranonce: extranonce.subarray(1),
      })),
  },
  {
    name: "a share is accepted that does not meet its target",
    rule: "MIN-48",
    by: "server",
    plant: () => changed(pool, SubmitSharesStandard, 6, ({ nonce }) => ({ nonce: nonce ^ 1 })),
  },
  {
    name: "a share has a time before its block",
    rule: "MIN-51",
    by: "client",
    plant: () => changed(pool, SubmitSharesStandard, 2, () => ({ ntime: 1_600_000_000 })),
  },
  {
    name: "a share is sent and accepted twice",
    rule: "MIN-62",
    by: "server",
    plant: () => {
      const [, , third] = values(chain, SubmitSharesStandard);
      return changed(chain, SubmitSharesStandard, 3, ({ sequenceNumber }) => ({
        ...third,
        sequenceNumber,
      }));
    },
  },
  {
    name: "the channel bit is missing",
    rule: "FRAME-10",
    by: "server",
    plant: () => mapped(pool, SetNewPrevHash, 1, (entry) => ({ ...entry, channelMsg: false })),
  },
  {
    name: "a client sets up its connection again",
    rule: "CONN-15",
    by: "client",
    plant: () => {
      const setup = pool.find((entry) => valueIn(entry, SetupConnection) !== undefined);
      const at = pool.findIndex((entry) =>
        entry.connection === setup?.connection && valueIn(entry, NewTemplate) !== undefined
      );
      return numbered([...pool.slice(0, at), setup ?? [], ...pool.slice(at)].flat());
    },
  },
  {
    name: "a coinbase has its witness",
    rule: "B141-2",
    by: "server",
    plant: () =>
      changed(pool, NewExtendedMiningJob, 0, (job) => ({
        coinbaseTxPrefix: concatBytes(
          job.coinbaseTxPrefix.subarray(0, 4),
          Uint8Array.of(0, 1),
          job.coinbaseTxPrefix.subarray(4),
        ),
        coinbaseTxSuffix: concatBytes(
          job.coinbaseTxSuffix.subarray(0, -4),
          Uint8Array.of(1, 32),
          new Uint8Array(32),
          job.coinbaseTxSuffix.subarray(-4),
        ),
      })),
  },
  {
    name: "a share names its worker though nobody agreed to that",
    rule: "EXT-27",
    by: "client",
    plant: () =>
      mapped(pool, SubmitSharesExtended, 0, (entry) => entry, userIdentityTlv("rig"))
        .map((entry) => entry.connection.id === 2 ? unagreed(entry) : entry),
  },
  {
    name: "templates are sent to one who has not said what room it needs",
    rule: "TDP-1",
    by: "server",
    plant: () => without(chain, CoinbaseOutputConstraints, 0),
  },
  {
    name: "a new block comes without a template for it",
    rule: "TDP-19",
    by: "server",
    plant: () => {
      const at = index(chain, TemplateTip, 2);
      const before = chain.slice(0, at).findLastIndex((entry) =>
        valueIn(entry, NewTemplate)?.futureTemplate === true
      );
      return numbered(chain.filter((_, i) => i !== before));
    },
  },
  {
    name: "a solution has no witness in its coinbase",
    rule: "B141-5",
    by: "client",
    plant: () =>
      changed(chain, SubmitSolution, 0, ({ coinbaseTx }) => ({
        coinbaseTx: concatBytes(
          coinbaseTx.subarray(0, 4),
          coinbaseTx.subarray(6, -38),
          coinbaseTx.subarray(-4),
        ),
      })),
  },
];

for (const { name, rule, by, plant } of PLANTED) {
  Deno.test(`lint finds a planted fault, ${rule}: ${name}`, () => {
    const findings = findingsIn(plant());
    const found = findings.find(({ id }) => id === rule);
    ok(found, JSON.stringify(findings.map(({ id, text }) => `${id}: ${text}`)));
    deepStrictEqual(found.by, by);
  });
}

/** What lint finds where connections that began before `from` are seen only from there on. */
function startingAt(entries: readonly Entry[], from: number): string[] {
  const begun = new Set(entries.slice(0, from).map(({ connection }) => connection.id));
  const parts = new Map<number, Connection>();
  const left = entries.slice(from).map((entry): Entry => {
    const { connection } = entry;
    const part = parts.get(connection.id) ??
      { ...connection, isWhole: connection.isWhole && !begun.has(connection.id) };
    parts.set(connection.id, part);
    return { ...entry, connection: part };
  });
  return findingsIn(left).map(({ id, text }) => `from ${from}: ${id}: ${text}`);
}

/** The note that an entry is missing. */
function gapIn({ number, time, connection }: Entry): Entry {
  const text = "something is missing";
  return { kind: "note", number, time, connection, direction: "up", code: "gap", text, facts: {} };
}

/** Without what only an agreement on extensions explains. */
function unagreed(entry: Entry): Entry {
  return entry.kind === "frame" && entry.extensionType === 1
    ? { ...entry, kind: "note", code: "connection-idle", text: "", facts: {} }
    : entry;
}

function index<F extends Fields>(
  entries: readonly Entry[],
  message: Message<F>,
  which: number,
): number {
  const all = entries.flatMap((entry, i) => valueIn(entry, message) === undefined ? [] : [i]);
  const at = all[which];
  ok(at !== undefined, `${message.name} is there ${all.length} times`);
  return at;
}

function values<F extends Fields>(entries: readonly Entry[], message: Message<F>): Values<F>[] {
  return entries.map((entry) => valueIn(entry, message)).filter((value) => value !== undefined);
}

/** The recording without one of its messages. */
function without<F extends Fields>(
  entries: readonly Entry[],
  message: Message<F>,
  which: number,
): Entry[] {
  return numbered(entries.toSpliced(index(entries, message, which), 1));
}

/** The recording with another value in one of its messages. */
function changed<F extends Fields>(
  entries: readonly Entry[],
  message: Message<F>,
  which: number,
  change: (value: Values<F>) => Partial<Values<F>>,
): Entry[] {
  const at = index(entries, message, which);
  const entry = entries[at];
  const value = entry && valueIn(entry, message);
  if (entry?.kind !== "frame" || value === undefined) throw new Error("cannot happen");
  return entries.with(at, again(entry, message, { ...value, ...change(value) }));
}

/** The recording with one of its entries changed. */
function mapped<F extends Fields>(
  entries: readonly Entry[],
  message: Message<F>,
  which: number,
  change: (entry: FrameEntry) => FrameEntry,
  ...tlvs: Tlv[]
): Entry[] {
  const at = index(entries, message, which);
  const entry = entries[at];
  const value = entry && valueIn(entry, message);
  if (entry?.kind !== "frame" || value === undefined) throw new Error("cannot happen");
  return entries.with(at, change(again(entry, message, value, tlvs)));
}

function again<F extends Fields>(
  entry: FrameEntry,
  message: Message<F>,
  value: Values<F>,
  tlvs: readonly Tlv[] = [],
): FrameEntry {
  const payload = encodeFrame(message, value, tlvs).subarray(FRAME_HEADER_SIZE);
  const { extensionType, channelMsg, msgType } = entry;
  return frameEntry(entry, { extensionType, channelMsg, msgType, payload });
}

function numbered(entries: readonly Entry[]): Entry[] {
  return entries.map((entry, i) => ({ ...entry, number: i + 1 }));
}
