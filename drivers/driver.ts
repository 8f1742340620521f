/**
 * What hashes: the one interface of everything that is given headers and returns nonces, from a
 * thread of this machine to a chain of chips on a serial line.
 *
 * Work is pulled, not pushed. A device knows best when it runs dry (a BM1397 every 37 ms, a core
 * of a CPU every ten minutes), and a miner never runs out of headers; so a device asks its
 * {@link Dispatcher} for the next one, and the miner only says when all that was handed out is
 * worthless ({@link Device.renew}).
 *
 * A device is not believed: the miner hashes every nonce again, and computes hash rates that
 * matter from shares.
 *
 * @module
 */

import type { UnixSeconds } from "../lib/time.ts";

/** A part of the search space that is handed out once. */
export interface Work {
  /** Chosen by the miner; comes back with each nonce. */
  readonly id: number;
  /**
   * A whole block header, 80 bytes. Its first 64 bytes are the same for every nonce and nTime, so a
   * device may work from their midstate, one for each version it rolls.
   */
  readonly header: Uint8Array;
  /** Bits of the version that the device may set as it likes; all are 0 in `header`. */
  readonly versionMask: number;
  /** First and last nonce to try, both included; the whole of 32 bits unless the device can cut it. */
  readonly nonces: readonly [first: number, last: number];
  /**
   * Whether the device may add to the header's nTime the whole seconds that have passed since it
   * was handed this work, SV2 §5.3.11.
   */
  readonly rollTime: boolean;
  /** Largest hash worth reporting, read little-endian. A device may report easier ones as well. */
  readonly target: bigint;
}

/** What a device says it found. Unverified. */
export interface FoundNonce {
  readonly workId: number;
  /** All 32 bits as hashed. */
  readonly version: number;
  readonly ntime: UnixSeconds;
  readonly nonce: number;
}

/** The miner, as a device sees it. No method throws, and none keeps the device waiting. */
export interface Dispatcher {
  /** The next header. Undefined: there is none now, do nothing until {@link Device.renew}. */
  next(): Work | undefined;
  found(nonce: FoundNonce): void;
  /** Something a person should know, after which the device goes on: a CRC error, a hot chip. */
  warned(message: string): void;
  /**
   * The device is gone, or was disposed of; called once, and nothing is called after it.
   *
   * @param reason Empty if it was disposed of.
   */
  ended(reason: string): void;
}

/** What a device can do by itself. */
export interface Abilities {
  /** Bits of the header's version that it can roll; BIP 320 chips: 0x1fffe000. */
  readonly versionMask: number;
  /** Keeps to {@link Work.nonces}. Chips that divide the nonces among their cores do not. */
  readonly nonceRange: boolean;
  /** Rolls nTime by itself once a second. */
  readonly rollsTime: boolean;
}

/** What is known of a device before it is opened. */
export interface DeviceInfo {
  /** Stable name of this very device, as {@link Driver.discover} yields it. */
  readonly id: string;
  /** What a person calls such a device: `"Bitaxe Gamma"`, `"CPU, 8 threads"`. */
  readonly model: string;
  /** Expected hash rate in h/s: measured at its start or computed from its clock; above 0. */
  readonly hashRate: number;
  readonly abilities: Abilities;
}

/** What a device measures about itself. Everything it cannot measure is absent, never 0. */
export interface Telemetry {
  /** h/s over the last seconds, by the device's own count; 0 when it is idle. */
  readonly hashRate: number;
  /** Hashes since it was opened, by its own count. Never goes down. */
  readonly hashes: number;
  /** Faults the device corrected or dropped by itself since it was opened. Never goes down. */
  readonly errors: number;
  /** Where and how hot, in °C. */
  readonly temperatures: readonly { readonly place: string; readonly celsius: number }[];
  /** What of it hashes on its own, in h/s: threads, chips. Empty when it is one. */
  readonly lanes: readonly number[];
  readonly watts?: number;
  readonly fanRpm?: number;
}

/** One open device. Disposing of it leaves it idle, cool and powered down. */
export interface Device extends AsyncDisposable {
  readonly info: DeviceInfo;
  /**
   * Begins to ask `dispatcher` for work; before, nothing is hashed.
   *
   * @throws {UsageError} If it was started before.
   */
  start(dispatcher: Dispatcher): void;
  /**
   * Drops what it holds and asks for work anew, at once: there is a new block, or work after there
   * was none. Nonces of dropped work may still be reported for a moment.
   */
  renew(): void;
  telemetry(): Telemetry;
}

/** A family of devices. Every driver passes `testDriver` of drivers/conformance.ts. */
export interface Driver {
  readonly name: string;
  /**
   * Ids of devices present now, then of those plugged in later, until `signal` aborts; a bus that
   * cannot tell, or is absent, ends by itself.
   */
  discover(signal: AbortSignal): AsyncIterable<string>;
  /**
   * Takes the device and brings it up. Measures its hash rate if nothing else tells it.
   *
   * @throws {UsageError} If `discover` did not yield `id`, or the device is open already.
   * @throws {OperatorError} If the device does not come up: which, what it lacks, what to do.
   */
  open(id: string, signal: AbortSignal): Promise<Device>;
}
