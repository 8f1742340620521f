/**
 * A pool machine with a world around it: templates when a test says so, miners that do as they are
 * told, time that stands still. No connection, no encryption.
 *
 * @module
 */

import { ok, strictEqual } from "node:assert";
import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import { heightPush } from "../../lib/bitcoin/height.ts";
import { sha256d } from "../../lib/bitcoin/hash.ts";
import { encodeHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import { encodeOutput } from "../../lib/bitcoin/transaction.ts";
import { witnessCommitmentOutput } from "../../lib/bitcoin/witness_commitment.ts";
import type { ShareHasher } from "../../lib/channel/hasher.ts";
import type { TipInit } from "../../lib/channel/tips.ts";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { ShareKernel } from "../../lib/kernel/shares.ts";
import {
  CloseChannel,
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesExtended,
  SubmitSharesStandard,
} from "../../lib/messages/mining.ts";
import type { NewTemplate, SubmitSolution } from "../../lib/messages/template.ts";
import { MAX_TARGET } from "../../lib/pow/target.ts";
import { DEFAULT_POOL_POLICY, type PoolPolicy } from "../../lib/roles/pool/config.ts";
import type { FoundBlock } from "../../lib/roles/pool/found.ts";
import { Pool } from "../../lib/roles/pool/pool.ts";
import type { TemplateWork } from "../../lib/roles/pool/work.ts";
import { FakeClock, type Line, recordingLog, seededRandom } from "./fake_host.ts";
import { FakePeer, type FakePeerOptions, frameOf, namesOf, only, type Sent } from "./fake_peer.ts";

/** P2WPKH of a key that nobody has. */
export const POOL_SCRIPT: Uint8Array = Uint8Array.fromHex(`0014${"ab".repeat(20)}`);
/** No hash in a test meets it. */
export const HARD_BITS = 0x1b00d7c0;
/** Every second hash meets it. */
export const EASY_BITS = 0x207fffff;

export const POLICY: PoolPolicy = {
  ...DEFAULT_POOL_POLICY,
  network: "regtest",
  rewardScript: POOL_SCRIPT,
  shareBatchSize: 1,
  jobRefreshMs: 0,
};

export interface PoolStageOptions {
  readonly policy?: Partial<PoolPolicy>;
  readonly hasher?: ShareHasher;
  /** Of the chain. */
  readonly nBits?: number;
}

export class PoolStage {
  readonly clock: FakeClock = new FakeClock();
  readonly lines: Line[] = [];
  readonly found: FoundBlock[] = [];
  readonly wanted: SubmitSolution[] = [];
  readonly pool: Pool;
  /** Templates are numbered from 1. */
  templates = 0;
  #nBits: number;
  #sequence = 0;
  #requests = 0;

  constructor({ policy, hasher = new ShareKernel(), nBits = HARD_BITS }: PoolStageOptions = {}) {
    this.#nBits = nBits;
    this.pool = new Pool({
      policy: { ...POLICY, ...policy },
      hasher,
      clock: this.clock,
      random: seededRandom(7),
      log: recordingLog(this.lines),
      blocks: {
        found: (block) => void this.found.push(block),
        wanted: (_provider, solution) => void this.wanted.push(solution),
      },
    });
  }

  get now(): number {
    return this.clock.now();
  }

  tip(n: number): TipInit {
    return {
      prevHash: new Uint8Array(32).fill(n),
      nBits: this.#nBits,
      minNtime: this.clock.unix() - 60,
    };
  }

  work(change: Partial<NewTemplate> = {}): TemplateWork {
    return { provider: "tp", template: { ...templateOf(++this.templates), ...change } };
  }

  /** A template that waits for its tip. */
  future(): TemplateWork {
    const work = this.work();
    this.pool.futureWork(work);
    return work;
  }

  /** A new block, with a template on top of it. @param n Names the block. */
  newBlock(n = 1): TemplateWork {
    const work = this.future();
    this.pool.newTip(work, this.tip(n));
    return work;
  }

  /** A better template on the same tip. */
  newTemplate(): TemplateWork {
    const work = this.work({ futureTemplate: false });
    this.pool.activeWork(work);
    return work;
  }

  connect(options: FakePeerOptions = {}): FakePeer {
    const peer = new FakePeer(options);
    this.pool.connected(peer, this.now);
    return peer;
  }

  /** One message, as a chunk of its own. */
  give<F extends Fields>(
    peer: FakePeer,
    message: Message<F>,
    value: Values<F>,
    tlvs?: readonly Tlv[],
  ): void {
    this.pool.received(peer, frameOf(message, value, tlvs), this.now);
    this.pool.settled(peer, this.now);
  }

  /** Opens a channel on which every hash is a share, and starts on its first job. */
  openExtended(
    peer: FakePeer,
    change: Partial<OpenExtendedMiningChannel> = {},
  ): ExtendedMiner {
    this.give(peer, OpenExtendedMiningChannel, {
      requestId: ++this.#requests,
      userIdentity: "alice.rig",
      nominalHashRate: 0,
      maxTarget: MAX_TARGET,
      minExtranonceSize: 4,
      ...change,
    });
    const sent = peer.take();
    const [opened] = only(sent, OpenExtendedMiningChannelSuccess);
    ok(opened, "no channel was opened");
    return new ExtendedMiner(this, peer, opened, sent);
  }

  openStandard(
    peer: FakePeer,
    change: Partial<OpenStandardMiningChannel> = {},
  ): StandardMiner {
    this.give(peer, OpenStandardMiningChannel, {
      requestId: ++this.#requests,
      userIdentity: "alice.rig",
      nominalHashRate: 0,
      maxTarget: MAX_TARGET,
      ...change,
    });
    const sent = peer.take();
    const [opened] = only(sent, OpenStandardMiningChannelSuccess);
    ok(opened, "no channel was opened");
    return new StandardMiner(this, peer, opened, sent);
  }

  close(peer: FakePeer, channelId: number): void {
    this.give(peer, CloseChannel, { channelId, reasonCode: "test" });
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Lets time pass, with a tick every quarter of a second as the session makes them. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await this.clock.advance(250);
      this.pool.tick(this.now);
    }
  }
}

