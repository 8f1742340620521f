import { DecodeError } from "../errors.ts";
import type { Capability } from "./capability.ts";
import type { StructReader } from "./struct_reader.ts";

/**
 * What a call brought, to be read at once. Capabilities that are not taken out are given back.
 */
export class Results {
  readonly #payload: StructReader;
  readonly #table: readonly (Capability | undefined)[];
  readonly #taken = new Set<Capability>();

  /** @param table What the payload's capability pointers mean. */
  constructor(payload: StructReader, table: readonly (Capability | undefined)[]) {
    this.#payload = payload;
    this.#table = table;
  }

  /** The struct of the method's results. Views of it are valid as long as they are held. */
  get content(): StructReader {
    return this.#payload.struct(0);
  }

  /** The object that the results are, for a bootstrap. */
  self(): Capability | undefined {
    return this.#take(this.#payload.capability(0));
  }

  /** The object in the results' field `pointer`; undefined if it is null. The caller has to release it. */
  capability(pointer: number): Capability | undefined {
    return this.#take(this.content.capability(pointer));
  }

  /** Gives back what nobody took. */
  releaseRest(): void {
    for (const capability of this.#table) {
      if (capability !== undefined && !this.#taken.has(capability)) capability.release();
    }
  }

  #take(index: number | undefined): Capability | undefined {
    if (index === undefined) return undefined;
    if (index >= this.#table.length) {
      throw new DecodeError("malformed", "capnp.capability", index);
    }
    const capability = this.#table[index];
    if (capability !== undefined) this.#taken.add(capability);
    return capability;
  }
}
