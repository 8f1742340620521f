import { concatBytes, u32Bytes } from "../../bitcoin/bytes.ts";
import { encodeCompactSize } from "../../bitcoin/compact_size.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import { MERKLE_LEVELS, merkleFold, sha256d } from "../../kernel/sha.ts";
import type {
  NewExtendedMiningJob,
  NewMiningJob,
  SetCustomMiningJob,
} from "../../messages/mining.ts";
import type { Channel } from "./channel.ts";
import { kept, keptHashes } from "./read.ts";
import type { Template } from "./template.ts";
import type { Moment } from "./timeline.ts";

/** A job that was sent to a channel or group, or that the client made itself. */
export interface Job extends Moment {
  readonly id: number;
  /** The channel or group that it was addressed to. */
  readonly to: Channel;
  readonly version: number;
  /** Undefined in a standard job, which does not say. */
  readonly rolling: boolean | undefined;
  /** Undefined in a future job. */
  readonly minNtime: number | undefined;
  /** Made {@link FORGOTTEN} when there is no room for it any more. */
  work: Work;
  /** The template that it was made from, if that was seen. */
  template: Template | undefined;
  firstShare: Moment | undefined;
}

/** What the merkle root comes from. */
export type Work =
  | { readonly kind: "standard"; readonly merkleRoot: Uint8Array }
  | ({ readonly kind: "extended" } & Halves)
  /** With the tip that it says it builds on. */
  | ({ readonly kind: "custom"; readonly prevHash: Uint8Array; readonly nBits: number } & Halves)
  | { readonly kind: "forgotten" };

/** In place of what was forgotten: shares may outlive their jobs. */
export const FORGOTTEN: Work = { kind: "forgotten" };

/** A coinbase without its extranonce, and its way to the root. */
export interface Halves {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
  readonly merklePath: readonly Uint8Array[];
}

/** Longer coinbases are not hashed for every share: a capture could make that take for ever. */
export const MOST_COINBASE = 32_768;

interface Sent {
  readonly to: Channel;
  readonly at: Moment;
}

/** The job of a NewMiningJob. */
export function standardJob(value: NewMiningJob, { to, at }: Sent): Job {
  const work: Work = { kind: "standard", merkleRoot: kept(value.merkleRoot) };
  return jobOf(value, undefined, { to, at, work });
}

/** The job of a NewExtendedMiningJob. */
export function extendedJob(value: NewExtendedMiningJob, { to, at }: Sent): Job {
  const work: Work = {
    kind: "extended",
    prefix: kept(value.coinbaseTxPrefix),
    suffix: kept(value.coinbaseTxSuffix),
    merklePath: keptHashes(value.merklePath),
  };
  return jobOf(value, value.versionRollingAllowed, { to, at, work });
}

/**
 * A job of the client's own: what it asked for, under the id that the server gave it.
 *
 * @param extranonceSize Of the whole extranonce; the script's length counts it.
 */
export function customJob(
  value: SetCustomMiningJob,
  { jobId, extranonceSize }: { readonly jobId: number; readonly extranonceSize: number },
  { to, at }: Sent,
): Job {
  const { coinbaseTxOutputs, coinbasePrefix } = value;
  const work: Work = {
    kind: "custom",
    prefix: concatBytes(
      u32Bytes(value.coinbaseTxVersion),
      Uint8Array.of(1),
      new Uint8Array(32),
      new Uint8Array(4).fill(0xff),
      encodeCompactSize(coinbasePrefix.length + extranonceSize),
      coinbasePrefix,
    ),
    suffix: concatBytes(
      u32Bytes(value.coinbaseTxInputNSequence),
      coinbaseTxOutputs,
      u32Bytes(value.coinbaseTxLocktime),
    ),
    merklePath: keptHashes(value.merklePath),
    prevHash: kept(value.prevHash),
    nBits: value.nbits,
  };
  return jobOf({ jobId, version: value.version, minNtime: value.minNtime }, true, { to, at, work });
}

function jobOf(
  value: { readonly jobId: number; readonly version: number; readonly minNtime: number | null },
  rolling: boolean | undefined,
  { to, at, work }: Sent & { readonly work: Work },
): Job {
  return {
    ...at,
    id: value.jobId,
    to,
    version: value.version,
    rolling,
    minNtime: value.minNtime ?? undefined,
    work,
    template: undefined,
    firstShare: undefined,
  };
}

/** Bytes that it takes to remember. */
export function jobWeight({ work }: Job): number {
  if (work.kind === "standard" || work.kind === "forgotten") return 32;
  return work.prefix.length + work.suffix.length + 32 * work.merklePath.length;
}

/** `prefix || extranonce || suffix`, without witness; undefined if it is too long to be hashed often. */
export function coinbaseOf(halves: Halves, extranonce: Uint8Array): Uint8Array | undefined {
  const length = halves.prefix.length + extranonce.length + halves.suffix.length;
  if (length > MOST_COINBASE) return undefined;
  return concatBytes(halves.prefix, extranonce, halves.suffix);
}

/** The root that the job has with this whole extranonce; undefined if that cannot be told. */
export function merkleRootOf(work: Work, extranonce: Uint8Array): Uint8Array | undefined {
  if (work.kind === "forgotten") return undefined;
  if (work.kind === "standard") return work.merkleRoot;
  const coinbase = coinbaseOf(work, extranonce);
  if (coinbase === undefined) return undefined;
  const { merklePath } = work;
  const txid = sha256d(coinbase);
  return merklePath.length > MERKLE_LEVELS
    ? foldMerklePath(txid, merklePath)
    : merkleFold(txid, merklePath);
}
