import { AEAD } from "../../noise/ciphers.ts";
import { FRAME_HEADER_SIZE } from "../../frame/header.ts";
import { SEALED_HEADER_SIZE } from "./arithmetic.ts";

/** Attempts to open a header that a capture may cost at first: about half a second. */
const ATTEMPTS = 1 << 21;
/** Bytes read for each attempt more, so that searching never takes much longer than reading. */
const BYTES_FOR_ONE = 32;
/** Attempts up to which every byte of a piece is tried, and not only its beginning. */
const THOROUGH = 1 << 17;

/** Attempts that are left to all connections of a capture. */
export class SearchBudget {
  #left: number;

  constructor(attempts = ATTEMPTS) {
    this.#left = attempts;
  }

  /** So many bytes were read. */
  earn(bytes: number): void {
    this.#left += bytes / BYTES_FOR_ONE;
  }

  /** @returns Whether another attempt may be made. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}

/** Where a frame begins, and the nonce of its header. */
export interface Found {
  readonly at: number;
  readonly counter: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);
const scratch = new Uint8Array(FRAME_HEADER_SIZE);

/**
 * Looks for an encrypted header in `bytes`: at their beginning, where most senders begin a frame, then
 * at every other place if that is not too much. What is found is certain: it is authentic.
 *
 * @param search The key, the lowest nonce that it may have, how many to try, and how many keys there are.
 */
export function findHeader(
  bytes: Uint8Array,
  { key, from, nonces, keys = 1 }: {
    readonly key: Uint8Array;
    readonly from: number;
    readonly nonces: number;
    readonly keys?: number;
  },
  budget: SearchBudget,
): Found | undefined {
  const last = bytes.length - SEALED_HEADER_SIZE;
  const places = keys * nonces * last <= THOROUGH ? last : Math.min(last, 0);
  for (let at = 0; at <= places; at++) {
    const sealed = bytes.subarray(at, at + SEALED_HEADER_SIZE);
    for (let counter = from; counter < from + nonces; counter++) {
      if (!budget.spend()) return undefined;
      if (AEAD.open(key, counter, NOTHING, sealed, scratch, 0)) return { at, counter };
    }
  }
  return undefined;
}
