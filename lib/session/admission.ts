import type { Socket } from "../ports.ts";
import type { Limits } from "./limits.ts";

/** A connection that was let in, as far as it matters to who comes next. */
export interface Admitted {
  readonly connection: {
    /** `handshake` until that is done. */
    readonly stage: string;
    /** `host:port` of the peer. */
    readonly address: string;
  };
}

/** Who may connect, by number: all of them, and of one IP address. */
export class Admission {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @returns Why one more from `peer` is too many. */
  refusal(peer: string, open: Iterable<Admitted>): string | undefined {
    const { maxConnections, maxConnectionsPerAddress, maxHalfOpen, maxHalfOpenPerAddress } =
      this.#limits;
    if (this.#all >= maxConnections) return `${maxConnections} connections are open already`;
    if ((this.#byAddress.get(ipOf(peer)) ?? 0) >= maxConnectionsPerAddress) {
      return `${maxConnectionsPerAddress} connections of this address are open already`;
    }
    let halfOpen = 0;
    let ofThisAddress = 0;
    for (const { connection: { stage, address } } of open) {
      if (stage !== "handshake") continue;
      halfOpen++;
      if (ipOf(address) === ipOf(peer)) ofThisAddress++;
    }
    if (halfOpen >= maxHalfOpen) return `${maxHalfOpen} handshakes are under way already`;
    if (ofThisAddress >= maxHalfOpenPerAddress) {
      return `${maxHalfOpenPerAddress} handshakes of this address are under way already`;
    }
    return undefined;
  }

  add({ peer }: Socket): void {
    this.#all++;
    this.#byAddress.set(ipOf(peer), (this.#byAddress.get(ipOf(peer)) ?? 0) + 1);
  }

  delete({ peer }: Socket): void {
    this.#all--;
    const left = (this.#byAddress.get(ipOf(peer)) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(ipOf(peer));
    else this.#byAddress.set(ipOf(peer), left);
  }
}

function ipOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(":"));
}
