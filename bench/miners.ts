/**
 * Miners that hash nothing: every hash meets their channels' targets, so all that a share costs is the
 * pool's work, and next to nothing here.
 *
 * @module
 */

import { setU32At, u32At } from "../lib/codec/bytes_at.ts";
import { offsetOf } from "../lib/codec/message.ts";
import { encodeFrame } from "../lib/frame/encode.ts";
import type { Frame } from "../lib/frame/frame.ts";
import { FRAME_HEADER_SIZE } from "../lib/frame/header.ts";
import {
  NewExtendedMiningJob,
  NewMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesStandard,
  SubmitSharesSuccess,
} from "../lib/messages/mining.ts";
import type { Peer, Role } from "../lib/session/role.ts";
import { Latencies } from "./latencies.ts";

const ACCEPTED_COUNT = offsetOf(SubmitSharesSuccess, "newSubmitsAcceptedCount");
const LAST_SEQUENCE_NUMBER = offsetOf(SubmitSharesSuccess, "lastSequenceNumber");
const SEQUENCE_NUMBER = FRAME_HEADER_SIZE + offsetOf(SubmitSharesExtended, "sequenceNumber");
const NONCE = FRAME_HEADER_SIZE + offsetOf(SubmitSharesStandard, "nonce");

export interface MinersOptions {
  readonly standard: boolean;
  /** Shares of a channel that are under way at any time; 0: none is sent by itself. */
  readonly window: number;
  readonly say: (event: string, details: unknown) => void;
}

/** All miners of this process; they share their counts. */
export class Miners implements Role {
  accepted = 0;
  readonly rejected = new Map<string, number>();
  /** Channels that were opened, and connections that ended by themselves. */
  open = 0;
  lost = 0;
  /** By peer, in the order they came. */
  readonly all = new Map<Peer, Miner>();
  readonly latencies = new Latencies();
  readonly #options: MinersOptions;

  constructor(options: MinersOptions) {
    this.#options = options;
  }

  connected(peer: Peer): void {
    this.all.set(peer, new Miner(peer, this.#options.standard));
    const open = {
      requestId: 1,
      userIdentity: "load",
      nominalHashRate: 0.001,
      maxTarget: (1n << 256n) - 1n,
    };
    if (this.#options.standard) peer.send(OpenStandardMiningChannel, open);
    else peer.send(OpenExtendedMiningChannel, { ...open, minExtranonceSize: 4 });
  }

  received(peer: Peer, { msgType, payload }: Frame): void {
    const miner = this.all.get(peer);
    if (miner === undefined) return;
    switch (msgType) {
      case SubmitSharesSuccess.id: {
        const count = u32At(payload, ACCEPTED_COUNT);
        this.accepted += count;
        miner.underWay -= count;
        this.latencies.answered(miner, u32At(payload, LAST_SEQUENCE_NUMBER));
        break;
      }
      case SubmitSharesError.id: {
        const { errorCode } = SubmitSharesError.decode(payload).value;
        this.rejected.set(errorCode, (this.rejected.get(errorCode) ?? 0) + 1);
        miner.underWay--;
        break;
      }
      case OpenExtendedMiningChannelSuccess.id: {
        const { value } = OpenExtendedMiningChannelSuccess.decode(payload);
        miner.opened(value.channelId, value.extranonceSize);
        this.open++;
        break;
      }
      case OpenStandardMiningChannelSuccess.id:
        miner.opened(OpenStandardMiningChannelSuccess.decode(payload).value.channelId, 0);
        this.open++;
        break;
      case OpenMiningChannelError.id:
        this.#options.say("refused", OpenMiningChannelError.decode(payload).value);
        break;
      case NewExtendedMiningJob.id: {
        const { jobId, minNtime, version } = NewExtendedMiningJob.decode(payload).value;
        miner.job(jobId, minNtime, version);
        break;
      }
      case NewMiningJob.id: {
        const { jobId, minNtime, version } = NewMiningJob.decode(payload).value;
        miner.job(jobId, minNtime, version);
        break;
      }
      case SetNewPrevHash.id: {
        const { jobId, minNtime } = SetNewPrevHash.decode(payload).value;
        miner.activate(jobId, minNtime);
        break;
      }
    }
  }

  settled(peer: Peer): void {
    const miner = this.all.get(peer);
    if (miner === undefined) return;
    while (miner.underWay < this.#options.window && miner.submit());
  }

  disconnected(peer: Peer, reason: string): void {
    this.all.delete(peer);
    this.lost++;
    this.#options.say("lost", { reason });
  }
}

/** One channel: its jobs, and how many of its shares wait for an answer. */
export class Miner {
  underWay = 0;
  /** Blocks that the network had since it is connected, the first included. */
  tips = 0;
  sequence = 0;
  readonly #peer: Peer;
  readonly #standard: boolean;
  readonly #future = new Map<number, number>();
  #channelId = 0;
  #extranonce = new Uint8Array(0);
  #active: { readonly jobId: number; readonly ntime: number; readonly version: number } | undefined;
  #template: Uint8Array | undefined;

  constructor(peer: Peer, standard: boolean) {
    this.#peer = peer;
    this.#standard = standard;
  }

  opened(channelId: number, extranonceSize: number): void {
    this.#channelId = channelId;
    this.#extranonce = new Uint8Array(extranonceSize);
  }

  job(jobId: number, minNtime: number | null, version: number): void {
    if (minNtime === null) this.#future.set(jobId, version);
    else this.#use(jobId, minNtime, version);
  }

  activate(jobId: number, minNtime: number): void {
    this.tips++;
    const version = this.#future.get(jobId);
    this.#future.clear();
    if (version !== undefined) this.#use(jobId, minNtime, version);
  }

  /** Sends a share that was not sent before. @returns Whether there is work to do so. */
  submit(): boolean {
    if (this.#active === undefined) return false;
    this.#template ??= this.#shareOf(this.#active);
    const frame = this.#template.slice();
    this.sequence++;
    this.underWay++;
    setU32At(frame, SEQUENCE_NUMBER, this.sequence);
    // What makes it another share: the end of the extranonce, or the nonce.
    setU32At(frame, this.#standard ? NONCE : frame.length - 4, this.sequence);
    this.#peer.sendFrame(frame);
    return true;
  }

  #use(jobId: number, ntime: number, version: number): void {
    this.#active = { jobId, ntime, version };
    this.#template = undefined;
  }

  #shareOf(work: { jobId: number; ntime: number; version: number }): Uint8Array {
    const share = { ...work, channelId: this.#channelId, sequenceNumber: 0, nonce: 0 };
    return this.#standard
      ? encodeFrame(SubmitSharesStandard, share)
      : encodeFrame(SubmitSharesExtended, { ...share, extranonce: this.#extranonce });
  }
}
