import { OperatorError, UsageError } from "../lib/errors.ts";
import type { FromThread, ToThread } from "./cpu_protocol.ts";
import { readCpuTemperature } from "./cpu_temperature.ts";
import type { Device, DeviceInfo, Dispatcher, Driver, Telemetry } from "./driver.ts";

/** How much of the machine to use. */
export interface CpuOptions {
  /** Threads that hash; by default one for each core. */
  readonly threads?: number;
}

const ID = "cpu";
const MEASURE_MS = 250;
/** A thread answers within a slice; if not, it is ended from outside. */
const STOP_MS = 2_000;
/** A measured hash rate is the mean over so many reports of a thread, of half a second each. */
const REPORTS = 10;
const TEMPERATURE_MS = 5_000;

/** The processors of this machine: for tests, for networks without difficulty, and to look on. */
export function cpu(options: CpuOptions = {}): Driver {
  let isOpen = false;
  return {
    name: "cpu",
    async *discover(signal) {
      if (!signal.aborted) yield await Promise.resolve(ID);
    },
    async open(id, signal) {
      if (id !== ID) throw new UsageError(`No device "${id}" of driver cpu`);
      if (isOpen) throw new UsageError(`Device "${id}" is open already`);
      isOpen = true;
      const count = options.threads ?? navigator.hardwareConcurrency;
      const lanes = Array.from({ length: count }, () => new Lane());
      try {
        const rates = await Promise.all(lanes.map((lane) => lane.measure(signal)));
        const hashRate = rates.reduce((sum, rate) => sum + rate, 0);
        return new CpuDevice({ lanes, hashRate, released: () => isOpen = false });
      } catch (error) {
        isOpen = false;
        await Promise.all(lanes.map((lane) => lane.stop()));
        throw error;
      }
    },
  };
}

class CpuDevice implements Device {
  readonly info: DeviceInfo;
  readonly #lanes: readonly Lane[];
  readonly #released: () => void;
  #dispatcher: Dispatcher | undefined;
  #thermometer: ReturnType<typeof setInterval> | undefined;
  #celsius: number | undefined;
  #closing: Promise<void> | undefined;

  constructor({ lanes, hashRate, released }: {
    readonly lanes: readonly Lane[];
    readonly hashRate: number;
    readonly released: () => void;
  }) {
    this.#lanes = lanes;
    this.#released = released;
    this.info = {
      id: ID,
      model: lanes.length === 1 ? "CPU, 1 thread" : `CPU, ${lanes.length} threads`,
      hashRate,
      // Those of BIP 320 chips, so that versions are left to set apart units of one header.
      abilities: { versionMask: 0x1fff_e000, nonceRange: true, rollsTime: false },
    };
    for (const lane of lanes) {
      lane.onFailure = (reason) => void this.#close(reason);
    }
  }

  start(dispatcher: Dispatcher): void {
    if (this.#dispatcher !== undefined) throw new UsageError("Device was started before");
    this.#dispatcher = dispatcher;
    if (this.#closing !== undefined) return;
    for (const lane of this.#lanes) lane.start(dispatcher);
    this.#readTemperature();
    this.#thermometer = setInterval(() => this.#readTemperature(), TEMPERATURE_MS);
  }

  renew(): void {
    if (this.#closing !== undefined) return;
    for (const lane of this.#lanes) lane.renew();
  }

  telemetry(): Telemetry {
    const lanes = this.#lanes.map(({ hashRate }) => hashRate);
    const celsius = this.#celsius;
    return {
      hashRate: lanes.reduce((sum, rate) => sum + rate, 0),
      hashes: this.#lanes.reduce((sum, { hashes }) => sum + hashes, 0),
      errors: 0,
      temperatures: celsius === undefined ? [] : [{ place: "CPU", celsius }],
      lanes,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close("");
  }

  #close(reason: string): Promise<void> {
    return this.#closing ??= this.#stop(reason);
  }

  async #stop(reason: string): Promise<void> {
    clearInterval(this.#thermometer);
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    this.#released();
    this.#dispatcher?.ended(reason);
  }

  #readTemperature(): void {
    void readCpuTemperature().then((celsius) => this.#celsius = celsius);
  }
}

/** One thread, as seen from outside. */
class Lane {
  readonly #worker = new Worker(new URL("./cpu_worker.ts", import.meta.url), { type: "module" });
  readonly #told = new Int32Array(new SharedArrayBuffer(4));
  readonly #reports: { readonly hashes: number; readonly ms: number }[] = [];
  readonly #measured = Promise.withResolvers<number>();
  readonly #stopped = Promise.withResolvers<void>();
  #dispatcher: Dispatcher | undefined;
  #workId: number | undefined;
  #stopping = false;
  hashes = 0;
  onFailure: (reason: string) => void = () => {};

  constructor() {
    this.#tell({ type: "hello", told: this.#told.buffer });
    this.#worker.onmessage = ({ data }: MessageEvent<FromThread>) => this.#heard(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const reason = `a thread failed: ${event.message}`;
      this.#measured.reject(new OperatorError("failure", `Cannot mine on the CPU: ${reason}`));
      this.#stopped.resolve();
      this.onFailure(reason);
    };
  }

  /** h/s over the last seconds. */
  get hashRate(): number {
    let hashes = 0;
    let ms = 0;
    for (const report of this.#reports) {
      hashes += report.hashes;
      ms += report.ms;
    }
    return ms === 0 ? 0 : hashes * 1_000 / ms;
  }

  /** @returns h/s. All threads measure at the same time, since they share caches and heat. */
  measure(signal: AbortSignal): Promise<number> {
    const abort = (): void => this.#measured.reject(new UsageError("Opening was cancelled"));
    signal.addEventListener("abort", abort, { once: true });
    this.#tell({ type: "measure", ms: MEASURE_MS });
    return this.#measured.promise.finally(() => signal.removeEventListener("abort", abort));
  }

  start(dispatcher: Dispatcher): void {
    this.#dispatcher = dispatcher;
    this.renew();
  }

  renew(): void {
    const work = this.#dispatcher?.next();
    this.#workId = work?.id;
    if (work !== undefined) return this.#tell({ type: "work", work });
    this.#reports.length = 0;
    this.#tell({ type: "rest" });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#tell({ type: "stop" });
    const timer = setTimeout(() => this.#stopped.resolve(), STOP_MS);
    await this.#stopped.promise;
    clearTimeout(timer);
    this.#worker.terminate();
  }

  #heard(message: FromThread): void {
    if (message.type === "stopped") return this.#stopped.resolve();
    if (message.type === "measured") return this.#measured.resolve(message.hashRate);
    if (this.#stopping) return;
    if (message.type === "found") return this.#dispatcher?.found(message.nonce);
    if (message.type === "done") {
      if (message.workId === this.#workId) this.renew();
      return;
    }
    // What it did before it was told to rest is counted, but says nothing about now.
    this.hashes += message.hashes;
    if (this.#workId === undefined) return;
    this.#reports.push({ hashes: message.hashes, ms: message.ms });
    if (this.#reports.length > REPORTS) this.#reports.shift();
  }

  #tell(message: ToThread): void {
    Atomics.add(this.#told, 0, 1);
    this.#worker.postMessage(message);
  }
}
