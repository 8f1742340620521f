import { setU32At } from "../../codec/bytes_at.ts";
import { joinCoinbase } from "../../bitcoin/coinbase.ts";
import { offsetOf } from "../../codec/message.ts";
import type { Job } from "../../channel/job.ts";
import { encodeFrame } from "../../frame/encode.ts";
import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { merkleFold, sha256d } from "../../kernel/sha.ts";
import {
  NewExtendedMiningJob,
  NewMiningJob,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesSuccess,
} from "../../messages/mining.ts";
import { writeSubmitSharesSuccess } from "../../messages/share_view.ts";
import type { ShareRefusal } from "../../channel/tally.ts";
import type { PoolChannel } from "./miner.ts";

/** Of every message that is patched here: each begins with its channel. */
const CHANNEL_ID = FRAME_HEADER_SIZE;
const SEQUENCE_NUMBER = FRAME_HEADER_SIZE + offsetOf(SubmitSharesError, "sequenceNumber");

/** A frame that many channels are to get, each with its own number in it. Made once. */
export class SharedFrame {
  readonly #encode: (channelId: number) => Uint8Array;
  #frame: Uint8Array | undefined;

  /** @param encode Makes the frame, of a message whose first field is `channel_id`. */
  constructor(encode: (channelId: number) => Uint8Array) {
    this.#encode = encode;
  }

  /** The frame for one channel, to be used before the next call. */
  to(channelId: number): Uint8Array {
    if (this.#frame === undefined) this.#frame = this.#encode(channelId);
    else setU32At(this.#frame, CHANNEL_ID, channelId);
    return this.#frame;
  }
}

/** @param minNtime `null` in a job that waits for its SetNewPrevHash. */
export function extendedJobFrame(
  job: Job<unknown>,
  channelId: number,
  minNtime: number | null,
): Uint8Array {
  const { id: jobId, version, versionRollingAllowed, merklePath, coinbase: { stripped } } = job;
  return encodeFrame(NewExtendedMiningJob, {
    channelId,
    jobId,
    minNtime,
    version,
    versionRollingAllowed,
    merklePath: [...merklePath],
    coinbaseTxPrefix: stripped.prefix,
    coinbaseTxSuffix: stripped.suffix,
  });
}

/** The job as a standard channel gets it: with the merkle root that its extranonce makes. */
export function standardJobFrame(
  job: Job<unknown>,
  channel: PoolChannel,
  minNtime: number | null,
): Uint8Array {
  let merkleRoot = channel.rootOf(job);
  if (merkleRoot === undefined) {
    merkleRoot = fastMerkleRoot(job, channel.extranoncePrefixOf(job));
    channel.keepRoot(job, merkleRoot);
  }
  const { id: jobId, version } = job;
  return encodeFrame(NewMiningJob, {
    channelId: channel.id,
    jobId,
    minNtime,
    version,
    merkleRoot,
  });
}

/** As `merkleRootOf()` says, by the kernel. */
export function fastMerkleRoot(
  { coinbase: { stripped }, merklePath }: Pick<Job<unknown>, "coinbase" | "merklePath">,
  extranonce: Uint8Array,
): Uint8Array {
  return merkleFold(sha256d(joinCoinbase(stripped, extranonce)), merklePath);
}

/** The job, a future one until now, is to be worked on. */
export function prevHashFrame(job: Job<unknown>, channelId: number): Uint8Array {
  const { prevHash, minNtime, nBits: nbits } = job.tip ?? NO_TIP;
  return encodeFrame(SetNewPrevHash, { channelId, jobId: job.id, prevHash, minNtime, nbits });
}

const NO_TIP = { prevHash: new Uint8Array(32), minNtime: 0, nBits: 0 };

// Filled again for each channel: there is one for every share of a pool that acknowledges each.
const accepted = encodeFrame(SubmitSharesSuccess, {
  channelId: 0,
  lastSequenceNumber: 0,
  newSubmitsAcceptedCount: 0,
  newSharesSum: 0n,
});

/** Tells the channel of its unacknowledged shares. To be used before the next call. */
export function acceptedFrame({ id, unacknowledged }: PoolChannel): Uint8Array {
  writeSubmitSharesSuccess(accepted, FRAME_HEADER_SIZE, {
    channelId: id,
    lastSequenceNumber: unacknowledged.lastSequenceNumber,
    newSubmitsAcceptedCount: unacknowledged.count,
    newSharesSum: unacknowledged.sum,
  });
  return accepted;
}

/** One for each code; the codes are few and ours. */
const refusals = new Map<ShareRefusal, Uint8Array>();

/**
 * SubmitShares.Error, to be used before the next call.
 *
 * @param sequenceNumber The refused share's, as the client chose it.
 */
export function refusedFrame(
  channelId: number,
  sequenceNumber: number,
  errorCode: ShareRefusal,
): Uint8Array {
  let model = refusals.get(errorCode);
  if (model === undefined) {
    model = encodeFrame(SubmitSharesError, { channelId, sequenceNumber, errorCode });
    refusals.set(errorCode, model);
  }
  setU32At(model, CHANNEL_ID, channelId);
  setU32At(model, SEQUENCE_NUMBER, sequenceNumber);
  return model;
}
