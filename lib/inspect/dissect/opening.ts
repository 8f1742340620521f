import { concatBytes } from "../../bitcoin/bytes.ts";
import type { Direction, Micros } from "../../capture/capture.ts";
import { copyOf } from "../../codec/memory.ts";

/** Some bytes of a stream. */
export interface Piece {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly time: Micros;
}

/** What came on a connection until it is known what it speaks. */
export class Opening {
  readonly #pieces: Piece[] = [];
  #length = 0;

  /** In the order in which they came. */
  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Bytes that are held. */
  get length(): number {
    return this.#length;
  }

  /** @param bytes Copied. */
  add(direction: Direction, bytes: Uint8Array, time: Micros): void {
    this.#pieces.push({ direction, bytes: copyOf(bytes), time });
    this.#length += bytes.length;
  }

  /** All that came in a direction. */
  of(direction: Direction): Uint8Array {
    return concatBytes(...this.#in(direction).map(({ bytes }) => bytes));
  }

  /** When the first `size` bytes of a direction had come. */
  timeOf(direction: Direction, size: number): Micros {
    let length = 0;
    for (const { bytes, time } of this.#in(direction)) {
      length += bytes.length;
      if (length >= size) return time;
    }
    return this.#pieces.at(-1)?.time ?? 0;
  }

  /** What came in a direction behind its first `size` bytes. */
  after(direction: Direction, size: number): Piece[] {
    let before = size;
    return this.#in(direction).flatMap((piece) => {
      const bytes = piece.bytes.subarray(Math.min(before, piece.bytes.length));
      before -= piece.bytes.length - bytes.length;
      return bytes.length === 0 ? [] : [{ ...piece, bytes }];
    });
  }

  #in(direction: Direction): Piece[] {
    return this.#pieces.filter((piece) => piece.direction === direction);
  }
}
