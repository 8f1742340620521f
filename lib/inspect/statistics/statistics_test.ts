import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type { Entry, NoteEntry } from "../entry.ts";
import { Understanding } from "../understanding.ts";
import {
  DeclarationTape,
  MIN_NTIME,
  MiningTape,
  TARGET,
  TemplateTape,
} from "../../../tests/support/protocol_tapes.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import { workOfTarget } from "../../pow/target.ts";
import { reportText } from "./render.ts";
import type { Report } from "./statistics.ts";

function report(entries: readonly Entry[]): Report {
  const understanding = new Understanding({ statistics: true });
  for (const entry of entries) understanding.see(entry);
  const report = understanding.report();
  ok(report);
  return report;
}

/** A miner's connection, half a minute of it. */
function mining(): MiningTape {
  const tape = MiningTape.mining();
  for (let i = 0; i < 5; i++) tape.wait(6).share({ nonce: i });
  return tape.accept({ newSubmitsAcceptedCount: 5 }).share({ nonce: 9 }).reject("stale-share");
}

Deno.test("messages and bytes are counted by type and direction, headers included", () => {
  const { traffic, entries, connections } = report(mining().entries);
  const of = (type: string) => traffic.find((row) => row.type === type);
  deepStrictEqual(of("SubmitShares.Success"), {
    type: "SubmitShares.Success",
    up: { messages: 0, bytes: 0 },
    down: { messages: 1, bytes: 26 },
  });
  strictEqual(of("SubmitSharesExtended")?.up.messages, 6);
  deepStrictEqual([entries, connections], [16, 1]);
  const both = report([...mining().entries, ...TemplateTape.templates().template().tip().entries]);
  ok(both.traffic.some(({ type }) => type === "SetNewPrevHash (template)"));
});

Deno.test("lines of Stratum V1 are counted by method", () => {
  const tape = new MiningTape().line("up", { id: 1, method: "mining.subscribe", params: [] })
    .line("down", { id: 1, result: true }).line("up", { method: "\x1b[31m" });
  deepStrictEqual(report(tape.entries).traffic.map(({ type }) => type).sort(), [
    "v1 answer",
    "v1 mining.subscribe",
  ]);
});

Deno.test("shares, acknowledgements, refusals and the hash rate that they prove", () => {
  const { shares } = report(mining().entries);
  deepStrictEqual([shares.submitted, shares.accepted, shares.rejected], [6, 5, 1]);
  deepStrictEqual(shares.reasons, [{ code: "stale-share", count: 1 }]);
  strictEqual(shares.sharesPerAcknowledgement?.max, 5);
  const [channel] = shares.channels;
  ok(channel);
  deepStrictEqual([channel.connection, channel.channel, channel.user, channel.kind], [
    1,
    2,
    "alice.rig",
    "extended",
  ]);
  ok(Math.abs(channel.seconds - 30) < 0.1 && Math.abs(channel.sharesPerMinute - 10) < 0.1);
  ok(Math.abs(channel.hashRate / (5 * workOfTarget(TARGET) / channel.seconds) - 1) < 1e-9);
});

Deno.test("a share waits until its answer", () => {
  const { shares } = report(mining().entries);
  const waits = shares.submitToAnswer;
  ok(waits);
  deepStrictEqual([waits.count, Math.round(waits.max), Math.round(waits.p50)], [6, 24, 6]);
  ok((shares.submitToRejection?.max ?? 9) < 0.01);
});

