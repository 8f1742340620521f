import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import type { Settled } from "../lib/config/settle.ts";
import type { ForeignKeys } from "../lib/config/sources.ts";
import type { Host } from "../lib/ports.ts";
import type { Terminal } from "./terminal.ts";

/** One subcommand: settings and one call. `program.ts` makes flags, help and exit code of it. */
export interface Command<S extends Settings> {
  readonly name: string;
  readonly summary: string;
  /** Shown under `--help`, with `headframe` before each. */
  readonly examples: readonly string[];
  readonly settings: S;
  /** Present on commands that run for long: they read a file, variables, and write a log. */
  readonly service?: ServiceTraits;
  /** Commands below its name, for what it left behind: `tp solutions`. */
  readonly below?: readonly AnyCommand[];
  /** Problems that no setting has by itself. Only called once every value is there. */
  check?(values: ConfigOf<S>): readonly string[];
  run(values: ConfigOf<S>, context: Context): Promise<void>;
}

/** What sets a command apart that runs for long: how it reads files, and what they may hold. */
export interface ServiceTraits {
  /** What stands in files of other programs for the same job. */
  readonly foreign?: ForeignKeys;
  /** Commands that have a table of their own in the file. */
  readonly sections?: readonly AnyCommand[];
  /** Stands in for the file where none is given; its name may be given too. */
  readonly builtIn?: { readonly name: string; readonly text: () => string };
  /** What a section's settings are by default, given the sections before it. */
  derive?(section: string, before: SectionValues): Derived;
  /** Problems that no section has by itself. */
  checkSections?(found: Found): readonly string[];
}

/** Better defaults for a section, by setting, each with the reason that `config print` shows. */
export type Derived = Readonly<Record<string, { readonly value: unknown; readonly why: string }>>;
/**
 * Values of the sections that are settled already, by the section's name, then by the setting's.
 */
export type SectionValues = ReadonlyMap<string, Readonly<Record<string, unknown>>>;
/** A command whose settings need not be known, as the lists of commands hold it. */
export type AnyCommand = Command<Settings>;

/** Commands under one name: `keys generate`, `keys show`. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Item[];
}

/** What `headframe --help` lists. */
export type Item = AnyCommand | Inspection | Group;

/** A command about another one's settings: `config print pool`. */
export interface Inspection {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly of: AnyCommand;
  /** Flags of its own. */
  readonly settings: Settings;
  /** @returns The exit code. */
  inspect(found: Found, own: Readonly<Record<string, unknown>>, terminal: Terminal): number;
}

/** A command's settings, and those of its sections, with whatever is wrong with them. */
export interface Found {
  readonly command: AnyCommand;
  readonly settings: Settings;
  readonly settled: Settled<Settings>;
  readonly sections: ReadonlyMap<string, { command: AnyCommand; settled: Settled<Settings> }>;
  readonly isBuiltIn: boolean;
}

/** What a running command has. */
export interface Context {
  readonly host: Host;
  readonly terminal: Terminal;
  /** Whether the settings are the built-in file's. */
  readonly isBuiltIn: boolean;
  /** A command's settings, if the file has a table for it. */
  section<S extends Settings>(command: Command<S>): ConfigOf<S> | undefined;
  /** Whether nobody gave the value, so that a better one may take its place. */
  isDerived(section: string, setting: string): boolean;
}

/** Keeps the types of a command's settings together. */
export function command<const S extends Settings>(spec: Command<S>): Command<S> {
  return spec;
}
