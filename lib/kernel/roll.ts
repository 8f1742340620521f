import { countUnder, GENERAL_PURPOSE_BITS, spreadBits } from "../pow/version_bits.ts";
import type { UnixSeconds } from "../time.ts";

/** What a miner may change of a header, apart from the nonce. */
export interface Rolling {
  readonly version: number;
  /** Bits of the version that may be changed; none if rolling was not negotiated. `BIP 323` */
  readonly versionMask: number;
  readonly time: UnixSeconds;
  /** The latest time that may be set, inclusive. */
  readonly maxTime: UnixSeconds;
}

/** One header to search: its version and time. */
export interface Rolled {
  readonly version: number;
  readonly time: UnixSeconds;
}

/**
 * All headers that can be made of one, cheapest first: every version at the given time, then every
 * version a second later. Each is a new midstate or a new tail, so each wants a whole range of
 * nonces: with BIP 323's 24 bits one second is good for 2^56 hashes.
 *
 * @yields The given version and time first, then others; each pair once.
 */
export function* rollHeaders(rolling: Rolling): Generator<Rolled> {
  const mask = (rolling.versionMask & GENERAL_PURPOSE_BITS) >>> 0;
  const fixed = rolling.version & ~mask;
  const given = rolling.version & mask;
  const versions = countUnder(mask);
  for (let time = rolling.time; time <= rolling.maxTime; time++) {
    for (let index = 0; index < versions; index++) {
      yield { version: (fixed | (given ^ spreadBits(index, mask))) >>> 0, time };
    }
  }
}