Deno.test("stages of a connection are timed from its notes and its messages", () => {
  const tape = MiningTape.mining().share();
  const entries = tape.entries.map((entry): Entry =>
    entry.kind === "note" && entry.code === "handshake-done"
      ? { ...entry, facts: { act_2_us: 400 } } satisfies NoteEntry
      : entry
  );
  const stages = new Map(report(entries).stages.map(({ step, seconds }) => [step, seconds.max]));
  deepStrictEqual([...stages.keys()], [
    "SYN → Act 1",
    "Act 1 → Act 2",
    "Act 2 → SetupConnection",
    "SetupConnection → SetupConnection.Success",
    "SetupConnection.Success → channel asked for",
    "channel asked for → channel open",
    "channel open → first job",
    "first job → first share",
  ]);
  deepStrictEqual([stages.get("SYN → Act 1"), stages.get("Act 1 → Act 2")], [0.0006, 0.0004]);
  const part = report(new MiningTape(connectionOf(1, { isWhole: false })).job().begin().entries);
  deepStrictEqual(part.stages, []);
});

Deno.test("work is timed from the template to the job to its first share", () => {
  const miner = new MiningTape(connectionOf(1)).setup().open();
  const templates = TemplateTape.templates().wait(60).template().tip();
  miner.time = templates.time;
  miner.wait(0.004).job({ minNtime: null }).begin()
    .job({ jobId: 2, minNtime: MIN_NTIME, version: 0x2000_0020 }).wait(2).share({
      jobId: 2,
      nonce: 1,
    });
  const entries = [...miner.entries, ...templates.entries].sort((a, b) => a.time - b.time);
  const { work } = report(entries);
  strictEqual(Math.round((work.templateToJob?.max ?? 0) * 1_000), 6);
  strictEqual(work.templateToJob?.count, 1);
  strictEqual(Math.round(work.jobToFirstShare?.max ?? 0), 2);
  deepStrictEqual([work.templates, work.jobs, work.blocks], [1, 2, 1]);
});

Deno.test("a new block is told to channels one after the other, and who comes later does not count", () => {
  const tapes = [1, 2, 3].map((id) =>
    new MiningTape(connectionOf(id)).setup().open({}, {
      extranoncePrefix: Uint8Array.of(id, 0, 0, 0),
    })
      .job()
  );
  const entries = tapes.flatMap((tape, i) => {
    tape.time = 1_700_000_100_000_000 + i * 20_000;
    return tape.begin().begin().entries;
  });
  const late = new MiningTape(connectionOf(4));
  late.time = 1_700_000_101_000_000;
  entries.push(
    ...late.setup().open({}, { extranoncePrefix: Uint8Array.of(9, 0, 0, 0) }).job().begin().entries,
  );
  const { work } = report(entries.sort((a, b) => a.time - b.time));
  deepStrictEqual([work.blockReceivers?.max, Math.round((work.blockSpread?.max ?? 0) * 1_000)], [
    3,
    40,
  ]);
  // Asking twice changes nothing.
  deepStrictEqual(report(entries).work, work);
});

Deno.test("a report is plain, and reads as tables", () => {
  const full = report([...mining().entries, ...DeclarationTape.declaring().allocate().entries]);
  deepStrictEqual(JSON.parse(JSON.stringify(full)), full);
  const text = reportText(full);
  match(text, /^21 entries on 2 connections in 30/m);
  match(text, /share → answer +6 +6\.\d+ s +24 s/);
  match(text, /^0 templates, 1 job, 1 block$/m);
  match(text, /1 +The job ended with an earlier block/);
  match(text, /1:2 +extended +"alice\.rig" +6 +5 +1/);
  strictEqual(reportText(report([])).split("\n")[0], "0 entries on 0 connections in 0 µs");
});

Deno.test("names of types, codes and users that a capture makes up stay few", () => {
  const tape = MiningTape.mining();
  for (let type = 0; type < 2_000; type++) {
    tape.frame("up", Uint8Array.of(type & 0xff, 0x40 | (type >> 8), 0, 0, 0, 0));
  }
  for (let i = 0; i < 200; i++) tape.share({ nonce: i }).reject(`because ${i}`);
  const { traffic, shares } = report(tape.entries);
  ok(traffic.length <= 513 && shares.reasons.length <= 65);
  strictEqual(shares.reasons.reduce((sum, { count }) => sum + count, 0), 200);
});
