import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { Submissions } from "./submissions.ts";
import { Tally } from "./tally.ts";

function sent(count: number): { tally: Tally; shares: Submissions } {
  const tally = new Tally();
  const shares = new Submissions(tally);
  for (let i = 0; i < count; i++) shares.add(2, 100 * i);
  return { tally, shares };
}

function success(last: number, count: number) {
  return {
    channelId: 2,
    lastSequenceNumber: last,
    newSubmitsAcceptedCount: count,
    newSharesSum: 0n,
  };
}

Deno.test("MIN-57 Submissions.add() numbers shares one after the other", () => {
  const shares = new Submissions(new Tally());
  deepStrictEqual([shares.add(1, 0), shares.add(1, 0), shares.add(1, 0)], [1, 2, 3]);
});

Deno.test("MIN-58 Submissions.acknowledge() counts one by one, in batches, and what is between", () => {
  for (const batch of [1, 2, 5, 10]) {
    const { tally, shares } = sent(10);
    for (let last = batch; last <= 10; last += batch) {
      shares.acknowledge(success(last, batch), 2_000);
    }
    strictEqual(tally.accepted, 10);
    strictEqual(tally.pending, 0);
    strictEqual(tally.acceptedDifficulty, 20);
    strictEqual(tally.oddities, 0);
  }
});

Deno.test("Submissions.acknowledge() tells how long the oldest share waited", () => {
  const { shares } = sent(3);
  strictEqual(shares.acknowledge(success(2, 2), 1_000), 1_000);
  strictEqual(shares.acknowledge(success(3, 1), 1_000), 800);
  strictEqual(shares.acknowledge(success(3, 1), 1_000), undefined);
});

Deno.test("Submissions.acknowledge() does not count shares that were never sent", () => {
  const { tally, shares } = sent(3);
  shares.acknowledge(success(3, 0xffff_ffff), 0);
  strictEqual(tally.accepted, 3);
  strictEqual(tally.oddities, 1);
  shares.acknowledge(success(9, 1), 0);
  strictEqual(tally.accepted, 3);
});

Deno.test("Submissions.acknowledge() stops at the newest share that is meant", () => {
  const { tally, shares } = sent(3);
  shares.acknowledge(success(1, 5), 0);
  deepStrictEqual([tally.accepted, tally.pending], [1, 2]);
});

Deno.test("Submissions.refuse() counts by reason, also after a batch took the share for accepted", () => {
  const { tally, shares } = sent(3);
  // Share 2 is still looked at; 1 and 3 are fine.
  shares.acknowledge(success(3, 2), 0);
  strictEqual(shares.refuse(2, "stale-share"), true);
  strictEqual(shares.refuse(2, "stale-share"), false);
  deepStrictEqual([tally.accepted, tally.rejected, tally.pending], [2, 1, 0]);
  deepStrictEqual([...tally.reasons], [["stale-share", 1]]);
});

Deno.test("Tally.refuse() does not grow with the reasons a server invents", () => {
  const tally = new Tally();
  for (let i = 0; i < 10_000; i++) tally.refuse(`reason ${i}`);
  strictEqual(tally.reasons.size, 33);
  strictEqual(tally.reasons.get("other"), 10_000 - 32);
  strictEqual(tally.rejected, 10_000);
});

Deno.test("Submissions gives up what is never answered", () => {
  const { tally, shares } = sent(5_000);
  strictEqual(tally.unanswered, 5_000 - 4_096);
  shares.giveUp();
  strictEqual(tally.pending, 0);
  strictEqual(tally.unanswered, 5_000);
});

Deno.test("Submissions balances whatever a server answers", () => {
  const answer = fc.oneof(
    fc.record({ kind: fc.constant("add" as const) }),
    fc.record({ kind: fc.constant("success" as const), last: fc.nat(20), count: fc.nat(30) }),
    fc.record({ kind: fc.constant("error" as const), sequence: fc.nat(20) }),
  );
  fc.assert(fc.property(fc.array(answer), (answers) => {
    const { tally, shares } = sent(5);
    for (const a of answers) {
      if (a.kind === "add") shares.add(1, 0);
      else if (a.kind === "success") shares.acknowledge(success(a.last, a.count), 0);
      else shares.refuse(a.sequence, "no");
    }
    strictEqual(tally.pending >= 0, true);
    shares.giveUp();
    strictEqual(tally.pending, 0);
  }));
});
