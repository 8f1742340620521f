import { HEADER_SIZE } from "../bitcoin/header.ts";
import { UsageError } from "../errors.ts";
import { scan, SCAN_FOUND, SCAN_HEADER, SCAN_TARGET, scanLength } from "./kernel.wasm";
import { LaneChoice, type LaneOptions, type Lanes } from "./lane_choice.ts";
import { BYTES, VIEW } from "./memory.ts";

/** What a stretch of nonces had in it. */
export interface Scan {
  /** Nonces whose header meets the target, ascending. Valid until the next scan of this scanner. */
  readonly nonces: readonly number[];
  /**
   * How many nonces were tried. Fewer than asked for if very many met the target; the rest is still
   * to be scanned.
   */
  readonly tried: number;
}

/**
 * Searches the nonces of a header, several million a second. Does as much as it is told and returns,
 * so that a worker can look for new work in between: a few hundred thousand nonces are about 50 ms.
 *
 * @example The nonce of the first block
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * import { Scanner } from "headframe/kernel/scan.ts";
 *
 * const scanner = new Scanner();
 * scanner.prepare(
 *   Uint8Array.fromHex(
 *     "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2" +
 *       "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000",
 *   ),
 *   Uint8Array.fromHex("00000000000000000000000000000000000000000000000000" + "00ffff00000000"),
 * );
 * deepStrictEqual(scanner.scan(2083236000, 1000).nonces, [2083236893]);
 * ```
 */
export class Scanner {
  readonly #header = new Uint8Array(HEADER_SIZE);
  readonly #target = new Uint8Array(32);
  readonly #nonces: number[] = [];
  readonly #choice: LaneChoice;

  constructor(options: LaneOptions = {}) {
    this.#choice = new LaneChoice(options, TELLING);
  }

  /** How many hashes are computed side by side, as far as is decided. */
  get lanes(): Lanes {
    return this.#choice.faster;
  }

  /**
   * Sets what is searched. Copied.
   *
   * @param header 80 bytes; those of the nonce do not matter.
   * @param target 32 bytes, lowest first: a hash meets it that is equal or below, read likewise.
   * @throws {UsageError} If one has another length.
   */
  prepare(header: Uint8Array, target: Uint8Array): void {
    if (header.length !== HEADER_SIZE || target.length !== 32) {
      throw new UsageError("Cannot scan: need a header of 80 and a target of 32 bytes");
    }
    this.#header.set(header);
    this.#target.set(target);
  }

  /**
   * Tries `count` nonces from `first` on.
   *
   * @param first 0 to 2^32 - 1.
   * @param count At most up to the last nonce, 2^32 - 1, and below 2^32.
   * @throws {UsageError} If the range leaves what a nonce can be.
   */
  scan(first: number, count: number): Scan {
    if (!isNonce(first) || !isNonce(count) || first + count > 2 ** 32) {
      throw new UsageError(`Cannot scan ${count} nonces from ${first}: out of range`);
    }
    this.#choice.run((lanes) => this.#scan(first, count, lanes));
    return { nonces: this.#nonces, tried: scanLength() >>> 0 };
  }

  #scan(first: number, count: number, lanes: Lanes): number {
    // The kernel is shared by all scanners of a worker and keeps nothing between two calls.
    BYTES.set(this.#header, SCAN_HEADER);
    BYTES.set(this.#target, SCAN_TARGET);
    const found = scan(first, count, lanes === 8 ? 1 : 0);
    this.#nonces.length = 0;
    for (let i = 0; i < found; i++) {
      this.#nonces.push(VIEW.getUint32(SCAN_FOUND + 4 * i, true));
    }
    return scanLength() >>> 0;
  }
}

/** Nonces in a scan that is long enough to tell how fast it was. */
const TELLING = 500;

function isNonce(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}
