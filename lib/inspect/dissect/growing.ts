import type { Room } from "./room.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** A payload of which pieces come in order. Takes room for what has come, never for what was announced. */
export class Growing {
  readonly #room: Room;
  #bytes = NOTHING;
  #length = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Makes room for `more` bytes behind those that are there.
   *
   * @param limit Length that the whole will have.
   * @returns Where they are to be written, or `undefined` if there is no room for them.
   */
  next(more: number, limit: number): Uint8Array | undefined {
    const start = this.#length;
    const end = start + more;
    if (end > this.#bytes.length) {
      const size = Math.max(end, Math.min(limit, 2 * this.#bytes.length));
      if (!this.#room.take(size - this.#bytes.length)) return undefined;
      const larger = new Uint8Array(size);
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#length = end;
    return this.#bytes.subarray(start, end);
  }

  /** All of it, owned by the caller; nothing is held afterwards. */
  finish(): Uint8Array {
    const whole = this.#bytes.subarray(0, this.#length);
    this.drop();
    return whole;
  }

  drop(): void {
    this.#room.give(this.#bytes.length);
    this.#bytes = NOTHING;
    this.#length = 0;
  }
}
