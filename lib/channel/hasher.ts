import { concatBytes } from "../bitcoin/bytes.ts";
import { joinCoinbase } from "../bitcoin/coinbase.ts";
import { sha256d } from "../bitcoin/hash.ts";
import { encodeHeader } from "../bitcoin/header.ts";
import { foldMerklePath } from "../bitcoin/merkle.ts";
import { UsageError } from "../errors.ts";
import type { JobParts } from "./job.ts";

/** What all shares of a job have in common. */
export interface HashedJob {
  /** Coinbase up to the extranonce, and after it, without witness. */
  readonly coinbasePrefix: Uint8Array;
  readonly coinbaseSuffix: Uint8Array;
  readonly merklePath: readonly Uint8Array[];
  readonly prevHash: Uint8Array;
  readonly nBits: number;
}

/** What a share adds to the header of its job. */
export interface HashedShare {
  readonly version: number;
  readonly ntime: number;
  readonly nonce: number;
}

/** A share whose header is known but for what the client set. */
export interface HashedHeader extends HashedShare {
  readonly merkleRoot: Uint8Array;
  readonly prevHash: Uint8Array;
  readonly nBits: number;
}

/**
 * Hashes shares, many at a time. The kernel's does it fast; {@link PlainHasher} does it plainly, and
 * says what is right.
 */
export interface ShareHasher {
  /** Keeps a job's constant parts. @returns What it is called until it is dropped. */
  layJob(job: HashedJob): number;
  dropJob(slot: number): void;
  /** Empties the batch. */
  begin(): void;
  /**
   * Adds a share of an extended channel to the batch.
   *
   * @param extranoncePrefix The channel's part.
   * @param extranonce The part that was rolled.
   */
  addExtended(
    slot: number,
    extranoncePrefix: Uint8Array,
    extranonce: Uint8Array,
    share: HashedShare,
  ): void;
  /** Adds a share of a standard channel to the batch. */
  addStandard(share: HashedHeader): void;
  /** Hashes the batch. */
  run(): void;
  /** Header hash of the `i`-th share, 32 bytes; valid until {@link begin}. */
  hash(i: number): Uint8Array;
}

/** The plain way, one share after the other: the reference for faster ones. */
export class PlainHasher implements ShareHasher {
  readonly #jobs = new Map<number, HashedJob>();
  readonly #hashes: Uint8Array[] = [];
  #nextSlot = 0;

  /** Jobs laid and not dropped. */
  get jobs(): number {
    return this.#jobs.size;
  }

  layJob(job: HashedJob): number {
    this.#jobs.set(this.#nextSlot, job);
    return this.#nextSlot++;
  }

  dropJob(slot: number): void {
    this.#jobs.delete(slot);
  }

  begin(): void {
    this.#hashes.length = 0;
  }

  addExtended(
    slot: number,
    extranoncePrefix: Uint8Array,
    extranonce: Uint8Array,
    share: HashedShare,
  ): void {
    const job = this.#jobs.get(slot);
    if (job === undefined) throw new UsageError(`Cannot hash for job slot ${slot}: it was dropped`);
    const { prevHash, nBits } = job;
    const { coinbasePrefix, coinbaseSuffix, merklePath } = job;
    const coinbase = concatBytes(coinbasePrefix, extranoncePrefix, extranonce, coinbaseSuffix);
    const merkleRoot = foldMerklePath(sha256d(coinbase), merklePath);
    this.addStandard({ ...share, prevHash, nBits, merkleRoot });
  }

  addStandard({ version, ntime: time, nonce, merkleRoot, prevHash, nBits }: HashedHeader): void {
    const header = { version, prevHash, merkleRoot, time, nBits, nonce };
    this.#hashes.push(sha256d(encodeHeader(header)));
  }

  run(): void {}

  hash(i: number): Uint8Array {
    const hash = this.#hashes[i];
    if (hash === undefined) throw new UsageError(`Cannot give hash ${i} of ${this.#hashes.length}`);
    return hash;
  }
}

/** Merkle root with this extranonce in the coinbase: what NewMiningJob tells. SV2 §5.3.16 */
export function merkleRootOf(
  { coinbase: { stripped }, merklePath }: Pick<JobParts, "coinbase" | "merklePath">,
  extranonce: Uint8Array,
): Uint8Array {
  return foldMerklePath(sha256d(joinCoinbase(stripped, extranonce)), merklePath);
}
