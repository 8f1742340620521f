import type { TomlDocument } from "./toml.ts";

/** Everything a command's settings may come from, the strongest last: file, variables, flags. */
export interface Sources {
  /** Name of the command, which is in the names of its variables. */
  readonly command: string;
  readonly file?: FileSource;
  readonly variables: Readonly<Record<string, string>>;
  /** By the setting's name; of a secret, by its name and `File`. */
  readonly flags: Readonly<Record<string, string | readonly string[]>>;
  /** Stands in for the setting's own default, and says why: what `up` knows of its other roles. */
  readonly derived?: Readonly<Record<string, { readonly value: unknown; readonly why: string }>>;
  /** @throws {OperatorError} If there is no such file, or it cannot be read. */
  readSecret(path: string): Promise<SecretFile>;
}

/** A file of settings, read already, and which part of it is meant. */
export interface FileSource {
  readonly document: TomlDocument;
  /** The table that has the settings; none is the whole file. */
  readonly section?: string;
  /** Tables in it that are somebody else's. */
  readonly others?: readonly string[];
  /** Keys that a file may have though we do nothing for them yet. */
  readonly foreign?: ForeignKeys;
}

/** A file that holds a secret. Its text goes into no message. */
export interface SecretFile {
  readonly text: string;
  /** Other users of this machine can read it. */
  readonly exposed: boolean;
}

/** Keys of other programs' files for the same job: refused or passed over, each saying why. */
export type ForeignKeys = Readonly<
  Record<string, { readonly refuse: boolean; readonly why: string }>
>;

/** Where a value came from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "derived"; readonly why: string }
  | { readonly from: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: "environment"; readonly variable: string }
  | { readonly from: "flag"; readonly flag: string };

/** Something wrong with the configuration. */
export interface Problem {
  /** `pool.toml:3:1`, a variable, a flag; `undefined` if something is missing everywhere. */
  readonly where: string | undefined;
  readonly message: string;
  /** It is the command line that is wrong. */
  readonly isUsage?: true;
}

/** `pool.toml:3`, `env HEADFRAME_POOL_LISTEN_ADDRESS`, `--listen-address`, `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.from) {
    case "default":
      return "default";
    case "derived":
      return origin.why;
    case "file":
      return `${origin.file}:${origin.line}`;
    case "environment":
      return `env ${origin.variable}`;
    case "flag":
      return origin.flag;
  }
}

/** One line for a person. */
export function describeProblem({ where, message }: Problem): string {
  return where === undefined ? message : `${where}: ${message}`;
}
