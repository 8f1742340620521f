import type { Micros } from "./capture.ts";
import { Pieces } from "./pieces.ts";

/** A part of a datagram of IP. */
export interface Fragment {
  /** Which datagram: addresses, protocol and identification in one key. */
  readonly datagram: string;
  readonly time: Micros;
  /** Where in the datagram's payload it belongs. */
  readonly at: number;
  readonly isLast: boolean;
  /** A view, copied if it has to be kept. */
  readonly payload: Uint8Array;
}

/** A payload's length has 16 bits. */
const LONGEST = 2 ** 16;
/** Datagrams that wait at a time. */
const MOST = 64;
/** Memory of one, in bytes: its payload, and what some hundred fragments cost beside it. */
const MOST_HELD = 2 ** 18;
/** Longer, and the identification may have come round: hosts wait no longer either, RFC 791 §3.2. */
const PATIENCE: Micros = 30e6;

interface Datagram {
  readonly since: Micros;
  readonly pieces: Pieces;
  /** Of its payload; known once the last fragment came. */
  length: number | undefined;
}

/**
 * Puts fragments together. TCP avoids them, so few datagrams are remembered; the oldest is given up
 * for a new one. Where fragments overlap, the first wins.
 */
export class Fragments {
  readonly #datagrams = new Map<string, Datagram>();
  #givenUp = 0;

  /** Datagrams of which a fragment was missing, so far, and those that wait still. */
  get incomplete(): number {
    return this.#givenUp + this.#datagrams.size;
  }

  /** @returns The whole payload, once nothing is missing. */
  add({ datagram: key, time, at, isLast, payload }: Fragment): Uint8Array | undefined {
    const datagram = this.#find(key, time);
    const end = at + payload.length;
    if (isLast) datagram.length ??= end;
    if (end > (datagram.length ?? LONGEST)) {
      this.#giveUp(key);
      return undefined;
    }
    datagram.pieces.add({ at, end, bytes: payload });
    if (datagram.pieces.cost > MOST_HELD) {
      this.#giveUp(key);
      return undefined;
    }
    const whole = joined(datagram);
    if (whole !== undefined) this.#datagrams.delete(key);
    return whole;
  }

  #find(key: string, time: Micros): Datagram {
    const known = this.#datagrams.get(key);
    if (known !== undefined && time - known.since <= PATIENCE) return known;
    if (known !== undefined) this.#giveUp(key);
    if (this.#datagrams.size === MOST) {
      for (const oldest of this.#datagrams.keys()) {
        this.#giveUp(oldest);
        break;
      }
    }
    const datagram = { since: time, pieces: new Pieces(), length: undefined };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #giveUp(key: string): void {
    this.#datagrams.delete(key);
    this.#givenUp++;
  }
}

function joined({ pieces, length }: Datagram): Uint8Array | undefined {
  if (length === undefined) return undefined;
  let at = 0;
  for (const piece of pieces.all) {
    if (piece.at !== at) return undefined;
    at = piece.end;
  }
  if (at !== length) return undefined;
  const whole = new Uint8Array(length);
  for (const piece of pieces.all) whole.set(piece.bytes, piece.at);
  return whole;
}
