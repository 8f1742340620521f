import { ok, strictEqual, throws } from "node:assert/strict";
import { UsageError } from "../errors.ts";
import type { Job } from "./job.ts";
import { LaidJobs } from "./laid_jobs.ts";
import { Tips } from "./tips.ts";

/** A hasher with room for `limit` jobs. */
class SmallHasher {
  readonly slots = new Set<number>();
  laid = 0;

  constructor(readonly limit: number) {}

  layJob(): number {
    if (this.slots.size === this.limit) throw new UsageError("full");
    this.slots.add(this.laid);
    return this.laid++;
  }

  dropJob(slot: number): void {
    ok(this.slots.delete(slot));
  }
}

const half = { prefix: new Uint8Array(), suffix: new Uint8Array() };
const tip = new Tips().enter({ prevHash: new Uint8Array(32), nBits: 0x207fffff, minNtime: 0 });

function jobOf(id: number): Job<undefined> {
  return {
    id,
    work: undefined,
    shape: { key: "", extranonceSize: 20 },
    owner: undefined,
    createdAt: 1,
    activatedAt: 1,
    tip,
    version: 0,
    versionRollingAllowed: true,
    merklePath: [],
    coinbase: { stripped: half, full: half },
  };
}

Deno.test("LaidJobs lays a job once, and makes room when there is none", () => {
  const hasher = new SmallHasher(4);
  const laid = new LaidJobs(hasher);
  const jobs = Array.from({ length: 10 }, (_, id) => jobOf(id));
  for (const job of jobs) strictEqual(laid.slotOf(job), laid.slotOf(job));
  strictEqual(hasher.laid, 10);
  ok(hasher.slots.size <= 4);
  const [first] = jobs;
  ok(first);
  laid.slotOf(first);
  strictEqual(hasher.laid, 11);
  for (const job of jobs) laid.drop(job);
  strictEqual(hasher.slots.size, 0);
});

Deno.test("LaidJobs gives up on a job that does not fit alone, or has no tip", () => {
  throws(() => new LaidJobs(new SmallHasher(0)).slotOf(jobOf(1)), UsageError);
  throws(
    () => new LaidJobs(new SmallHasher(1)).slotOf({ ...jobOf(1), tip: undefined }),
    UsageError,
  );
});
