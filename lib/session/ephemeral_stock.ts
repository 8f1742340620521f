import { type EphemeralKey, generateEphemeral } from "../noise/crypto.ts";
import type { Random } from "../ports.ts";

/** Keys kept ready for a burst of connections. */
const FULL = 64;

/**
 * Ephemeral keys made ahead: a key with its ElligatorSwift encoding costs more than the rest of a
 * handshake, and can be made while nobody waits. Each is handed out once, NOISE-33.
 */
export class EphemeralStock {
  readonly #random: Random;
  readonly #keys: EphemeralKey[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  readonly take = (): EphemeralKey => this.#keys.pop() ?? generateEphemeral(this.#random);

  /** Makes at most one key: to be called now and then when there is nothing better to do. */
  refill(): void {
    if (this.#keys.length < FULL) this.#keys.push(generateEphemeral(this.#random));
  }
}