/** A template of block 100 with 50 coins, two transactions and a witness commitment. */
export function templateOf(id: number): NewTemplate {
  return {
    templateId: BigInt(id),
    futureTemplate: true,
    version: 0x20000000,
    coinbaseTxVersion: 2,
    coinbasePrefix: heightPush(100),
    coinbaseTxInputSequence: 0xffffffff,
    coinbaseTxValueRemaining: 5_000_000_000n,
    coinbaseTxOutputsCount: 1,
    coinbaseTxOutputs: encodeOutput(witnessCommitmentOutput([new Uint8Array(32).fill(1)])),
    coinbaseTxLocktime: 0,
    merklePath: [new Uint8Array(32).fill(2), new Uint8Array(32).fill(3)],
  };
}

/** What a share is made of, beside the job. */
export interface Rolled {
  readonly nonce: number;
  readonly ntime: number;
  readonly version: number;
}

interface Job {
  readonly jobId: number;
  readonly version: number;
  readonly minNtime: number | null;
}

/** What all miners of tests do: follow jobs as SV2 §5.3 says, on one channel. */
abstract class TestMiner<J extends Job> {
  readonly jobs = new Map<number, J>();
  active: J | undefined;
  tip: SetNewPrevHash | undefined;
  nonce = 0;

  constructor(
    readonly stage: PoolStage,
    readonly peer: FakePeer,
    readonly channelId: number,
    readonly groupId: number,
    readonly extranoncePrefix: Uint8Array,
  ) {}

  /** Takes in what the peer was sent; what is for other channels is left out. */
  follow(sent: readonly Sent[] = this.peer.take()): readonly Sent[] {
    for (const { name, value } of sent) {
      if (value["channelId"] !== this.channelId && value["channelId"] !== this.groupId) continue;
      if (name === this.jobName) {
        const job = value as unknown as J;
        ok(!this.jobs.has(job.jobId), `job ${job.jobId} again`);
        this.jobs.set(job.jobId, job);
        if (job.minNtime !== null) this.active = job;
      }
      if (name === "SetNewPrevHash") {
        this.tip = value as unknown as SetNewPrevHash;
        this.active = this.jobs.get(this.tip.jobId);
        ok(this.active && this.active.minNtime === null, "activates no future job");
        this.jobs.clear();
        this.jobs.set(this.active.jobId, this.active);
      }
    }
    return sent;
  }

