/** Bytes of unfinished frames and lines that all connections of a capture may hold together. */
const ROOM = 256 << 20;

/**
 * What is left of that. A capture may have any number of connections, each with a frame that claims
 * 16 MiB and never ends.
 */
export class Room {
  #left: number;

  constructor(size = ROOM) {
    this.#left = size;
  }

  /** @returns Whether there was room for `bytes` more; they are to be given back then. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}
