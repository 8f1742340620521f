import type { Micros } from "./capture.ts";

/** How an interface of pcapng counts time: options if_tsresol and if_tsoffset. */
export class TimeScale {
  readonly #offset: Micros;
  readonly #ticksPerSecond: number;
  readonly #canDivide: boolean;

  /**
   * @param resolution As in if_tsresol: ticks a second are 10 to the power of it, or with the highest
   * bit, 2 to the power of the others. In `[0, 255]`.
   * @param offsetSeconds Added to every time.
   */
  constructor(resolution: number, offsetSeconds = 0) {
    const power = resolution & 0x7f;
    this.#ticksPerSecond = (resolution & 0x80) === 0 ? 10 ** power : 2 ** power;
    this.#offset = offsetSeconds * 1e6;
    this.#canDivide = this.#ticksPerSecond <= 2 ** 37;
  }

  /** @param high The upper half of the number of ticks, 32 bits. @param low The lower half. */
  micros(high: number, low: number): Micros {
    const ticks = this.#ticksPerSecond;
    if (!this.#canDivide) return (high * (2 ** 32 / ticks) + low / ticks) * 1e6 + this.#offset;
    // The number has 64 bits, more than a double holds, and today's nanoseconds need 61 of them.
    // So it is divided as on paper, 16 bits a digit: what is divided stays below 2^53, exact.
    const first = Math.floor(high / ticks);
    const upper = (high - first * ticks) * 0x1_0000 + (low >>> 16);
    const second = Math.floor(upper / ticks);
    const lower = (upper - second * ticks) * 0x1_0000 + (low & 0xffff);
    const third = Math.floor(lower / ticks);
    const seconds = (first * 0x1_0000 + second) * 0x1_0000 + third;
    return seconds * 1e6 + (lower - third * ticks) * 1e6 / ticks + this.#offset;
  }
}

/** 64 bits in two halves, as pcapng has times. */
export interface Ticks {
  readonly high: number;
  readonly low: number;
}

/** @param time At least 0; to the nearest nanosecond. */
export function nanosecondTicks(time: Micros): Ticks {
  const seconds = Math.floor(time / 1e6);
  const nanoseconds = Math.round((time - seconds * 1e6) * 1e3);
  return multiplied(seconds, 1e9, nanoseconds);
}

/** @param time At least 0; to the microsecond that has begun. */
export function microsecondTicks(time: Micros): Ticks {
  return multiplied(Math.floor(time), 1, 0);
}

/** `number * factor + more`, 16 bits a digit. */
function multiplied(number: number, factor: number, more: number): Ticks {
  const low = number % 0x1_0000 * factor + more;
  const middle = Math.floor(number / 0x1_0000) % 0x1_0000 * factor + Math.floor(low / 0x1_0000);
  const high = Math.floor(number / 2 ** 32) * factor + Math.floor(middle / 0x1_0000);
  return { high: high >>> 0, low: (middle % 0x1_0000 * 0x1_0000 + low % 0x1_0000) >>> 0 };
}
