import { Growing } from "./growing.ts";
import type { Room } from "./room.ts";

/** Most bytes of a line: a job with a large coinbase has some 200 kB. */
const LONGEST_LINE = 1 << 20;
const NEWLINE = 10;
const BRACE = 123;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Who hears what was read. */
export interface LineListener {
  /** @param text Without its end; bytes that are no UTF-8 are replaced. */
  line(text: string): void;
  /** A line was longer than can be held. */
  tooLong(): void;
}

/** Lines out of one direction. */
export class LineReader {
  readonly #listener: LineListener;
  readonly #begun: Growing;
  /** What comes until the next line break is not shown. */
  #isSkipping = false;
  #isInDoubt: boolean;

  /** @param isWhole Whether the first byte begins a line for certain. */
  constructor(room: Room, listener: LineListener, isWhole = true) {
    this.#listener = listener;
    this.#begun = new Growing(room);
    this.#isInDoubt = !isWhole;
  }

  /** @param chunk Used during the call only. */
  push(chunk: Uint8Array): void {
    if (this.#isInDoubt) this.#isSkipping = chunk[0] !== BRACE;
    this.#isInDoubt = false;
    for (let from = 0; from < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, from);
      const piece = chunk.subarray(from, newline < 0 ? chunk.length : newline);
      if (newline >= 0 && this.#begun.length === 0) this.#end(piece);
      else {
        this.#keep(piece);
        if (newline >= 0) this.#end(this.#begun.finish());
      }
      if (newline < 0) return;
      from = newline + 1;
    }
  }

  /** Bytes are missing: the line they are in is not shown. */
  miss(): void {
    this.#begun.drop();
    this.#isInDoubt = false;
    this.#isSkipping = true;
  }

  /** Nothing more will come: what is there of a line is one. */
  end(): void {
    if (this.#begun.length > 0) this.#end(this.#begun.finish());
  }

  #keep(piece: Uint8Array): void {
    if (this.#isSkipping) return;
    const length = this.#begun.length + piece.length;
    const into = length > LONGEST_LINE ? undefined : this.#begun.next(piece.length, LONGEST_LINE);
    if (into !== undefined) return into.set(piece);
    this.miss();
    this.#listener.tooLong();
  }

  #end(line: Uint8Array): void {
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return;
    }
    const text = decoder.decode(line).replace(/\r$/, "");
    if (text.trim() !== "") this.#listener.line(text);
  }
}
