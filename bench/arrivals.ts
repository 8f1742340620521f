import type { Socket } from "../lib/ports.ts";

/**
 * Notes when bytes arrive, and keeps them back meanwhile: a thousand connections that each open what
 * they got would be late to read the next one's, and it is the server that is measured.
 */
export class Arrivals {
  #last: number[] = [];
  #released = Promise.resolve();
  #release = (): void => {};
  #watching = false;

  /** Between a socket and its connection. */
  readonly wrap = (socket: Socket): Socket => {
    const id = this.#last.push(0) - 1;
    let kept: Uint8Array[] = [];
    let pending: Promise<number | null> | undefined;
    const buffer = new Uint8Array(16_384);
    return {
      ...socket,
      read: async (into) => {
        for (;;) {
          const [first] = kept;
          if (first !== undefined && !this.#watching) {
            const length = Math.min(first.length, into.length);
            into.set(first.subarray(0, length));
            kept = length < first.length
              ? [first.subarray(length), ...kept.slice(1)]
              : kept.slice(1);
            return length;
          }
          pending ??= socket.read(buffer);
          const race: Promise<number | null | "released"> = kept.length > 0
            ? Promise.race([pending, this.#released.then(() => "released" as const)])
            : pending;
          const length = await race;
          if (length === "released") continue;
          pending = undefined;
          if (length === null) return null;
          this.#last[id] = performance.now();
          kept.push(buffer.slice(0, length));
        }
      },
    };
  };

  /** From now on bytes are kept back. */
  watch(): void {
    this.#watching = true;
    this.#last.fill(0);
    this.#released = new Promise((resolve) => this.#release = resolve);
  }

  /** When the last bytes since {@link watch} came, of each connection they came on; sorted. */
  get times(): number[] {
    return this.#last.filter((time) => time > 0).sort((a, b) => a - b);
  }

  release(): void {
    this.#watching = false;
    this.#release();
  }
}
