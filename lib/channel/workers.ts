import { equalBytes } from "../bitcoin/bytes.ts";
import { Tally } from "./tally.ts";

/** One name under which a channel's shares come, extension 0x0002. */
export interface Worker {
  /** As the client sent it, at most 32 bytes, often UTF-8; peer-controlled. */
  readonly name: Uint8Array;
  readonly tally: Tally;
}

/**
 * Shares of a channel by worker. Names are the client's to choose, one a share if it likes, so only
 * so many are told apart; the shares of all further ones are counted together.
 */
export class Workers {
  readonly #limit: number;
  /** Under a hash of the name; names that collide are in one list. */
  readonly #byHash = new Map<number, Worker[]>();
  #size = 0;
  #others: Worker | undefined;

  /** @param limit Names to tell apart. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Names told apart. */
  get size(): number {
    return this.#size;
  }

  /** What shares of further names are counted under, if there were any. */
  get others(): Tally | undefined {
    return this.#others?.tally;
  }

  /** The worker called `name`; a view is copied if it is new. Allocates nothing if it is known. */
  named(name: Uint8Array): Worker {
    const hash = fnv1a(name);
    const list = this.#byHash.get(hash);
    if (list !== undefined) {
      for (const worker of list) if (equalBytes(worker.name, name)) return worker;
    }
    if (this.#size >= this.#limit) {
      return this.#others ??= { name: new Uint8Array(), tally: new Tally() };
    }
    const worker = { name: new Uint8Array(name), tally: new Tally() };
    if (list === undefined) this.#byHash.set(hash, [worker]);
    else list.push(worker);
    this.#size++;
    return worker;
  }

  *[Symbol.iterator](): Iterator<Worker> {
    for (const list of this.#byHash.values()) yield* list;
  }
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
