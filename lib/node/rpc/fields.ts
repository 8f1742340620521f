import { DecodeError } from "../../errors.ts";

/**
 * Fields of an object that came as JSON. All of it is the node's to choose; whoever asks for a field
 * gets one that is as it was asked for, or a {@link DecodeError} that names it.
 */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /** @param path How the object is called in errors. */
  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(path);
    this.#fields = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  has(name: string): boolean {
    const value = this.#fields[name];
    return value !== undefined && value !== null;
  }

  /** An integer from `least` to `most`. */
  integer(name: string, most: number, least = 0): number {
    const value = this.#fields[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw this.#malformed(name);
  }

  /** The same, or `absent` where there is none. */
  integerOr(name: string, most: number, absent: number): number {
    return this.has(name) ? this.integer(name, most) : absent;
  }

  /** At most `most` characters. */
  text(name: string, most: number): string {
    const value = this.#fields[name];
    if (typeof value !== "string") throw this.#malformed(name);
    if (value.length > most) throw new DecodeError("too-large", `${this.#path}.${name}`, 0);
    return value;
  }

  /** A number of at most 32 bits, as hexadecimal digits. */
  hexNumber(name: string): number {
    const digits = this.text(name, 8);
    if (!/^[0-9a-f]+$/i.test(digits)) throw this.#malformed(name);
    return parseInt(digits, 16);
  }

  /** A hash as people read it: 64 digits, lower case. */
  hash(name: string): string {
    const digits = this.text(name, 64);
    if (!/^[0-9a-f]{64}$/.test(digits)) throw this.#malformed(name);
    return digits;
  }

  /** At most `most` items. */
  list(name: string, most: number): readonly unknown[] {
    const value: unknown = this.#fields[name];
    if (!Array.isArray(value)) throw this.#malformed(name);
    if (value.length > most) throw new DecodeError("too-large", `${this.#path}.${name}`, 0);
    return value;
  }

  /** What is there, for a closer look. */
  get(name: string): unknown {
    return this.#fields[name];
  }

  #malformed(name: string): DecodeError {
    return malformed(`${this.#path}.${name}`);
  }
}

function malformed(path: string): DecodeError {
  return new DecodeError("malformed", path, 0);
}
