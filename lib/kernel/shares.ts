import { UsageError } from "../errors.ts";
import { Arena } from "./arena.ts";
import * as wasm from "./kernel.wasm";
import { LaneChoice, type LaneOptions } from "./lane_choice.ts";
import { BYTES, VIEW } from "./memory.ts";
import { MERKLE_LEVELS } from "./sha.ts";

/** What all shares of a job have in common. */
export interface JobParts {
  /** Of the serialization without witness, below 64 KiB; the extranonce comes right after it. */
  readonly coinbasePrefix: Uint8Array;
  readonly coinbaseSuffix: Uint8Array;
  /** At most 32 levels, the deepest sibling first. */
  readonly merklePath: readonly Uint8Array[];
  readonly prevHash: Uint8Array;
  readonly nBits: number;
}

/** What a miner may set of a header. */
export interface ShareFields {
  readonly version: number;
  readonly ntime: number;
  readonly nonce: number;
}

/** A share whose header is known but for what the miner set. */
export interface StandardShare extends ShareFields {
  readonly merkleRoot: Uint8Array;
  readonly prevHash: Uint8Array;
  readonly nBits: number;
}

/** Bytes of the whole extranonce, prefix and the miner's part. */
const EXTRANONCE_LIMIT = 64;
const COINBASE_LIMIT = 65535;

/** Shares in a run that is long enough to tell how fast it was, and in which lanes. */
const TELLING = 8;

// One memory a worker, so one arena, and one batch at a time.
const arena = new Arena(wasm.ARENA, wasm.ARENA_SIZE);
const hashes: Uint8Array[] = [];
let open: ShareKernel | undefined;

/**
 * Hashes shares by the batch: coinbase, merkle path and header, four or eight shares at a time, over parts of
 * the job that were laid down once. What comes first is hashed together, so shares of the same job in
 * a row cost least; a single one costs nearly as much as four.
 *
 * A batch is begun, filled, run and read without letting go of the thread in between: the kernel
 * holds one at a time. Slots last until they are dropped.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * import { ShareKernel } from "headframe/kernel/shares.ts";
 *
 * const kernel = new ShareKernel();
 * const slot = kernel.layJob({
 *   coinbasePrefix: new Uint8Array(60),
 *   coinbaseSuffix: new Uint8Array(100),
 *   merklePath: [new Uint8Array(32)],
 *   prevHash: new Uint8Array(32),
 *   nBits: 0x207fffff,
 * });
 * kernel.begin();
 * const share = { version: 0x20000000, ntime: 1700000000, nonce: 7 };
 * kernel.addExtended(slot, new Uint8Array(4), new Uint8Array(8), share);
 * kernel.run();
 * strictEqual(kernel.hash(0).length, 32);
 * kernel.dropJob(slot);
 * ```
 */
export class ShareKernel {
  readonly #slots = new Set<number>();
  readonly #choice: LaneChoice;
  #extended = 0;
  #standard = 0;
  #size = 0;
  #done = 0;

  constructor(options: LaneOptions = {}) {
    this.#choice = new LaneChoice(options, TELLING);
  }

  /**
   * Lays down a job. About a kilobyte and the coinbase suffix, out of 32 MiB for all of a worker.
   *
   * @returns The slot, to be dropped with the job.
   * @throws {UsageError} If something has a size that cannot be, or all memory is taken.
   */
  layJob(job: JobParts): number {
    const { coinbasePrefix, coinbaseSuffix, merklePath, prevHash } = job;
    if (coinbasePrefix.length > COINBASE_LIMIT || coinbaseSuffix.length > COINBASE_LIMIT) {
      throw new UsageError("Cannot lay job: a part of the coinbase is longer than 65535 bytes");
    }
    if (
      merklePath.length > MERKLE_LEVELS || prevHash.length !== 32 ||
      merklePath.some((sibling) => sibling.length !== 32)
    ) {
      throw new UsageError("Cannot lay job: merkle path too long, or a hash not of 32 bytes");
    }
    const path = wasm.SLOT_PATH + 32 * merklePath.length;
    const slot = arena.take(wasm.SLOT_FIXED + 32 * merklePath.length + coinbaseSuffix.length);
    BYTES.set(prevHash, slot + wasm.SLOT_PREV_HASH);
    merklePath.forEach((sibling, i) => BYTES.set(sibling, slot + wasm.SLOT_PATH + 32 * i));
    BYTES.set(coinbaseSuffix, slot + path);
    BYTES.set(coinbasePrefix, wasm.MESSAGE);
    wasm.laySlot(
      slot,
      wasm.MESSAGE,
      coinbasePrefix.length,
      coinbaseSuffix.length,
      merklePath.length,
      job.nBits,
    );
    this.#slots.add(slot);
    return slot;
  }

