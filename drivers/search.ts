import { decodeHeader } from "../lib/bitcoin/header.ts";
import { countUnder, spreadBits } from "../lib/pow/version_bits.ts";
import type { Work } from "./driver.ts";

/** Headers that differ in nothing but their nonce. */
export interface Stretch {
  readonly version: number;
  readonly firstNonce: number;
  /** At least 1. */
  readonly count: number;
}

/** Nonces that are tried under one version before the next version has its turn. */
const BLOCK = 2 ** 22;

/**
 * In which order a device that computes by software goes through {@link Work}: a block of nonces
 * under each version, then the next block. Every header comes once.
 */
export class Search {
  readonly #work: Work;
  readonly #version: number;
  readonly #versions: number;
  #blockStart: number;
  #versionIndex = 0;
  #nonce: number;

  constructor(work: Work) {
    const { header, versionMask, nonces: [first] } = work;
    this.#work = work;
    this.#version = decodeHeader(header).version;
    this.#versions = countUnder(versionMask);
    this.#blockStart = first;
    this.#nonce = first;
  }

  /**
   * Takes up to `limit` headers out of the work.
   *
   * @param limit At least 1.
   * @returns Undefined when there is none left.
   */
  take(limit: number): Stretch | undefined {
    const last = this.#work.nonces[1];
    if (this.#blockStart > last) return undefined;
    const blockEnd = Math.min(this.#blockStart + BLOCK, last + 1);
    const { versionMask } = this.#work;
    const version = (this.#version | spreadBits(this.#versionIndex, versionMask)) >>> 0;
    const firstNonce = this.#nonce;
    const count = Math.min(limit, blockEnd - firstNonce);
    this.#nonce += count;
    if (this.#nonce === blockEnd) {
      this.#versionIndex++;
      if (this.#versionIndex === this.#versions) {
        this.#versionIndex = 0;
        this.#blockStart = blockEnd;
      }
      this.#nonce = this.#blockStart;
    }
    return { version, firstNonce, count };
  }
}
