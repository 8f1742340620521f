import type { Instant } from "../../time.ts";
import type { MiningChannel } from "./channel.ts";
import type { Rig } from "./rig.ts";

const OPEN_TIMEOUT_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A channel that lived this long was a good one: the next is asked for soon. */
const STABLE_MS = 60_000;
/** How far devices may be from the hash rate the server was told before it is told again. */
const DRIFT = 2;
const DRIFT_AFTER_MS = 60_000;
/** SV2 §5.3.7: not more often than once a second. */
const UPDATE_EVERY_MS = 1_000;

type SeatState =
  | { readonly at: "closed"; readonly retryAt: Instant; readonly refused: boolean }
  | { readonly at: "opening"; readonly requestId: number; readonly deadline: Instant }
  | { readonly at: "open"; readonly channel: MiningChannel; readonly since: Instant };

/** A channel, or the place for one, and the devices that work on it. */
export class Seat {
  readonly kind: "standard" | "extended";
  readonly rigs = new Set<Rig>();
  #state: SeatState = { at: "closed", retryAt: -Infinity, refused: false };
  #failures = 0;
  /** h/s that the server was told last. */
  #told = 0;
  #toldAt: Instant = -Infinity;
  #rigsChanged = false;

  constructor(kind: "standard" | "extended") {
    this.kind = kind;
  }

  get channel(): MiningChannel | undefined {
    return this.#state.at === "open" ? this.#state.channel : undefined;
  }

  /** Whether the server said no to the last request. */
  get refused(): boolean {
    return this.#state.at === "closed" && this.#state.refused;
  }

  awaits(requestId: number): boolean {
    return this.#state.at === "opening" && this.#state.requestId === requestId;
  }

  isDue(now: Instant): boolean {
    return this.#state.at === "closed" && now >= this.#state.retryAt;
  }

  isLate(now: Instant): boolean {
    return this.#state.at === "opening" && now >= this.#state.deadline;
  }

  opening(requestId: number, hashRate: number, now: Instant): void {
    this.#state = { at: "opening", requestId, deadline: now + OPEN_TIMEOUT_MS };
    this.#tell(hashRate, now);
  }

  opened(channel: MiningChannel, now: Instant): void {
    this.#state = { at: "open", channel, since: now };
  }

  /** The server refused a channel, or closed it: after a pause that grows, another is asked for. */
  closed(refused: boolean, now: Instant): void {
    if (this.#state.at === "open" && now - this.#state.since >= STABLE_MS) this.#failures = 0;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#failures++;
    this.#state = { at: "closed", retryAt: now + wait, refused };
  }

  add(rig: Rig): void {
    this.rigs.add(rig);
    this.#rigsChanged = true;
  }

  remove(rig: Rig): void {
    this.rigs.delete(rig);
    this.#rigsChanged = true;
  }

  /** Sum of what the devices are expected to do, in h/s; 0 without devices. */
  get nominalHashRate(): number {
    let sum = 0;
    for (const { device } of this.rigs) sum += device.info.hashRate;
    return sum;
  }

  /**
   * A hash rate that the server should be told now, in h/s: devices came or went, or they do much
   * more or less than was promised.
   */
  news(now: Instant): number | undefined {
    if (this.#state.at !== "open" || now - this.#toldAt < UPDATE_EVERY_MS) return undefined;
    if (this.#rigsChanged) return this.#tell(this.nominalHashRate, now);
    if (now - this.#toldAt < DRIFT_AFTER_MS) return undefined;
    let measured = 0;
    for (const { device } of this.rigs) measured += device.telemetry().hashRate;
    const strayed = measured > this.#told * DRIFT || measured < this.#told / DRIFT;
    return measured > 0 && strayed ? this.#tell(measured, now) : undefined;
  }

  #tell(hashRate: number, now: Instant): number {
    this.#told = hashRate;
    this.#toldAt = now;
    this.#rigsChanged = false;
    return hashRate;
  }
}
