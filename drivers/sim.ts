import { blockHash, decodeHeader, rolledHeader, setNonce } from "../lib/bitcoin/header.ts";
import { UsageError } from "../lib/errors.ts";
import { hashMeetsTarget } from "../lib/pow/target.ts";
import type { Device, DeviceInfo, Dispatcher, Driver, Telemetry, Work } from "./driver.ts";
import { Search } from "./search.ts";

/** What a simulated device is like. */
export interface SimOptions {
  /** How many of them are plugged in. */
  readonly devices: number;
  /** Of each, in h/s; it really hashes, so a few ten thousand at most. */
  readonly hashRate: number;
  readonly celsius?: number;
  /** One of so many nonces it reports is none, as from a chip that is clocked too high. */
  readonly wrongEvery?: number;
  /** It is pulled out after so many reports. */
  readonly diesAfter?: number;
}

const TICK_MS = 10;

/**
 * Devices that exist only here: slow, honest unless told otherwise, and without hardware. For
 * trying a pool with many miners, and for tests.
 */
export function sim(options: SimOptions): Driver {
  const ids = Array.from({ length: options.devices }, (_, i) => `sim-${i}`);
  const open = new Set<string>();
  return {
    name: "sim",
    async *discover(signal) {
      for (const id of ids) {
        if (signal.aborted) return;
        yield await Promise.resolve(id);
      }
    },
    open(id) {
      if (!ids.includes(id)) return Promise.reject(new UsageError(`No simulated device "${id}"`));
      if (open.has(id)) return Promise.reject(new UsageError(`Device "${id}" is open already`));
      open.add(id);
      return Promise.resolve(new SimDevice(id, options, () => open.delete(id)));
    },
  };
}

class SimDevice implements Device {
  readonly info: DeviceInfo;
  readonly #options: SimOptions;
  readonly #released: () => void;
  #dispatcher: Dispatcher | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #work: Work | undefined;
  #search: Search | undefined;
  #hashes = 0;
  #reports = 0;
  #closed = false;

  constructor(id: string, options: SimOptions, released: () => void) {
    this.#options = options;
    this.#released = released;
    this.info = {
      id,
      model: "Simulated device",
      hashRate: options.hashRate,
      abilities: { versionMask: 0x1fff_e000, nonceRange: true, rollsTime: false },
    };
  }

  start(dispatcher: Dispatcher): void {
    if (this.#dispatcher !== undefined) {
      throw new UsageError(`Device "${this.info.id}" was started before`);
    }
    this.#dispatcher = dispatcher;
    if (this.#closed) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.renew();
  }

  renew(): void {
    if (!this.#closed) this.#take(this.#dispatcher?.next());
  }

  telemetry(): Telemetry {
    const { celsius, hashRate } = this.#options;
    return {
      hashRate: this.#search === undefined ? 0 : hashRate,
      hashes: this.#hashes,
      errors: 0,
      temperatures: celsius === undefined ? [] : [{ place: "chip", celsius }],
      lanes: [],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#close("");
    return Promise.resolve();
  }

  #take(work: Work | undefined): void {
    this.#work = work;
    this.#search = work === undefined ? undefined : new Search(work);
  }

  #tick(): void {
    let left = Math.ceil(this.#options.hashRate * TICK_MS / 1000);
    while (left > 0 && this.#search !== undefined && this.#work !== undefined) {
      const stretch = this.#search.take(left);
      if (stretch === undefined) {
        this.renew();
        continue;
      }
      left -= stretch.count;
      const work = this.#work;
      const header = rolledHeader(work.header, { version: stretch.version });
      for (let nonce = stretch.firstNonce; nonce < stretch.firstNonce + stretch.count; nonce++) {
        setNonce(header, nonce);
        this.#hashes++;
        if (hashMeetsTarget(blockHash(header), work.target)) {
          this.#report(work, stretch.version, nonce);
        }
        if (this.#closed) return;
      }
    }
  }

  #report(work: Work, version: number, nonce: number): void {
    const { wrongEvery, diesAfter } = this.#options;
    const { time: ntime } = decodeHeader(work.header);
    this.#reports++;
    const wrong = wrongEvery !== undefined && this.#reports % wrongEvery === 0;
    this.#dispatcher?.found({
      workId: work.id,
      version,
      ntime,
      nonce: wrong ? (nonce ^ 0x8000_0000) >>> 0 : nonce,
    });
    if (this.#reports === diesAfter) this.#close("unplugged");
  }

  #close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#take(undefined);
    this.#released();
    this.#dispatcher?.ended(reason);
  }
}
