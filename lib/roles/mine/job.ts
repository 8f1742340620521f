import { concatBytes } from "../../bitcoin/bytes.ts";
import { sha256d } from "../../bitcoin/hash.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import type { NewExtendedMiningJob, NewMiningJob } from "../../messages/mining.ts";
import { GENERAL_PURPOSE_BITS } from "../../pow/version_bits.ts";
import type { Instant, UnixSeconds } from "../../time.ts";
import type { Supply } from "./supply.ts";

/** A job as it came: what it builds on is not known before it is active. */
export interface Job {
  readonly id: number;
  readonly version: number;
  /** Bits of the version that may be rolled. */
  readonly versionMask: number;
  /**
   * The header's merkle root.
   *
   * @param extranonce What the channel rolls; empty on a standard channel.
   */
  merkleRoot(extranonce: Uint8Array): Uint8Array;
}

/** A job that is, or was, mined on. */
export interface ActiveJob {
  readonly job: Job;
  readonly prevHash: Uint8Array;
  readonly nbits: number;
  readonly minNtime: UnixSeconds;
  /** When `minNtime` came; nTime may be later by what has passed since, SV2 §5.3.11. */
  readonly since: Instant;
  /** Largest hash that the server takes as a share; stays as it was when the job became active. */
  readonly target: bigint;
  /** Largest hash that makes a block. */
  readonly networkTarget: bigint;
  readonly supply: Supply;
}

/** A job whose header the server made, SV2 §5.3.15. */
export function standardJob({ jobId, version, merkleRoot }: NewMiningJob): Job {
  return {
    id: jobId,
    version,
    versionMask: GENERAL_PURPOSE_BITS,
    merkleRoot: () => merkleRoot,
  };
}

/**
 * A job whose coinbase we complete, SV2 §5.3.16.
 *
 * @param prefix The channel's extranonce prefix at the time the job came, SV2 §5.3.10.
 */
export function extendedJob(message: NewExtendedMiningJob, prefix: Uint8Array): Job {
  const { jobId, version, versionRollingAllowed, merklePath } = message;
  const { coinbaseTxPrefix, coinbaseTxSuffix } = message;
  return {
    id: jobId,
    version,
    versionMask: versionRollingAllowed ? GENERAL_PURPOSE_BITS : 0,
    merkleRoot(extranonce) {
      const coinbase = concatBytes(coinbaseTxPrefix, prefix, extranonce, coinbaseTxSuffix);
      return foldMerklePath(sha256d(coinbase), merklePath);
    },
  };
}

/** The same job where the server wants the version left alone, SV2 §5.3.1. */
export function withFixedVersion(job: Job): Job {
  return { ...job, versionMask: 0 };
}
