/** Bytes whose place in a stream is known. */
export interface Piece {
  /** Where in the stream its first byte belongs. */
  readonly at: number;
  /** Behind its last byte. */
  readonly end: number;
  /** Shorter than the piece if its end was cut off. */
  readonly bytes: Uint8Array;
}

/** What a piece costs beside its bytes: the objects around them. */
const OVERHEAD = 512;

/**
 * Pieces that cannot be used yet because something before them is missing: in order, without overlap.
 * Where bytes came twice, the first stay.
 */
export class Pieces {
  readonly #pieces: Piece[] = [];
  #cost = 0;

  /** The foremost. */
  get first(): Piece | undefined {
    return this.#pieces[0];
  }

  /** All of them, in order. */
  get all(): readonly Piece[] {
    return this.#pieces;
  }

  /** Bytes of memory that they hold, about. */
  get cost(): number {
    return this.#cost;
  }

  /** Keeps what of `piece` is not covered yet; its bytes are copied. */
  add(piece: Piece): void {
    const pieces = this.#pieces;
    const from = this.#firstThatEndsAfter(piece.at);
    const inPlace: Piece[] = [];
    let { at } = piece;
    let to = from;
    for (;; to++) {
      const held = pieces[to];
      if (held === undefined || held.at >= piece.end) break;
      if (held.at > at) inPlace.push(this.#copy(piece, at, held.at));
      inPlace.push(held);
      at = held.end;
    }
    if (at < piece.end) inPlace.push(this.#copy(piece, at, piece.end));
    pieces.splice(from, to - from, ...inPlace);
  }

  /** Takes the foremost out. */
  shift(): void {
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.#cost -= OVERHEAD + piece.bytes.length;
  }

  #copy(piece: Piece, at: number, end: number): Piece {
    const bytes = piece.bytes.slice(at - piece.at, end - piece.at);
    this.#cost += OVERHEAD + bytes.length;
    return { at, end, bytes };
  }

  #firstThatEndsAfter(place: number): number {
    const pieces = this.#pieces;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pieces[middle]?.end ?? 0) > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
