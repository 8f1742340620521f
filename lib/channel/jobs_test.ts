import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { UsageError } from "../errors.ts";
import { PlainHasher } from "./hasher.ts";
import type { JobParts, Shape } from "./job.ts";
import { JobBook } from "./jobs.ts";
import { Tips } from "./tips.ts";

const POOL: Shape = { key: "pool", extranonceSize: 20 };
const SOLO: Shape = { key: "solo", extranonceSize: 20 };

interface Stage {
  readonly book: JobBook<string, Shape>;
  readonly hasher: PlainHasher;
  readonly built: string[];
  /** Makes a template active on a new tip, with a job for the pool. @returns The job's id. */
  newBlock(n: number): number;
}

function stage({ maxPast = 2, maxFuture = 3, lastId = 0 } = {}): Stage {
  const hasher = new PlainHasher();
  const built: string[] = [];
  const tips = new Tips();
  const build = (work: string, shape: Shape, id: number): JobParts => {
    built.push(`${work} ${shape.key} ${id}`);
    const halves = { prefix: Uint8Array.of(id), suffix: new Uint8Array() };
    return {
      version: 0x20000000,
      versionRollingAllowed: true,
      merklePath: [],
      coinbase: { stripped: halves, full: halves },
    };
  };
  const book = new JobBook<string, Shape>({ build, hasher, maxPast, maxFuture }, lastId);
  return {
    book,
    hasher,
    built,
    newBlock(n) {
      const set = book.addFuture(`block ${n}`);
      const { id } = book.jobIn(set, POOL);
      const prevHash = new Uint8Array(32).fill(n);
      book.activate(set, tips.enter({ prevHash, nBits: 0x207fffff, minNtime: n }));
      return id;
    },
  };
}

Deno.test("JobBook builds a job once for all channels of a shape", () => {
  const { book, built, newBlock } = stage();
  const id = newBlock(1);
  const set = book.active;
  ok(set);
  strictEqual(book.jobIn(set, { ...POOL }).id, id);
  strictEqual(book.jobIn(set, SOLO), book.jobIn(set, SOLO));
  deepStrictEqual(built, ["block 1 pool 1", "block 1 solo 2"]);
});

Deno.test("MIN-37, MIN-63 a future job takes no shares until its tip comes", () => {
  const { book } = stage();
  const set = book.addFuture("next");
  const { id } = book.jobIn(set, POOL);
  strictEqual(book.find(id), undefined);
  strictEqual(book.isStale(id), false);
  strictEqual(book.active, undefined);
  const tip = new Tips().enter({ prevHash: new Uint8Array(32), nBits: 0x207fffff, minNtime: 9 });
  book.activate(set, tip);
  strictEqual(book.find(id)?.tip?.minNtime, 9);
  strictEqual(book.active, set);
});

Deno.test("MIN-63 jobs before a new tip are stale, for two tips, also future ones that did not fit it", () => {
  const { book, newBlock } = stage();
  const first = newBlock(1);
  const unused = book.jobIn(book.addFuture("empty"), POOL).id;
  const second = newBlock(2);
  strictEqual(book.find(first), undefined);
  strictEqual(book.isStale(first), true);
  strictEqual(book.isStale(unused), true);
  strictEqual(book.isStale(second), false);
  strictEqual(book.futures.length, 0);
  newBlock(3);
  strictEqual(book.isStale(first), true);
  newBlock(4);
  strictEqual(book.isStale(first), false);
});

Deno.test("MIN-63 older jobs of the same tip stay, as many as configured", () => {
  const { book, newBlock } = stage({ maxPast: 2 });
  const ids = [newBlock(1)];
  for (const work of ["a", "b", "c"]) ids.push(book.jobIn(book.addActive(work), POOL).id);
  deepStrictEqual(ids.map((id) => book.find(id)?.work), [undefined, "a", "b", "c"]);
  deepStrictEqual(ids.map((id) => book.isStale(id)), [false, false, false, false]);
  strictEqual(book.size, 3);
});

Deno.test("JobBook takes shares for older jobs when a future job comes for the same tip", () => {
  const { book, newBlock } = stage({ maxPast: 1 });
  const first = newBlock(1);
  const unused = book.jobIn(book.addFuture("never"), POOL).id;
  const second = newBlock(1);
  deepStrictEqual([first, second].map((id) => book.find(id) !== undefined), [true, true]);
  strictEqual(book.isStale(first), false);
  strictEqual(book.find(unused), undefined);
  newBlock(1);
  strictEqual(book.find(first), undefined);
});

