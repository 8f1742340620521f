import type { Device, Driver } from "../../../drivers/driver.ts";
import { OperatorError } from "../../errors.ts";
import type { Host } from "../../ports.ts";
import type { Miner } from "./miner.ts";

/** The devices of a driver, plugged into a miner as they come, and out as they go. */
export class Devices {
  readonly #miner: Miner;
  readonly #host: Host;
  readonly #driver: Driver;
  readonly #open = new Map<string, Device>();
  readonly #first = Promise.withResolvers<void>();
  /** Resolves when the next device ends. */
  #ended = Promise.withResolvers<void>();

  constructor(miner: Miner, host: Host, driver: Driver) {
    this.#miner = miner;
    this.#host = host;
    this.#driver = driver;
  }

  /** Resolves when the first device is at work. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  get infos(): Device["info"][] {
    return Array.from(this.#open.values(), ({ info }) => info);
  }

  /**
   * Ends with the host's signal.
   *
   * @throws {OperatorError} If there is no device left, and no more can come.
   */
  async plug(): Promise<void> {
    const { signal, log } = this.#host;
    let failure: unknown;
    for await (const id of this.#driver.discover(signal)) {
      try {
        const device = await this.#driver.open(id, signal);
        if (signal.aborted) {
          await device[Symbol.asyncDispose]();
          return;
        }
        this.#start(device);
      } catch (error) {
        if (signal.aborted) return;
        failure ??= error;
        log.error("device.failed", { device: id, hint: String(error) });
      }
    }
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    );
    while (this.#open.size > 0 && !signal.aborted) {
      await Promise.race([this.#ended.promise, aborted]);
    }
    if (signal.aborted) return;
    const hint = failure instanceof Error ? `: ${failure.message}` : "";
    throw new OperatorError(
      "failure",
      `Cannot mine: driver ${this.#driver.name} has no device${hint}`,
    );
  }

  async dispose(): Promise<void> {
    await Promise.all(Array.from(this.#open.values(), (device) => device[Symbol.asyncDispose]()));
  }

  #start(device: Device): void {
    const { clock, log } = this.#host;
    const { id, model, hashRate } = device.info;
    const rig = this.#miner.attach(device, clock.now());
    this.#open.set(id, device);
    log.info("device.ready", { device: id, model, hashRate: Math.round(hashRate) });
    device.start({
      next: () => this.#miner.next(rig, clock.now()),
      found: (nonce) => this.#miner.found(rig, nonce, clock.now()),
      warned: (hint) => log.warn("device.warning", { device: id, hint }),
      ended: (reason) => {
        this.#open.delete(id);
        this.#miner.detach(rig);
        if (reason !== "") log.error("device.gone", { device: id, reason });
        this.#ended.resolve();
        this.#ended = Promise.withResolvers();
      },
    });
    this.#first.resolve();
  }
}
