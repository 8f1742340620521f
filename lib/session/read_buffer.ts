/** Bytes of a new one; a connection that says little keeps it small. */
const SMALLEST = 1_024;
const LARGEST = 65_536;

/** What a socket is read into, again and again: as large as what comes at a time. */
export class ReadBuffer {
  #bytes = new Uint8Array(SMALLEST);

  /** Where the next read goes. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** To be called when what was read has been used. @param length Bytes that it was. */
  adapt(length: number): void {
    const size = this.#bytes.length;
    if (length === size && size < LARGEST) this.#bytes = new Uint8Array(size * 4);
    else if (length < size >> 4 && size > SMALLEST) this.#bytes = new Uint8Array(size >> 1);
  }
}
