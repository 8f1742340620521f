/** What a secret thing is called: `user-1`, or bytes of the same length. */
export type Thing = "user" | "host" | "device" | "session" | "text" | "address";

/** Names that are remembered of each kind. Of more, all have the same one. */
const MOST = 100_000;

/**
 * Stable pseudonyms: the same thing has the same one wherever it comes, in one run. They are counted and
 * not computed, so nothing of what they stand for is in them.
 */
export class Pseudonyms {
  readonly #names = new Map<Thing, Map<string, number>>();
  readonly #bytes = new Map<number, Map<string, number>>();

  /** @param text Empty stays empty: that nobody is named is no secret. */
  name(thing: Thing, text: string): string {
    return text === "" ? "" : `${thing}-${numberOf(this.#names, thing, text)}`;
  }

  /** Bytes of the same length: the number of these among those of that length, last byte first. */
  bytes(bytes: Uint8Array): Uint8Array {
    const pseudonym = new Uint8Array(bytes.length);
    let number = numberOf(this.#bytes, bytes.length, bytes.toHex());
    for (let at = bytes.length - 1; at >= 0 && number > 0; at--) {
      pseudonym[at] = number & 0xff;
      number >>>= 8;
    }
    return pseudonym;
  }
}

function numberOf<K>(all: Map<K, Map<string, number>>, kind: K, text: string): number {
  let known = all.get(kind);
  if (known === undefined) all.set(kind, known = new Map());
  const number = known.get(text);
  if (number !== undefined) return number;
  if (known.size >= MOST) return MOST + 1;
  known.set(text, known.size + 1);
  return known.size;
}
