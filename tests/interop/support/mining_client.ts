import { displayHash } from "../../../lib/bitcoin/header.ts";
import { connect } from "../../../lib/host/tcp.ts";
import {
  NewMiningJob,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../../../lib/messages/mining.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "./until.ts";

const REQUIRES_STANDARD_JOBS = 1;

/** A job that a miner was told to work on. */
export interface Job {
  readonly id: number;
  /** Block that it builds on, as people read it. */
  readonly parent: string;
  readonly merkleRoot: string;
  readonly version: number;
  readonly ntime: number;
}

/** A miner with one standard channel that hashes nothing, and remembers all that it was told. */
export class MiningClient {
  readonly #raw: RawClient;
  #sequence = 0;

  private constructor(raw: RawClient) {
    this.#raw = raw;
  }

  static async connect(port: number): Promise<MiningClient> {
    const raw = await RawClient.handshake(await connect({ hostname: "127.0.0.1", port }, 5_000));
    await raw.setup({ flags: REQUIRES_STANDARD_JOBS });
    await raw.send(OpenStandardMiningChannel, {
      requestId: 1,
      userIdentity: "late.rig",
      nominalHashRate: 1e6,
      maxTarget: (1n << 256n) - 1n,
    });
    return new MiningClient(raw);
  }

  get closed(): boolean {
    return this.#raw.closed;
  }

  /** Every job that took effect, in order: each ends those before it. */
  get jobs(): Job[] {
    const future = new Map<number, NewMiningJob>();
    const jobs: Job[] = [];
    let tip: SetNewPrevHash | undefined;
    const begin = (job: NewMiningJob, { prevHash }: SetNewPrevHash, ntime: number): void => {
      jobs.push({
        id: job.jobId,
        parent: displayHash(prevHash),
        merkleRoot: job.merkleRoot.toHex(),
        version: job.version,
        ntime,
      });
    };
    for (const { msgType, payload } of this.#raw.received) {
      if (msgType === NewMiningJob.id) {
        const job = NewMiningJob.decode(payload).value;
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

  /** Submits a share. @returns The pool's word for why it is none, or `accepted`. */
  async share(job: Job, nonce = 0): Promise<string> {
    const [channel] = this.#raw.all(OpenStandardMiningChannelSuccess);
    if (channel === undefined) throw new Error("no channel was opened");
    const sequenceNumber = ++this.#sequence;
    await this.#raw.send(SubmitSharesStandard, {
      channelId: channel.channelId,
      sequenceNumber,
      jobId: job.id,
      nonce,
      ntime: job.ntime,
      version: job.version,
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