Deno.test("TDP-20 future jobs are bounded: the oldest goes", () => {
  const { book } = stage({ maxFuture: 3 });
  const sets = Array.from({ length: 100 }, (_, n) => book.addFuture(`${n}`));
  for (const set of book.futures) book.jobIn(set, POOL);
  deepStrictEqual(book.futures.map(({ work }) => work), ["97", "98", "99"]);
  strictEqual(book.size, 3);
  const tip = new Tips().enter({ prevHash: new Uint8Array(32), nBits: 0, minNtime: 0 });
  throws(() => book.activate(sets[0] ?? book.addFuture("?"), tip), UsageError);
});

Deno.test("JobBook refuses active work before there is a tip", () => {
  throws(() => stage().book.addActive("early"), UsageError);
});

Deno.test("MIN-33 ids go on after the last one without meeting a live or a stale one", () => {
  const { book, newBlock } = stage({ lastId: 0xffff_fffd });
  strictEqual(newBlock(1), 0xffff_fffe);
  const active = book.active;
  ok(active);
  strictEqual(book.jobIn(active, SOLO).id, 0xffff_ffff);
  strictEqual(newBlock(2), 1);
  const wrapped = stage();
  const [first, second] = [wrapped.newBlock(1), wrapped.newBlock(2)];
  deepStrictEqual([first, second], [1, 2]);
});

Deno.test("MIN-33 an id is not given out again while it is live", () => {
  const { book, newBlock } = stage({ maxPast: 3, lastId: 0xffff_ffff });
  strictEqual(newBlock(1), 1);
  const live = new Set([1]);
  for (let n = 0; n < 3; n++) {
    const { id } = book.jobIn(book.addActive(`${n}`), POOL);
    ok(!live.has(id));
    live.add(id);
  }
});

Deno.test("JobBook lays a job into the hasher for its first share, and takes it out with the job", () => {
  const { book, hasher, newBlock } = stage({ maxPast: 0 });
  const id = newBlock(1);
  strictEqual(hasher.jobs, 0);
  const job = book.find(id);
  ok(job);
  strictEqual(book.slotOf(job), book.slotOf(job));
  strictEqual(hasher.jobs, 1);
  book.addActive("next");
  strictEqual(hasher.jobs, 0);
});

Deno.test("JobBook forgets the jobs of a shape that no channel has", () => {
  const { book, hasher, newBlock } = stage();
  newBlock(1);
  const set = book.active;
  ok(set);
  const solo = book.jobIn(set, SOLO);
  book.slotOf(solo);
  book.dropShape(SOLO.key);
  strictEqual(book.find(solo.id), undefined);
  strictEqual(hasher.jobs, 0);
  strictEqual(book.size, 1);
  ok(book.jobIn(set, SOLO).id !== solo.id);
});

Deno.test("JobBook's clock tells creation from activation", () => {
  const { book, newBlock } = stage();
  const future = book.addFuture("f");
  const before = book.clock;
  newBlock(1);
  ok(future.createdAt <= before);
  ok((book.active?.activatedAt ?? 0) > before);
  strictEqual(book.oldestActivation, book.active?.activatedAt);
  book.endTip();
  strictEqual(book.active, undefined);
  strictEqual(book.oldestCreation, book.clock + 1);
});

Deno.test("MIN-47 a job of one channel is newer than the work it is made of, and nobody else's", () => {
  const { book, newBlock } = stage({ maxPast: 0 });
  const shared = book.find(newBlock(1));
  const owner = {};
  const own = book.ownJob(POOL, owner);
  ok(shared);
  strictEqual(own.owner, owner);
  strictEqual(shared.owner, undefined);
  ok((own.activatedAt ?? 0) > (shared.activatedAt ?? 0));
  strictEqual(book.find(own.id), own);
  strictEqual(own.tip, shared.tip);
  book.addActive("newer");
  strictEqual(book.find(own.id), undefined);
});

Deno.test("JobBook drops a channel's own job on request, and makes it stale with its tip", () => {
  const { book, newBlock } = stage();
  newBlock(1);
  const [dropped, kept] = [book.ownJob(POOL, {}), book.ownJob(POOL, {})];
  book.dropOwn(dropped);
  strictEqual(book.find(dropped.id), undefined);
  newBlock(2);
  strictEqual(book.isStale(kept.id), true);
  strictEqual(book.isStale(dropped.id), false);
  strictEqual(book.size, 1);
});
