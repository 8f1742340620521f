import { equalBytes } from "../bitcoin/bytes.ts";
import { targetFromCompact } from "../bitcoin/compact.ts";
import { bytesFromTarget } from "../pow/target.ts";
import type { UnixSeconds } from "../time.ts";

/** What a provider of work says when the chain has a new end. */
export interface TipInit {
  /** Hash of the block to build on, as headers have it. */
  readonly prevHash: Uint8Array;
  readonly nBits: number;
  /** First usable header time. */
  readonly minNtime: UnixSeconds;
  /** Hashes up to this are wanted too, where it is above that of `nBits`. SV2 §7.3 */
  readonly target?: bigint;
}

/** The end of the chain, as the jobs that build on it need it. */
export interface Tip extends TipInit {
  /** The same for the same `prevHash`, while it is remembered. */
  readonly id: number;
  /** Hash of a block at most, 32 bytes, little-endian. */
  readonly networkTarget: Uint8Array;
  /** Hash of what is to be submitted at most: no less than the network's. */
  readonly solutionTarget: Uint8Array;
}

/** Blocks whose number is remembered. */
const MOST_TIPS = 8;

/** Numbers tips, so that what is kept by tip is found again when the chain comes back to one. */
export class Tips {
  /** Oldest first. */
  readonly #known: { readonly id: number; readonly prevHash: Uint8Array }[] = [];
  #next = 1;

  enter(init: TipInit): Tip {
    const network = targetFromCompact(init.nBits);
    const networkTarget = bytesFromTarget(network);
    const wider = init.target !== undefined && init.target > network;
    return {
      ...init,
      id: this.#idOf(init.prevHash),
      networkTarget,
      solutionTarget: wider ? bytesFromTarget(init.target) : networkTarget,
    };
  }

  #idOf(prevHash: Uint8Array): number {
    const at = this.#known.findIndex((tip) => equalBytes(tip.prevHash, prevHash));
    const found = at === -1 ? undefined : this.#known.splice(at, 1)[0];
    const tip = found ?? { id: this.#next++, prevHash };
    this.#known.push(tip);
    if (this.#known.length > MOST_TIPS) this.#known.shift();
    return tip.id;
  }
}
