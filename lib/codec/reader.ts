import { DecodeError } from "../errors.ts";
import { f32At, u16At, u32At, u64At } from "./bytes_at.ts";
import { copyOf } from "./memory.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Where in a message a value lies. The bytes are `[start, end)` of the payload. */
export interface Sighting {
  /** Below the message, as the specification spells it: `"min_ntime"`, `"merkle_path[3]"`. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

/** Called for each value as it has been read: elements first, then the sequence they are in. */
export type Observer = (sighting: Sighting) => void;

/**
 * Cursor over one payload, which a peer wrote. Little-endian throughout (SV2 §3.1). Whatever the
 * bytes are, a call returns a value or throws a {@link DecodeError}, and a length that a peer claims
 * is compared with what is there before anything of that length is made.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #observe: Observer | undefined;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(
    bytes: Uint8Array,
    /** What is being read, for errors: the name of a message. */
    name: string,
    observe?: Observer,
  ) {
    this.#bytes = bytes;
    this.#name = name;
    this.#observe = observe;
  }

  /** What follows is `step`: a field's name, or the index of an element. @returns Where it starts. */
  enter(step: string | number): number {
    this.#path.push(step);
    return this.#at;
  }

  /** `value` was read from `start` on. Not called after a throw, so that an error knows its path. */
  leave(start: number, value: unknown): void {
    if (this.#observe !== undefined) {
      this.#observe({ path: spell(this.#path), start, end: this.#at, value });
    }
    this.#path.pop();
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** Everything not read yet, as a view of the payload. */
  rest(): Uint8Array {
    return this.#at === this.#bytes.length ? NOTHING : this.#bytes.subarray(this.#at);
  }

  /** Next `length` bytes, as a view of the payload. */
  view(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Next `length` bytes, in memory of their own. */
  copy(length: number): Uint8Array {
    return copyOf(this.view(length));
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] ?? 0;
  }

  u16(): number {
    return u16At(this.#bytes, this.#advance(2));
  }

  u24(): number {
    const at = this.#advance(3);
    return u16At(this.#bytes, at) | (this.#bytes[at + 2] ?? 0) << 16;
  }

  u32(): number {
    return u32At(this.#bytes, this.#advance(4));
  }

  u64(): bigint {
    return u64At(this.#bytes, this.#advance(8));
  }

  f32(): number {
    return f32At(this.#bytes, this.#advance(4));
  }

  /** The error for this place in the payload. */
  error(code: DecodeError["code"]): DecodeError {
    return new DecodeError(code, `${this.#name}.${spell(this.#path)}`, this.#at);
  }

  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw this.error("truncated");
    this.#at = start + length;
    return start;
  }
}

function spell(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}
