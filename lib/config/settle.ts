import { OperatorError } from "../errors.ts";
import { flagName, snakeCase, variableName } from "./names.ts";
import type { ConfigOf, Setting, Settings, TomlValue } from "./setting.ts";
import {
  describeProblem,
  type Origin,
  type Problem,
  type SecretFile,
  type Sources,
} from "./sources.ts";
import { tableAt, tomlKeys, unknownNames } from "./unknown.ts";

/** What became of a command's settings. */
export interface Settled<S extends Settings> {
  /** Missing where there is a problem. */
  readonly values: Partial<ConfigOf<S>>;
  readonly origins: { readonly [K in keyof S]?: Origin };
  /** Everything wrong, so that one run shows it all. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Finds each setting's value: the flag's, else the environment variable's, else the file's, else the
 * default.
 */
export async function settle<const S extends Settings>(
  settings: S,
  sources: Sources,
): Promise<Settled<S>> {
  const { problems, warnings } = unknownNames(settings, sources);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const found = candidates(name, setting, sources);
    const [strongest, ...weaker] = found;
    for (const other of weaker) {
      if (other.level !== strongest?.level) continue;
      problems.push({ where: other.where, message: `says again what ${strongest.where} says` });
    }
    if (strongest === undefined) {
      const derived = sources.derived?.[name];
      if (derived !== undefined) {
        values[name] = derived.value;
        origins[name] = { from: "derived", why: derived.why };
      } else if ("fallback" in setting) {
        values[name] = setting.fallback;
        origins[name] = { from: "default" };
      } else problems.push({ where: undefined, message: missing(name, setting, sources) });
      continue;
    }
    origins[name] = strongest.origin;
    try {
      const { value, exposed } = await strongest.read();
      values[name] = value;
      if (exposed !== undefined) {
        const message = `${exposed} can be read by others on this machine: chmod 600 it`;
        warnings.push({ where: strongest.where, message });
      }
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const { where, key, level } = strongest;
      const message = (key === undefined ? "" : `${key}: `) + error.message;
      problems.push({ where, message, ...(level === "flag" ? { isUsage: true } : {}) });
    }
  }
  return {
    values: values as Partial<ConfigOf<S>>,
    origins: origins as Settled<S>["origins"],
    problems,
    warnings,
  };
}

/** @throws {OperatorError} If there are any, told one a line: `usage` if all are flags. */
export function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const kind = problems.every(({ isUsage }) => isUsage) ? "usage" : "config";
  throw new OperatorError(kind, problems.map(describeProblem).join("\n"));
}

/** One place that gives a value to a setting. */
interface Candidate {
  readonly level: Origin["from"];
  readonly origin: Origin;
  readonly where: string;
  /** The setting as it is spelt there, if `where` does not say it. */
  readonly key?: string;
  read(): Promise<{ value: unknown; exposed?: string }>;
}

/** The strongest first. */
function candidates(name: string, setting: Setting<unknown>, sources: Sources): Candidate[] {
  return [
    ...fromFlags(name, setting, sources),
    ...fromVariables(name, setting, sources),
    ...fromFile(name, setting, sources),
  ];
}

function* fromFlags(
  name: string,
  setting: Setting<unknown>,
  { flags, readSecret }: Sources,
): Generator<Candidate> {
  const of = setting.secret ? `${name}File` : name;
  const given = flags[of];
  if (given === undefined) return;
  const text = typeof given === "string" ? given : given.join(",");
  const flag = setting.positional ? `<${snakeCase(name)}>` : flagName(of);
  const read = setting.secret
    ? () => readFile(setting, text, readSecret)
    : () => Promise.resolve().then(() => ({ value: fromWords(setting, given) }));
  yield { level: "flag", origin: { from: "flag", flag }, where: flag, read };
}

function fromWords(setting: Setting<unknown>, given: string | readonly string[]): unknown {
  if (typeof given === "string") return setting.fromText(given);
  return setting.fromTexts === undefined
    ? setting.fromText(given.join(","))
    : setting.fromTexts(given);
}

function* fromVariables(
  name: string,
  setting: Setting<unknown>,
  { command, variables, readSecret }: Sources,
): Generator<Candidate> {
  for (const of of setting.secret ? [name, `${name}File`] : [name]) {
    const variable = variableName(command, of);
    const text = variables[variable];
    if (text === undefined) continue;
    const isPath = of !== name;
    yield {
      level: "environment",
      origin: { from: "environment", variable },
      where: variable,
      read: async () => {
        if (isPath) return await readFile(setting, text, readSecret);
        return await readText(setting, text, (path) => readSecret(path));
      },
    };
  }
}

function* fromFile(
  name: string,
  setting: Setting<unknown>,
  { file, readSecret }: Sources,
): Generator<Candidate> {
  if (file === undefined) return;
  const { document, section } = file;
  const start = section === undefined ? [] : [section];
  const keys = tomlKeys(name, setting);
  if (setting.secret) keys.push(`${snakeCase(name)}_file`);
  const readBeside = (path: string) => readSecret(besides(document.name, path));
  for (const key of keys) {
    const path = [...start, ...key.split(".")];
    const last = path.at(-1) ?? "";
    const table = tableAt(document.table, path.slice(0, -1));
    const value = table !== undefined && Object.hasOwn(table, last) ? table[last] : undefined;
    if (value === undefined) continue;
    const { line, column } = document.at(path) ?? { line: 1, column: 1 };
    const isPath = setting.secret && key.endsWith("_file");
    yield {
      level: "file",
      origin: { from: "file", file: document.name, line, column },
      where: `${document.name}:${line}:${column}`,
      key,
      read: async () => {
        if (isPath) return await readFile(setting, pathFrom(value), readBeside);
        if (setting.secret && typeof value === "string") {
          return await readText(setting, value, readBeside);
        }
        return { value: setting.fromToml(value) };
      },
    };
  }
}

type ReadSecret = (path: string) => Promise<SecretFile>;

async function readText(
  setting: Setting<unknown>,
  text: string,
  read: ReadSecret,
): Promise<{ value: unknown; exposed?: string }> {
  if (setting.secret && text.startsWith("@")) return await readFile(setting, text.slice(1), read);
  return { value: setting.fromText(text) };
}

async function readFile(
  setting: Setting<unknown>,
  path: string,
  read: ReadSecret,
): Promise<{ value: unknown; exposed?: string }> {
  const { text, exposed } = await read(path);
  const value = setting.fromText(text);
  return exposed ? { value, exposed: path } : { value };
}

function pathFrom(value: TomlValue): string {
  if (typeof value === "string" && value !== "") return value;
  throw new OperatorError("config", "must be the path of a file, as text in quotes");
}

/** A path in a file is meant from where the file is. */
function besides(file: string, path: string): string {
  const directory = file.slice(0, Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return /^([/\\]|[A-Za-z]:)/.test(path) ? path : directory + path;
}

function missing(name: string, setting: Setting<unknown>, { command, file }: Sources): string {
  const of = setting.secret ? `${name}File` : name;
  const key = file?.section === undefined ? snakeCase(of) : `[${file.section}] ${snakeCase(of)}`;
  const places = [`${key} in ${file?.document.name ?? "a --config file"}`];
  // A table of a shared file has no flags of its own.
  if (setting.positional && file?.section === undefined) places.push("an argument");
  else if (file?.section === undefined) {
    places.push(`${flagName(of)} <${setting.secret ? "path" : setting.form}>`);
  }
  places.push(variableName(command, of));
  return `${snakeCase(name)} is required (${setting.doc}): give ${places.join(", or ")}`;
}
