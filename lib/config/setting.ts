/**
 * A setting is a value. Its flag, environment variable, TOML key, help line, check, and its line in
 * `config print` and docs/configuration.md all derive from it.
 *
 * @module
 */

/** What TOML can say. */
export type TomlValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | readonly TomlValue[]
  | TomlTable;

/** A table as it was read; whoever wrote the file chose the keys. */
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

/**
 * One setting. The two `from…` throw an {@link OperatorError} whose message completes
 * `"pool.toml:3:1: shares_per_minute: …"`.
 */
export interface Setting<T> {
  /** One sentence without a full stop. */
  readonly doc: string;
  /** What a value looks like, in a word: `host:port`, `number`. */
  readonly form: string;
  /** What it may be: `1 to 600 shares/min`. */
  readonly range?: string;
  /** Never printed, never in argv: its flag takes the path of a file, and is called `…-file`. */
  readonly secret?: true;
  /** The command line takes it as an argument, without a flag. */
  readonly positional?: true;
  /** One letter for its flag: `-f`. */
  readonly short?: string;
  /** A flag without a value, and its negative. */
  readonly toggle?: true;
  /** Takes more than one value: its flag may be repeated. */
  readonly list?: true;
  /** Other TOML keys that mean it; dots descend into tables. SRI's spellings. */
  readonly aliases?: readonly string[];
  /** Keys of the table, or tables, that this setting may be given as. */
  readonly fields?: readonly string[];
  /** Absent: the setting is required. */
  readonly fallback?: T;

  /** Reads a flag's value, an environment variable, or the content of a secret's file. */
  fromText(text: string): T;
  /** Reads values that were given one by one, where a comma is nothing but a comma. */
  fromTexts?(texts: readonly string[]): T;
  fromToml(value: TomlValue): T;
  /** What to write into a TOML file to get `value`; `undefined` if it is what absence means. */
  toToml(value: T): TomlValue | undefined;
}

/** The settings of a command, by the name its code knows them by. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of settled settings. */
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};
