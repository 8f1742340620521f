import { displayHash } from "../../../lib/bitcoin/header.ts";
import { connect } from "../../../lib/host/tcp.ts";
import {
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesSuccess,
} from "../../../lib/messages/mining.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "./until.ts";

/** Bytes of a coinbase before its scriptSig, if that is no longer than 252 bytes. */
const BEFORE_SCRIPT_SIG = 4 + 1 + 36 + 1;

/** A job that a miner was told to work on. */
export interface Job {
  readonly id: number;
  /** Block that it builds on, as people read it. */
  readonly parent: string;
  /** Of the block to be, as the coinbase says it. */
  readonly height: number;
  readonly version: number;
  readonly ntime: number;
}

/** A miner with one extended channel that hashes nothing, and remembers all that it was told. */
export class MiningClient {
  readonly #raw: RawClient;
  #sequence = 0;

  private constructor(raw: RawClient) {
    this.#raw = raw;
  }

  static async connect(port: number): Promise<MiningClient> {
    const raw = await RawClient.handshake(await connect({ hostname: "127.0.0.1", port }, 5_000));
    await raw.setup();
    await raw.send(OpenExtendedMiningChannel, {
      requestId: 1,
      userIdentity: "late.rig",
      nominalHashRate: 1e6,
      maxTarget: (1n << 256n) - 1n,
      minExtranonceSize: 4,
    });
    return new MiningClient(raw);
  }

  get closed(): boolean {
    return this.#raw.closed;
  }

  /** Every job that took effect, in order: each ends those before it. */
  get jobs(): Job[] {
    const future = new Map<number, NewExtendedMiningJob>();
    const jobs: Job[] = [];
    let tip: SetNewPrevHash | undefined;
    const begin = (
      job: NewExtendedMiningJob,
      { prevHash }: SetNewPrevHash,
      ntime: number,
    ): void => {
      jobs.push({
        id: job.jobId,
        parent: displayHash(prevHash),
        height: heightIn(job.coinbaseTxPrefix),
        version: job.version,
        ntime,
      });
    };
    for (const { msgType, payload } of this.#raw.received) {
      if (msgType === NewExtendedMiningJob.id) {
        const job = NewExtendedMiningJob.decode(payload).value;
        if (job.minNtime === null) future.set(job.jobId, job);
        else if (tip !== undefined) begin(job, tip, job.minNtime);
      } else if (msgType === SetNewPrevHash.id) {
        tip = SetNewPrevHash.decode(payload).value;
        const job = future.get(tip.jobId);
        if (job !== undefined) begin(job, tip, tip.minNtime);
        future.clear();
      }
    }
    return jobs;
  }

  /** Waits for a job that builds on a block. */
  jobOn(parent: string, timeoutMs = 15_000): Promise<Job> {
    return until(
      `a job on ${parent}`,
      () => this.jobs.findLast((job) => job.parent === parent),
      timeoutMs,
    );
  }

  /** Waits for a job, whatever it builds on. */
  anyJob(timeoutMs = 15_000): Promise<Job> {
    return until("a job", () => this.jobs.at(-1), timeoutMs);
  }

  /** Submits a share. @returns The pool's word for why it is none, or `accepted`. */
  async share(job: Job, nonce = 0): Promise<string> {
    const [channel] = this.#raw.all(OpenExtendedMiningChannelSuccess);
    if (channel === undefined) throw new Error("no channel was opened");
    const sequenceNumber = ++this.#sequence;
    await this.#raw.send(SubmitSharesExtended, {
      channelId: channel.channelId,
      sequenceNumber,
      jobId: job.id,
      nonce,
      ntime: job.ntime,
      version: job.version,
      extranonce: new Uint8Array(channel.extranonceSize),
    });
    return await until("an answer to a share", () => {
      const error = this.#raw.all(SubmitSharesError)
        .find((answer) => answer.sequenceNumber === sequenceNumber);
      const success = this.#raw.all(SubmitSharesSuccess)
        .some((answer) => answer.lastSequenceNumber >= sequenceNumber);
      return error?.errorCode ?? (success ? "accepted" : undefined);
    });
  }

  close(): void {
    this.#raw.socket.close();
  }
}

/** What a coinbase's first push says, BIP 34. */
function heightIn(coinbaseTxPrefix: Uint8Array): number {
  const script = coinbaseTxPrefix.subarray(BEFORE_SCRIPT_SIG);
  const [length = 0] = script;
  if (length > 0x50) return length - 0x50;
  return script.subarray(1, 1 + length).reduceRight((height, byte) => height * 256 + byte, 0);
}
