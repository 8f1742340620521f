import { deepStrictEqual } from "node:assert";
import { SetCustomMiningJobSuccess, SetExtranoncePrefix } from "../../messages/mining.ts";
import { targetOfDifficulty } from "../../pow/target.ts";
import { findingsIn, testCases } from "../../../tests/support/lint_cases.ts";
import { MIN_NTIME, MiningTape, TARGET } from "../../../tests/support/protocol_tapes.ts";
import { ANSWER_RULES } from "./answers.ts";

const mining = () => MiningTape.mining();

/** Shares that nothing is said to. */
function silent(shares: number): MiningTape {
  const tape = mining();
  for (let i = 0; i < shares; i++) tape.wait(1).share({ nonce: i });
  return tape;
}

testCases(ANSWER_RULES, [
  {
    rule: "MIN-60",
    by: "server",
    name: "a hundred shares, and no answer",
    clean: () => silent(100),
    broken: () => silent(101),
  },
  {
    rule: "MIN-60",
    by: "server",
    name: "one of two shares is passed over",
    clean: () => mining().share().share().accept({ newSubmitsAcceptedCount: 2 }),
    broken: () => mining().share().share().accept({ newSubmitsAcceptedCount: 1 }),
  },
  {
    rule: "MIN-58",
    by: "server",
    name: "a number that no share has",
    clean: () => mining().share().share().accept({ lastSequenceNumber: 1 }),
    broken: () => mining().share().share().accept({ lastSequenceNumber: 3 }),
  },
  {
    rule: "MIN-58",
    by: "server",
    name: "a share is accepted twice",
    clean: () => mining().share().accept(),
    broken: () => mining().share().accept().accept(),
  },
  {
    rule: "MIN-58",
    by: "server",
    name: "a number that was refused is fine, an older one is not",
    clean: () =>
      mining().share().share({ good: false }).reject("difficulty-too-low")
        .accept({ newSubmitsAcceptedCount: 1 }),
    broken: () =>
      mining().share().accept().share().reject("stale-share").accept({ lastSequenceNumber: 1 }),
  },
  {
    rule: "MIN-59",
    by: "server",
    name: "more shares than there were",
    clean: () => mining().share().accept({ newSubmitsAcceptedCount: 1 }),
    broken: () => mining().share().accept({ newSubmitsAcceptedCount: 2 }),
  },
  {
    rule: "MIN-59",
    by: "server",
    name: "a sum that is not that of the batch",
    clean: () => hard().share({ nonce: 1 }).reject("difficulty-too-low"),
    broken: () => hard().share({ nonce: 1 }).accept({ newSharesSum: 2_000n }),
    // The share is as bad as the sum.
    also: ["MIN-48"],
  },
  {
    rule: "MIN-48",
    by: "server",
    name: "a share above its target is accepted",
    clean: () => mining().share({ good: true }).accept(),
    broken: () => mining().share({ good: false }).accept(),
  },
  {
    rule: "MIN-48",
    by: "server",
    name: "a share that meets its target is refused for it",
    clean: () => mining().share({ good: false }).reject("difficulty-too-low"),
    broken: () => mining().share({ good: true }).reject("difficulty-too-low"),
  },
  {
    rule: "MIN-62",
    by: "server",
    name: "a duplicate is accepted",
    clean: () => twice().reject("duplicate-share"),
    broken: () => twice().accept({ newSharesSum: 0n }),
  },
  {
    rule: "MIN-60",
    by: "server",
    name: "a share is refused that was accepted",
    clean: () => mining().share().reject("stale-share"),
    broken: () => mining().share().accept().reject("stale-share"),
  },
]);

/** A channel of difficulty 1000. */
function hard(): MiningTape {
  const target = targetOfDifficulty(1_000);
  return new MiningTape().setup().open({ nominalHashRate: 0 }, { target }).job().begin();
}

/** The same share with two numbers, of which the first was accepted. */
function twice(): MiningTape {
  const tape = mining().share();
  const [last] = tape.entries.slice(-1);
  const nonce = last?.kind === "frame" ? Number(last.value?.["nonce"]) : 0;
  return tape.accept().share({ nonce });
}

Deno.test("a share counts with the target that its job began with, and the prefix it was sent with", () => {
  const tape = mining()
    // Does not apply to job 1, which is active.
    .target(TARGET >> 200n)
    .down(SetExtranoncePrefix, { channelId: 2, extranoncePrefix: Uint8Array.of(8, 8, 8, 8) })
    .share().accept();
  deepStrictEqual(findingsIn(tape.entries), []);
  const later = mining().target(TARGET >> 200n).job({ jobId: 2, minNtime: MIN_NTIME })
    .share({ jobId: 2 }).accept();
  deepStrictEqual(findingsIn(later.entries).map(({ id }) => id), ["MIN-48"]);
});

Deno.test("a pool may hold back shares of custom jobs", () => {
  const tape = new MiningTape().setup({ flags: 2 }).open().custom()
    .down(SetCustomMiningJobSuccess, { channelId: 2, requestId: 9, jobId: 4 })
    .share({ jobId: 4 }).share({ jobId: 4 }).accept({ newSubmitsAcceptedCount: 1 });
  deepStrictEqual(findingsIn(tape.entries), []);
});

Deno.test("where something was not seen, answers are not judged", () => {
  const tape = mining().share().note("gap").accept({ lastSequenceNumber: 9 })
    .accept({ newSubmitsAcceptedCount: 50 }).reject("difficulty-too-low");
  deepStrictEqual(findingsIn(tape.entries), []);
});
