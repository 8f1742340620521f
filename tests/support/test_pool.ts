/**
 * A pool of the simplest kind, which checks shares the long way: nothing in it is shared with the miner
 * but the codec.
 *
 * @module
 */

import { ok } from "node:assert";
import { concatBytes } from "../../lib/bitcoin/bytes.ts";
import { sha256d } from "../../lib/bitcoin/hash.ts";
import { encodeHeader } from "../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../lib/bitcoin/merkle.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import {
  CloseChannel,
  NewExtendedMiningJob,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  SetNewPrevHash,
  SubmitSharesError,
  SubmitSharesExtended,
  SubmitSharesSuccess,
} from "../../lib/messages/mining.ts";
import { hashMeetsTarget } from "../../lib/pow/target.ts";
import type { Peer, Role } from "../../lib/session/role.ts";
import { extendedJobMessage, PREFIX } from "./miner_bench.ts";

const CHANNEL = 2;
const GROUP = 1;
const MIN_NTIME = 1_700_000_000;

export class TestPool implements Role {
  readonly target: bigint;
  readonly peers = new Set<Peer>();
  readonly opened: { userIdentity: string; nominalHashRate: number }[] = [];
  readonly closed: string[] = [];
  readonly hashes: string[] = [];
  accepted = 0;
  refused = 0;
  /** Shares of each SubmitShares.Success. */
  batch = 1;
  #jobId = 0;
  #unanswered = 0;

  constructor(target: bigint) {
    this.target = target;
  }

  connected(peer: Peer): void {
    this.peers.add(peer);
  }

  received(peer: Peer, { msgType, payload }: Frame): void {
    if (msgType === OpenExtendedMiningChannel.id) this.#open(peer, payload);
    else if (msgType === SubmitSharesExtended.id) this.#share(peer, payload);
    else if (msgType === CloseChannel.id) {
      this.closed.push(CloseChannel.decode(payload).value.reasonCode);
    }
  }

  settled(): void {}

  disconnected(peer: Peer): void {
    this.peers.delete(peer);
  }

  tick(): void {}

  /** A new block was found elsewhere. */
  block(): void {
    const jobId = ++this.#jobId;
    for (const peer of this.peers) {
      peer.send(NewExtendedMiningJob, { ...extendedJobMessage(jobId), channelId: GROUP });
      peer.send(SetNewPrevHash, { ...this.#tip(), channelId: GROUP, jobId });
    }
  }

  #open(peer: Peer, payload: Uint8Array): void {
    const { value } = OpenExtendedMiningChannel.decode(payload);
    const { requestId, userIdentity, nominalHashRate } = value;
    this.opened.push({ userIdentity, nominalHashRate });
    peer.send(OpenExtendedMiningChannelSuccess, {
      requestId,
      channelId: CHANNEL,
      target: this.target,
      extranonceSize: 8,
      extranoncePrefix: PREFIX,
      groupChannelId: GROUP,
    });
    this.block();
  }

  #share(peer: Peer, payload: Uint8Array): void {
    const { value: share } = SubmitSharesExtended.decode(payload);
    ok(share.channelId === CHANNEL);
    const { sequenceNumber } = share;
    const fault = this.#judge(share);
    if (fault !== undefined) {
      this.refused++;
      peer.send(SubmitSharesError, { channelId: CHANNEL, sequenceNumber, errorCode: fault });
      return;
    }
    this.accepted++;
    if (++this.#unanswered < this.batch) return;
    peer.send(SubmitSharesSuccess, {
      channelId: CHANNEL,
      lastSequenceNumber: sequenceNumber,
      newSubmitsAcceptedCount: this.#unanswered,
      newSharesSum: 0n,
    });
    this.#unanswered = 0;
  }

  #judge(share: ReturnType<typeof SubmitSharesExtended.decode>["value"]): string | undefined {
    if (share.jobId !== this.#jobId) return "stale-share";
    if (share.extranonce.length !== 8) return "bad-extranonce-size";
    const job = extendedJobMessage(share.jobId);
    const coinbase = concatBytes(
      job.coinbaseTxPrefix,
      PREFIX,
      share.extranonce,
      job.coinbaseTxSuffix,
    );
    if (((share.version ^ job.version) & ~0x1fff_ffe0) !== 0) return "version";
    if (share.ntime < MIN_NTIME || share.ntime > MIN_NTIME + 7_200) return "invalid-share";
    const hash = sha256d(encodeHeader({
      version: share.version,
      prevHash: this.#tip().prevHash,
      merkleRoot: foldMerklePath(sha256d(coinbase), job.merklePath),
      time: share.ntime,
      nBits: this.#tip().nbits,
      nonce: share.nonce,
    }));
    if (!hashMeetsTarget(hash, this.target)) return "difficulty-too-low";
    if (this.hashes.includes(hash.toHex())) return "duplicate-share";
    this.hashes.push(hash.toHex());
    return undefined;
  }

  #tip(): { prevHash: Uint8Array; nbits: number; minNtime: number } {
    const prevHash = new Uint8Array(32).fill(this.#jobId);
    return { prevHash, nbits: 0x1d00_ffff, minNtime: MIN_NTIME };
  }
}
