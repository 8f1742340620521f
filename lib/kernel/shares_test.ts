import { deepStrictEqual, notStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bitcoin/bytes.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { blockHash } from "../bitcoin/header.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { UsageError } from "../errors.ts";
import type { Lanes } from "./lane_choice.ts";
import { type JobParts, ShareKernel } from "./shares.ts";

interface Share {
  readonly job: number;
  readonly prefix: Uint8Array;
  readonly extranonce: Uint8Array;
  readonly version: number;
  readonly ntime: number;
  readonly nonce: number;
}

/** The plain way: everything by @noble, nothing kept. */
function plainHash(job: JobParts, { prefix, extranonce, version, ntime, nonce }: Share) {
  const coinbase = concatBytes(job.coinbasePrefix, prefix, extranonce, job.coinbaseSuffix);
  const merkleRoot = foldMerklePath(sha256d(coinbase), job.merklePath);
  const { prevHash, nBits } = job;
  return blockHash({ version, prevHash, merkleRoot, time: ntime, nBits, nonce });
}

const u32 = fc.nat({ max: 2 ** 32 - 1 });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const jobs: fc.Arbitrary<JobParts> = fc.record({
  coinbasePrefix: fc.uint8Array({ maxLength: 200 }),
  coinbaseSuffix: fc.uint8Array({ maxLength: 300 }),
  merklePath: fc.array(hash, { maxLength: 14 }),
  prevHash: hash,
  nBits: u32,
});
const shares: fc.Arbitrary<Share> = fc.record({
  job: fc.nat({ max: 2 }),
  prefix: fc.uint8Array({ maxLength: 32 }),
  extranonce: fc.uint8Array({ maxLength: 32 }),
  version: u32,
  ntime: u32,
  nonce: u32,
});
const threeJobs = fc.tuple(jobs, jobs, jobs);
const noBytes = new Uint8Array();
const noFields = { version: 0, ntime: 0, nonce: 0 };

for (const lanes of [4, 8] as const) testLanes(lanes);

function testLanes(lanes: Lanes): void {
  Deno.test(`ShareKernel of ${lanes} lanes hashes shares of different jobs as @noble does`, () => {
    const kernel = new ShareKernel({ lanes });
    fc.assert(fc.property(threeJobs, fc.array(shares, { maxLength: 18 }), (jobs, shares) => {
      const slots = jobs.map((job) => kernel.layJob(job));
      kernel.begin();
      const expected: Uint8Array[] = [];
      for (const share of shares) {
        const job = jobs[share.job];
        const slot = slots[share.job];
        if (job === undefined || slot === undefined) throw new Error("no such job");
        kernel.addExtended(slot, share.prefix, share.extranonce, share);
        expected.push(plainHash(job, share));
      }
      kernel.run();
      deepStrictEqual(shares.map((_, i) => kernel.hash(i).slice()), expected);
      for (const slot of slots) kernel.dropJob(slot);
    }));
  });

  Deno.test(`ShareKernel of ${lanes} lanes hashes headers with a merkle root as @noble does`, () => {
    const kernel = new ShareKernel({ lanes });
    const standard = fc.record({ merkleRoot: hash, prevHash: hash, nBits: u32, share: shares });
    fc.assert(fc.property(jobs, fc.array(standard, { maxLength: 9 }), (job, shares) => {
      const slot = kernel.layJob(job);
      kernel.begin();
      const expected: Uint8Array[] = [];
      for (const { share, merkleRoot, prevHash, nBits } of shares) {
        const { version, ntime, nonce } = share;
        kernel.addStandard({ merkleRoot, prevHash, nBits, version, ntime, nonce });
        expected.push(blockHash({ version, prevHash, merkleRoot, time: ntime, nBits, nonce }));
        kernel.addExtended(slot, share.prefix, share.extranonce, share);
        expected.push(plainHash(job, share));
      }
      kernel.run();
      deepStrictEqual(expected.map((_, i) => kernel.hash(i).slice()), expected);
      kernel.dropJob(slot);
    }));
  });
}

Deno.test("ShareKernel hashes coinbases of every length around its blocks", () => {
  const kernel = new ShareKernel();
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => i * 7);
  const share = { job: 0, prefix: noBytes, extranonce: bytes.subarray(0, 9), ...noFields };
  for (let prefix = 40; prefix < 140; prefix += 3) {
    kernel.begin();
    const expected: Uint8Array[] = [];
    for (let suffix = 0; suffix < 140; suffix++) {
      const job = {
        coinbasePrefix: bytes.subarray(0, prefix),
        coinbaseSuffix: bytes.subarray(0, suffix),
        merklePath: [],
        prevHash: bytes.subarray(0, 32),
        nBits: 1,
      };
      const slot = kernel.layJob(job);
      kernel.addExtended(slot, share.prefix, share.extranonce, share);
      kernel.dropJob(slot);
      expected.push(plainHash(job, share));
    }
    deepStrictEqual(expected.map((_, i) => kernel.hash(i).slice()), expected);
  }
});

