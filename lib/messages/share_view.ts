/**
 * Shares read, and their acceptance written, where they lie in a buffer. A pool does this for each
 * share, so nothing here makes an object. The places are the definitions' own.
 *
 * @module
 */

import { setU32At, setU64At, u32At } from "../codec/bytes_at.ts";
import { offsetOf } from "../codec/message.ts";
import { SubmitSharesExtended, SubmitSharesStandard, SubmitSharesSuccess } from "./mining.ts";

const CHANNEL_ID = offsetOf(SubmitSharesExtended, "channelId");
const SEQUENCE_NUMBER = offsetOf(SubmitSharesExtended, "sequenceNumber");
const JOB_ID = offsetOf(SubmitSharesExtended, "jobId");
const NONCE = offsetOf(SubmitSharesExtended, "nonce");
const NTIME = offsetOf(SubmitSharesExtended, "ntime");
const VERSION = offsetOf(SubmitSharesExtended, "version");
const EXTRANONCE = offsetOf(SubmitSharesExtended, "extranonce");
const EXTRANONCE_MAX = SubmitSharesExtended.fields.extranonce.maxSize - 1;

/** Bytes of every SubmitShares.Success payload. */
export const SUBMIT_SHARES_SUCCESS_SIZE = SubmitSharesSuccess.maxSize;
const ACCEPTED_CHANNEL_ID = offsetOf(SubmitSharesSuccess, "channelId");
const LAST_SEQUENCE_NUMBER = offsetOf(SubmitSharesSuccess, "lastSequenceNumber");
const NEW_SUBMITS_ACCEPTED_COUNT = offsetOf(SubmitSharesSuccess, "newSubmitsAcceptedCount");
const NEW_SHARES_SUM = offsetOf(SubmitSharesSuccess, "newSharesSum");

/**
 * One share, to be filled again and again. All numbers are the peer's, any U32; what they mean is
 * said by {@link SubmitSharesStandard} and {@link SubmitSharesExtended}.
 */
export class ShareView {
  channelId = 0;
  sequenceNumber = 0;
  jobId = 0;
  nonce = 0;
  ntime = 0;
  version = 0;
  /** The rolled extranonce is `[extranonceStart, extranonceEnd)` of the payload, 0 to 32 bytes. */
  extranonceStart = 0;
  extranonceEnd = 0;
  /** Where the payload's own fields end, and TLVs may begin. */
  end = 0;

  /** @throws {DecodeError} As {@link SubmitSharesStandard}'s `decode()`. */
  readStandard(payload: Uint8Array): void {
    if (payload.length < SubmitSharesStandard.minSize) SubmitSharesStandard.decode(payload);
    this.#readCommon(payload);
    this.extranonceStart = 0;
    this.extranonceEnd = 0;
    this.end = SubmitSharesStandard.minSize;
  }

  /** @throws {DecodeError} As {@link SubmitSharesExtended}'s `decode()`. */
  readExtended(payload: Uint8Array): void {
    const length = payload[EXTRANONCE] ?? 0;
    const end = EXTRANONCE + 1 + length;
    if (length > EXTRANONCE_MAX || end > payload.length) SubmitSharesExtended.decode(payload);
    this.#readCommon(payload);
    this.extranonceStart = EXTRANONCE + 1;
    this.extranonceEnd = end;
    this.end = end;
  }

  #readCommon(payload: Uint8Array): void {
    this.channelId = u32At(payload, CHANNEL_ID);
    this.sequenceNumber = u32At(payload, SEQUENCE_NUMBER);
    this.jobId = u32At(payload, JOB_ID);
    this.nonce = u32At(payload, NONCE);
    this.ntime = u32At(payload, NTIME);
    this.version = u32At(payload, VERSION);
  }
}

/** As {@link SubmitSharesSuccess}; the sum is a whole number in `[0, 2^53]`. */
export interface Acceptance {
  readonly channelId: number;
  readonly lastSequenceNumber: number;
  readonly newSubmitsAcceptedCount: number;
  readonly newSharesSum: number;
}

/** Writes the payload of SubmitShares.Success, {@link SUBMIT_SHARES_SUCCESS_SIZE} bytes, at `at`. */
export function writeSubmitSharesSuccess(into: Uint8Array, at: number, answer: Acceptance): void {
  setU32At(into, at + ACCEPTED_CHANNEL_ID, answer.channelId);
  setU32At(into, at + LAST_SEQUENCE_NUMBER, answer.lastSequenceNumber);
  setU32At(into, at + NEW_SUBMITS_ACCEPTED_COUNT, answer.newSubmitsAcceptedCount);
  setU64At(into, at + NEW_SHARES_SUM, answer.newSharesSum);
}
