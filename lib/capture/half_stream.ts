import type { Direction } from "./capture.ts";
import type { Conversation } from "./conversations.ts";
import { Pieces } from "./pieces.ts";

/** Most that a window can be, RFC 7323 §2.3: what was sent before and comes again is no older. */
const LARGEST_WINDOW = 2 ** 30;
/** How far before and behind the expected place a reset is taken for one of this connection. */
const RESET_BEHIND = 2 ** 16;
const RESET_AHEAD = 2 ** 24;

/** Where the streams go, and the memory they share. */
export interface StreamSink {
  data(half: HalfStream, bytes: Uint8Array): void;
  gap(half: HalfStream, bytes: number): void;
  /** Most bytes that one direction holds back. */
  readonly mostHeld: number;
  /** Bytes that all of them may hold still; below 0 if they hold too many. */
  heldLeft: number;
}

/**
 * One direction of a connection, put in order. Places in it count on beyond 32 bits.
 *
 * Bytes that come before those in front of them are held back until those came; or until it is plain
 * that they will not: the other side acknowledged them, so it has what the capture has not; or too
 * much is held. Of bytes that came twice the first count, as in most systems.
 */
export class HalfStream {
  readonly conversation: Conversation;
  readonly direction: Direction;
  readonly #sink: StreamSink;
  #isPlaced = false;
  #start = 0;
  #next = 0;
  /** The other side has everything before this place. */
  #acknowledged = 0;
  /** Where it ends. */
  #end = Infinity;
  #held: Pieces | undefined;

  constructor(conversation: Conversation, direction: Direction, sink: StreamSink) {
    this.conversation = conversation;
    this.direction = direction;
    this.#sink = sink;
  }

  /** Whether it is known where its first byte is. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /** Everything came, to its end. */
  get isDone(): boolean {
    return this.#next >= this.#end;
  }

  /** Its first byte has this number, unless it is known already which has. */
  begin(sequence: number): void {
    if (this.#isPlaced) return;
    this.#isPlaced = true;
    this.#start = this.#next = this.#acknowledged = sequence;
  }

  /** Whether its first byte has this number. */
  startsAt(sequence: number): boolean {
    return this.#isPlaced && ((this.#start - sequence) | 0) === 0;
  }

  /** Whether this number lies behind the end. */
  isBehindEnd(sequence: number): boolean {
    return this.#place(sequence) > this.#end;
  }

  /** Whether a reset with this number can be one of this connection; others are ignored by all. */
  canResetAt(sequence: number): boolean {
    const ahead = this.#place(sequence) - this.#next;
    return !this.#isPlaced || (-RESET_BEHIND <= ahead && ahead <= RESET_AHEAD);
  }

  /** The other side has everything before the byte of this number. */
  acknowledge(sequence: number): void {
    this.begin(sequence);
    const place = this.#place(sequence);
    if (place <= this.#acknowledged || place > this.#next + LARGEST_WINDOW) return;
    this.#acknowledged = place;
    this.#release();
  }

  /**
   * @param sequence Of the first byte.
   * @param missing Bytes behind `bytes` that were sent, but not kept by the capture.
   * @returns Whether any of it was new.
   */
  take(sequence: number, bytes: Uint8Array, missing: number): boolean {
    this.begin(sequence);
    const at = this.#place(sequence);
    const end = at + bytes.length + missing;
    if (end <= this.#next || at >= this.#end) return false;
    if (at <= this.#next && this.#held?.first === undefined) this.#pass(at, bytes, end);
    else this.#hold(at, bytes, end);
    return true;
  }

  /** It ends before the byte of this number. */
  finish(sequence: number): void {
    this.begin(sequence);
    const place = this.#place(sequence);
    if (this.#end !== Infinity || place < this.#next) return;
    this.#end = place;
    this.#release();
  }

  /** Nothing more will come: what is held goes out, and what is missing is told. */
  flush(): void {
    this.#release(true);
    if (this.#end !== Infinity) this.#skipTo(this.#end);
    // One byte alone is no byte: it stands for the end, in a packet that the capture lost.
    else if (this.#acknowledged > this.#next + 1) this.#skipTo(this.#acknowledged);
  }

  #hold(at: number, bytes: Uint8Array, end: number): void {
    const held = this.#held ??= new Pieces();
    const before = held.cost;
    held.add({ at, end, bytes });
    this.#sink.heldLeft -= held.cost - before;
    this.#release();
  }

  /** Passes on what is held and need not be any more. */
  #release(isLast = false): void {
    const held = this.#held;
    for (let piece = held?.first; held !== undefined && piece !== undefined; piece = held.first) {
      if (piece.at > this.#next) {
        const isFull = held.cost > this.#sink.mostHeld || this.#sink.heldLeft < 0;
        if (!isLast && !isFull && this.#acknowledged < piece.at) return;
        this.#skipTo(piece.at);
      }
      const before = held.cost;
      held.shift();
      this.#sink.heldLeft += before - held.cost;
      this.#pass(piece.at, piece.bytes, piece.end);
    }
    if (this.#end !== Infinity && this.#acknowledged >= this.#end) this.#skipTo(this.#end);
  }

  /** Passes on what of `bytes` is not known. @param at Not behind what comes next. */
  #pass(at: number, bytes: Uint8Array, end: number): void {
    const known = this.#next - at;
    if (bytes.length > known) {
      this.#next = at + bytes.length;
      this.#sink.data(this, known === 0 ? bytes : bytes.subarray(known));
    }
    this.#skipTo(end);
  }

  #skipTo(place: number): void {
    const missing = place - this.#next;
    if (missing <= 0) return;
    this.#next = place;
    this.#sink.gap(this, missing);
  }

  #place(sequence: number): number {
    const ahead = (sequence - this.#next) >>> 0;
    return this.#next + (ahead < 2 ** 32 - LARGEST_WINDOW ? ahead : ahead - 2 ** 32);
  }
}
