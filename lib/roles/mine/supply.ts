import type { Abilities } from "../../../drivers/driver.ts";
import { GENERAL_PURPOSE_BITS, spreadBits } from "../../pow/version_bits.ts";

/**
 * Bits of the version that set units of one header apart. BIP 320 chips roll the others, so two of
 * them with the same job never try the same header.
 */
const UNIT_BITS = GENERAL_PURPOSE_BITS & ~0x1fff_e000;
const UNIT_VERSIONS = 256;
/** Nonces of a unit where nothing but the nonce sets units apart. */
const SLICE = 2 ** 24;
const SLICES = 2 ** 32 / SLICE;
/** What servers accept beyond a job's `min_ntime`, in seconds, whatever the clock says. */
const MAX_ROLL = 7_200;

/** A part of a job's search space: what to put into the header before it is handed out. */
export interface Unit {
  readonly extranonce: Uint8Array;
  readonly version: number;
  /** Bits of the version that the device may roll; 0 in `version`. */
  readonly versionMask: number;
  readonly nonces: readonly [first: number, last: number];
  /** Seconds to add to the job's `min_ntime`. */
  readonly seconds: number;
}

/** What there is to cut up. */
export interface SupplyOptions {
  /** The job's, as it came: its bits under the mask mean nothing, SV2 §5.3.15. */
  readonly version: number;
  /** Bits of the version that may be rolled: those of BIP 323, or none. */
  readonly versionMask: number;
  /** Bytes to roll, 0 to 32. */
  readonly extranonceSize: number;
  /** Where to begin, see {@link Supply.cursor}. */
  readonly cursor: bigint;
}

/**
 * Cuts a job's search space into units, none of which is handed out twice: by extranonce where there
 * is one to roll, else by version bits, else by nonces; and once those are used up, by nTime, which
 * lets as many again be handed out each second.
 */
export class Supply {
  readonly #options: SupplyOptions;
  #cursor: bigint;
  /** Units since nTime last made all of them new. */
  #taken = 0;
  /** Seconds of the newest unit. */
  #newest = 0;
  /** A device that rolls nTime has a unit: what it was given is never free again. */
  #rolled = false;

  constructor(options: SupplyOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Extranonce of the next unit, as a number: a later job of the same content goes on from it. */
  get cursor(): bigint {
    return this.#cursor;
  }

  /**
   * @param elapsed Whole seconds since the job's `min_ntime` came.
   * @returns Undefined if nothing is left in this second.
   */
  take(abilities: Abilities, elapsed: number): Unit | undefined {
    const seconds = Math.max(this.#newest, Math.min(elapsed, MAX_ROLL));
    if (this.#taken >= this.#slots(abilities)) {
      if (this.#rolled || seconds === this.#newest) return undefined;
      this.#taken = 0;
    }
    this.#newest = seconds;
    this.#rolled ||= abilities.rollsTime;
    return { ...this.#unit(this.#taken++, abilities), seconds };
  }

  #slots({ nonceRange }: Abilities): number {
    const { extranonceSize, versionMask } = this.#options;
    if (extranonceSize > 0) return 256 ** Math.min(extranonceSize, 6);
    if (versionMask !== 0) return UNIT_VERSIONS;
    return nonceRange ? SLICES : 1;
  }

  #unit(slot: number, abilities: Abilities): Omit<Unit, "seconds"> {
    const { version, versionMask, extranonceSize } = this.#options;
    const rollable = versionMask & abilities.versionMask;
    const nonces = [0, 0xffff_ffff] as const;
    if (extranonceSize > 0) {
      return {
        extranonce: bigEndian(this.#cursor++, extranonceSize),
        version: (version & ~rollable) >>> 0,
        versionMask: rollable,
        nonces,
      };
    }
    const extranonce = new Uint8Array();
    if (versionMask !== 0) {
      return {
        extranonce,
        version: (version & ~(rollable | UNIT_BITS) | spreadBits(slot, UNIT_BITS)) >>> 0,
        versionMask: rollable & ~UNIT_BITS,
        nonces,
      };
    }
    const slice = [slot * SLICE, (slot + 1) * SLICE - 1] as const;
    return { extranonce, version, versionMask: 0, nonces: abilities.nonceRange ? slice : nonces };
  }
}

function bigEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}
