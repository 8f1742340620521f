/**
 * Where shares are judged without a pool: hashes are what a test says.
 *
 * @module
 */

import { Channel } from "../../lib/channel/channel.ts";
import type { ShareHasher } from "../../lib/channel/hasher.ts";
import type { Job, Shape } from "../../lib/channel/job.ts";
import { JobBook } from "../../lib/channel/jobs.ts";
import { type JudgedShare, ShareBatch, type SubmittedShare } from "../../lib/channel/share.ts";
import { type Tip, Tips } from "../../lib/channel/tips.ts";
import type { Worker } from "../../lib/channel/workers.ts";
import { bytesFromTarget, MAX_TARGET } from "../../lib/pow/target.ts";

export const SHAPE: Shape = { key: "pool", extranonceSize: 20 };
/** Time of the stage, which stands still. */
export const UNIX = 1_700_000_000;
export const VERSION = 0x20000000;
/** A target that channels have unless a test says otherwise. */
export const EASY = 1n << 240n;
/** nBits 0x1b00d7c0. */
export const NETWORK = 0xd7c0n << 192n;
/** Of the whole of `JudgedShare`, what a client or an operator would see. */
export type Verdict = string;

/** Hashes to what the test says, so that a share can be put anywhere beside a target. */
class ScriptedHasher implements ShareHasher {
  readonly hashes: Uint8Array[] = [];
  readonly prefixes: string[] = [];
  readonly extranonces: string[] = [];
  runs = 0;
  #batch: Uint8Array[] = [];

  layJob(): number {
    return 0;
  }
  dropJob(): void {}
  begin(): void {
    this.#batch = [];
  }
  addExtended(_slot: number, prefix: Uint8Array, extranonce: Uint8Array): void {
    this.prefixes.push(prefix.toHex());
    this.extranonces.push(extranonce.toHex());
    this.#batch.push(this.hashes.shift() ?? new Uint8Array(32).fill(0xff));
  }
  addStandard(): void {
    this.#batch.push(this.hashes.shift() ?? new Uint8Array(32).fill(0xff));
  }
  run(): void {
    this.runs++;
  }
  hash(i: number): Uint8Array {
    return this.#batch[i] ?? new Uint8Array();
  }
}

/** A job book and a batch, with channels, jobs and shares as a test wants them. */
export class ShareStage {
  readonly hasher = new ScriptedHasher();
  readonly tips = new Tips();
  readonly book: JobBook<string, Shape>;
  readonly batch: ShareBatch<string, Shape, Channel>;
  readonly verdicts: Verdict[] = [];
  readonly judged: JudgedShare<string, Channel>[] = [];
  #sequence = 0;

  constructor({ versionRollingAllowed = true, version = VERSION } = {}) {
    const half = { prefix: new Uint8Array(), suffix: new Uint8Array() };
    this.book = new JobBook<string, Shape>({
      build: () => ({
        version,
        versionRollingAllowed,
        merklePath: [],
        coinbase: { stripped: half, full: half },
      }),
      hasher: this.hasher,
      maxPast: 16,
      maxFuture: 16,
    });
    this.batch = new ShareBatch(this.book, this.hasher);
  }

  tip(n: number, target?: bigint): Tip {
    return this.tips.enter({
      prevHash: new Uint8Array(32).fill(n),
      nBits: 0x1b00d7c0,
      minNtime: UNIX - 100,
      ...(target === undefined ? {} : { target }),
    });
  }

  newBlock(n: number, target?: bigint): Job<string> {
    const set = this.book.addFuture(`block ${n}`);
    this.book.activate(set, this.tip(n, target));
    return this.book.jobIn(set, SHAPE);
  }

  newJob(): Job<string> {
    return this.book.jobIn(this.book.addActive("newer"), SHAPE);
  }

  channel(target = EASY, { maxShares = 100, prefix = 4, shape = SHAPE } = {}): Channel {
    return new Channel({
      id: 5,
      kind: prefix === 20 ? "standard" : "extended",
      shape,
      extranoncePrefix: new Uint8Array(prefix).fill(0xaa),
      target,
      maxTarget: MAX_TARGET,
      since: this.book.active?.activatedAt ?? this.book.clock + 1,
      maxShares,
    });
  }

  add(
    channel: Channel,
    job: Pick<Job<string>, "id">,
    share: Partial<SubmittedShare> & { hash?: bigint; extranonce?: number; worker?: Worker } = {},
  ): void {
    if (share.hash !== undefined) this.hasher.hashes.push(bytesFromTarget(share.hash));
    const submitted = {
      sequenceNumber: ++this.#sequence,
      jobId: job.id,
      nonce: 1,
      ntime: UNIX,
      version: VERSION,
      ...share,
    };
    const extranonce = new Uint8Array(share.extranonce ?? channel.rollableSize).fill(0xbb);
    this.batch.add({ channel, worker: share.worker }, submitted, extranonce, UNIX);
  }

  settle(): Verdict[] {
    const verdicts: Verdict[] = [];
    this.batch.settle((share) => {
      this.judged.push({ ...share, hash: share.hash.slice() });
      verdicts.push(share.refusal ?? (share.block ? "block" : "accepted"));
    });
    return verdicts;
  }

  judge(...args: Parameters<ShareStage["add"]>): Verdict | undefined {
    this.add(...args);
    return this.settle()[0];
  }
}