Deno.test("ShareKernel takes coinbases of 64 KiB and paths of 32 levels", () => {
  const kernel = new ShareKernel();
  const job = {
    coinbasePrefix: new Uint8Array(65535).fill(3),
    coinbaseSuffix: new Uint8Array(65535).fill(5),
    merklePath: Array.from({ length: 32 }, (_, i) => new Uint8Array(32).fill(i)),
    prevHash: new Uint8Array(32),
    nBits: 0,
  };
  const share = { job: 0, prefix: noBytes, extranonce: new Uint8Array(64).fill(9), ...noFields };
  const slot = kernel.layJob(job);
  kernel.begin();
  kernel.addExtended(slot, share.prefix, share.extranonce, share);
  kernel.run();
  deepStrictEqual(kernel.hash(0).slice(), plainHash(job, share));
  kernel.dropJob(slot);
  throws(() => kernel.layJob({ ...job, coinbaseSuffix: new Uint8Array(65536) }), UsageError);
  throws(() => kernel.layJob({ ...job, coinbasePrefix: new Uint8Array(65536) }), UsageError);
  throws(() => kernel.layJob({ ...job, prevHash: new Uint8Array(31) }), UsageError);
  throws(() => kernel.layJob({ ...job, merklePath: [new Uint8Array(33)] }), UsageError);
  throws(() => kernel.layJob({ ...job, merklePath: Array(33).fill(job.prevHash) }), UsageError);
});

const SMALL: JobParts = {
  coinbasePrefix: new Uint8Array(60),
  coinbaseSuffix: new Uint8Array(100),
  merklePath: [],
  prevHash: new Uint8Array(32),
  nBits: 0,
};

Deno.test("ShareKernel holds batches larger than one run of the kernel, up to its limit", () => {
  const kernel = new ShareKernel();
  const slot = kernel.layJob(SMALL);
  kernel.begin();
  for (let nonce = 0; nonce < kernel.limit; nonce++) {
    strictEqual(kernel.size, nonce);
    kernel.addExtended(slot, noBytes, noBytes, { ...noFields, nonce });
  }
  throws(() => kernel.addExtended(slot, noBytes, noBytes, noFields), UsageError);
  kernel.run();
  for (const nonce of [0, 63, 64, 65, kernel.limit - 1]) {
    const share = { job: 0, prefix: noBytes, extranonce: noBytes, ...noFields, nonce };
    deepStrictEqual(kernel.hash(nonce).slice(), plainHash(SMALL, share));
  }
  kernel.dropJob(slot);
});

Deno.test("ShareKernel refuses what would read or hash something else", () => {
  const kernel = new ShareKernel();
  const other = new ShareKernel();
  const slot = kernel.layJob(SMALL);
  const add = () => kernel.addExtended(slot, noBytes, noBytes, noFields);
  throws(add, UsageError, "no batch");
  kernel.begin();
  add();
  throws(() => kernel.hash(0), UsageError, "not run");
  kernel.run();
  strictEqual(kernel.hash(0).length, 32);
  throws(() => kernel.hash(1), UsageError, "beyond");
  throws(() => kernel.addExtended(slot, new Uint8Array(33), new Uint8Array(32), noFields));
  throws(() => other.dropJob(slot), UsageError, "another's slot");
  other.begin();
  throws(() => kernel.run(), UsageError, "another's batch");
  throws(() => kernel.hash(0), UsageError, "another's batch");
  kernel.dropJob(slot);
  throws(() => kernel.dropJob(slot), UsageError, "dropped before");
  kernel.begin();
  throws(add, UsageError, "dropped");
});

Deno.test("ShareKernel says when memory is out, and has all of it again once jobs are dropped", () => {
  const kernel = new ShareKernel();
  const job = { ...SMALL, coinbaseSuffix: new Uint8Array(65000) };
  const fill = (): number[] => {
    const slots: number[] = [];
    for (;;) {
      try {
        slots.push(kernel.layJob(job));
      } catch (error) {
        strictEqual(error instanceof UsageError, true);
        return slots;
      }
    }
  };
  const first = fill();
  for (const slot of first) kernel.dropJob(slot);
  const second = fill();
  strictEqual(second.length, first.length);
  notStrictEqual(first.length, 0);
  for (const slot of second.reverse()) kernel.dropJob(slot);
});