  abstract readonly jobName: string;

  /** Hash of the header with the active job and the present tip. */
  protected headerHash(merkleRoot: Uint8Array, rolled: Rolled): Uint8Array {
    ok(this.tip);
    const { prevHash, nbits: nBits } = this.tip;
    const { version, ntime: time, nonce } = rolled;
    return sha256d(encodeHeader({ version, prevHash, merkleRoot, time, nBits, nonce }));
  }

  /** What a share of the active job may be. */
  roll(change: Partial<Rolled> = {}): Rolled {
    ok(this.active);
    return {
      nonce: this.nonce++,
      ntime: this.stage.clock.unix(),
      version: this.active.version,
      ...change,
    };
  }
}

export class ExtendedMiner extends TestMiner<NewExtendedMiningJob> {
  readonly jobName = NewExtendedMiningJob.name;
  readonly extranonceSize: number;

  constructor(
    stage: PoolStage,
    peer: FakePeer,
    readonly opened: OpenExtendedMiningChannelSuccess,
    sent: readonly Sent[],
  ) {
    super(stage, peer, opened.channelId, opened.groupChannelId, opened.extranoncePrefix);
    this.extranonceSize = opened.extranonceSize;
    this.follow(sent);
  }

  /** The hash that the share has, worked out the long way. */
  hashOf(rolled: Rolled, extranonce: Uint8Array = new Uint8Array(this.extranonceSize)): Uint8Array {
    ok(this.active);
    const { coinbaseTxPrefix, coinbaseTxSuffix, merklePath } = this.active;
    const parts = [coinbaseTxPrefix, this.extranoncePrefix, extranonce, coinbaseTxSuffix];
    const root = foldMerklePath(sha256d(concatBytes(...parts)), merklePath);
    return this.headerHash(root, rolled);
  }

  /** Sends a share of the active job. @returns Its sequence number. */
  submit(
    change: Partial<SubmitSharesExtended> = {},
    tlvs?: readonly Tlv[],
  ): number {
    const sequenceNumber = this.stage.nextSequence();
    this.stage.give(this.peer, SubmitSharesExtended, {
      channelId: this.channelId,
      sequenceNumber,
      jobId: this.active?.jobId ?? 0,
      ...this.roll(),
      extranonce: new Uint8Array(this.extranonceSize),
      ...change,
    }, tlvs);
    return sequenceNumber;
  }
}

export class StandardMiner extends TestMiner<NewMiningJob> {
  readonly jobName = NewMiningJob.name;

  constructor(
    stage: PoolStage,
    peer: FakePeer,
    readonly opened: OpenStandardMiningChannelSuccess,
    sent: readonly Sent[],
  ) {
    super(stage, peer, opened.channelId, opened.groupChannelId, opened.extranoncePrefix);
    this.follow(sent);
  }

  hashOf(rolled: Rolled): Uint8Array {
    ok(this.active);
    return this.headerHash(this.active.merkleRoot, rolled);
  }

  submit(change: Partial<SubmitSharesStandard> = {}): number {
    const sequenceNumber = this.stage.nextSequence();
    this.stage.give(this.peer, SubmitSharesStandard, {
      channelId: this.channelId,
      sequenceNumber,
      jobId: this.active?.jobId ?? 0,
      ...this.roll(),
      ...change,
    });
    return sequenceNumber;
  }
}

/** The code with which the share that was sent last was refused, or `"accepted"`. */
export function answer(miner: ExtendedMiner | StandardMiner): string {
  const sent = miner.peer.take();
  strictEqual(sent.length, 1, JSON.stringify(namesOf(sent)));
  return String(sent[0]?.value["errorCode"] ?? "accepted");
}