  /**
   * Frees a slot. Shares of it that are in the batch are hashed before.
   *
   * @throws {UsageError} If it is not one of this kernel's, or was dropped before.
   */
  dropJob(slot: number): void {
    if (!this.#slots.delete(slot)) throw new UsageError(`Cannot drop slot ${slot}: not in use`);
    open?.run();
    arena.give(slot);
  }

  /** Begins a batch; the results of the one before are gone. */
  begin(): void {
    open = this;
    this.#extended =
      this.#standard =
      this.#size =
      this.#done =
        0;
  }

  /** Shares added since {@link begin}. */
  get size(): number {
    return this.#size;
  }

  /** How many shares a batch can have. */
  get limit(): number {
    return wasm.RESULTS_LIMIT;
  }

  /**
   * Adds a share of an extended channel. Its number is what {@link size} was before.
   *
   * @throws {UsageError} If the slot is not in use, the extranonce longer than 64 bytes, the batch
   * full or not begun.
   */
  addExtended(
    slot: number,
    extranoncePrefix: Uint8Array,
    extranonce: Uint8Array,
    { version, ntime, nonce }: ShareFields,
  ): void {
    const prefixSize = extranoncePrefix.length;
    const extranonceSize = prefixSize + extranonce.length;
    if (!this.#slots.has(slot) || extranonceSize > EXTRANONCE_LIMIT) {
      throw new UsageError("Cannot add share: slot not in use, or extranonce longer than 64 bytes");
    }
    if (this.#extended === wasm.SHARES_LIMIT) this.run();
    const at = wasm.EXTENDED + wasm.SHARE_SIZE * this.#extended;
    this.#put(at, version, ntime, nonce);
    this.#extended++;
    VIEW.setUint32(at + wasm.SHARE_SLOT, slot, true);
    VIEW.setUint32(at + wasm.SHARE_EXTRANONCE_SIZE, extranonceSize, true);
    BYTES.set(extranoncePrefix, at + wasm.SHARE_EXTRANONCE);
    BYTES.set(extranonce, at + wasm.SHARE_EXTRANONCE + prefixSize);
  }

  /**
   * Adds a share of a standard channel, likewise.
   *
   * @throws {UsageError} If a hash has not 32 bytes, the batch is full or not begun.
   */
  addStandard({ merkleRoot, prevHash, nBits, version, ntime, nonce }: StandardShare): void {
    if (merkleRoot.length !== 32 || prevHash.length !== 32) {
      throw new UsageError("Cannot add share: a hash not of 32 bytes");
    }
    if (this.#standard === wasm.SHARES_LIMIT) this.run();
    const at = wasm.STANDARD + wasm.SHARE_SIZE * this.#standard;
    this.#put(at, version, ntime, nonce);
    this.#standard++;
    VIEW.setUint32(at + wasm.SHARE_N_BITS, nBits, true);
    BYTES.set(prevHash, at + wasm.SHARE_PREV_HASH);
    BYTES.set(merkleRoot, at + wasm.SHARE_ROOT);
  }

  /**
   * Hashes all shares that were added. More may be added after, and hashed by another call.
   *
   * @throws {UsageError} If the batch is not begun, or another kernel has begun one since.
   */
  run(): void {
    if (open !== this) throw new UsageError("Cannot run batch: not begun");
    this.#choice.run((lanes) => {
      wasm.hashShares(this.#extended, this.#standard, lanes === 8 ? 1 : 0);
      return this.#extended + this.#standard;
    });
    this.#extended = this.#standard = 0;
    this.#done = this.#size;
  }

  /**
   * The header hash of a share: 32 bytes as the next header would name it, valid until
   * {@link begin}.
   *
   * @throws {UsageError} If that share was not run, or another kernel has begun a batch since.
   */
  hash(index: number): Uint8Array {
    if (open !== this || !(index >= 0 && index < this.#done)) {
      throw new UsageError(`Cannot read hash ${index}: not in this batch`);
    }
    const at = wasm.RESULTS + 32 * index;
    return hashes[index] ??= BYTES.subarray(at, at + 32);
  }

  #put(at: number, version: number, ntime: number, nonce: number): void {
    if (open !== this || this.#size === wasm.RESULTS_LIMIT) {
      throw new UsageError("Cannot add share: batch is full, or not begun");
    }
    VIEW.setUint32(at + wasm.SHARE_VERSION, version, true);
    VIEW.setUint32(at + wasm.SHARE_TIME, ntime, true);
    VIEW.setUint32(at + wasm.SHARE_NONCE, nonce, true);
    VIEW.setUint32(at + wasm.SHARE_RESULT, this.#size++, true);
  }
}
