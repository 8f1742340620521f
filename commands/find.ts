import { OperatorError, reasonOf } from "../lib/errors.ts";
import type { Settings } from "../lib/config/setting.ts";
import { settle, type Settled } from "../lib/config/settle.ts";
import type { SecretFile, Sources } from "../lib/config/sources.ts";
import { variableName } from "../lib/config/names.ts";
import { parseToml, type TomlDocument } from "../lib/config/toml.ts";
import { tableAt } from "../lib/config/unknown.ts";
import type { AnyCommand, Found, SectionValues } from "./command.ts";

/** What stands on the command line. */
export interface Given {
  readonly flags: Sources["flags"];
  /** Path of the configuration file. */
  readonly config?: string;
}

/** Finds the settings of a command, and of the sections in its file, with all problems. */
export async function findSettings(
  command: AnyCommand,
  settings: Settings,
  given: Given,
): Promise<Found> {
  const { service } = command;
  if (service === undefined) {
    const sources = { command: command.name, variables: {}, flags: given.flags, readSecret };
    const settled = checked(command, await settle(settings, sources));
    return { command, settings, settled, sections: new Map(), isBuiltIn: false };
  }
  const variables = Deno.env.toObject();
  const { document, isBuiltIn } = await openDocument(command, given, variables);
  const { sections = [], foreign = {} } = service;
  const others = sections.map(({ name }) => name);
  const common = { variables, readSecret };
  const settled = await settle(settings, {
    ...common,
    command: command.name,
    flags: given.flags,
    ...(document === undefined ? {} : { file: { document, others, foreign } }),
  });
  const found = new Map<string, { command: AnyCommand; settled: Settled<Settings> }>();
  const values = new Map<string, Readonly<Record<string, unknown>>>();
  for (const part of document === undefined ? [] : sections) {
    const { name } = part;
    if (document === undefined || tableAt(document.table, [name]) === undefined) continue;
    const settledPart = await settle(part.settings, {
      ...common,
      command: name,
      flags: {},
      derived: service.derive?.(name, values satisfies SectionValues) ?? {},
      file: { document, section: name, foreign: part.service?.foreign ?? {} },
    });
    found.set(name, { command: part, settled: checked(part, settledPart) });
    values.set(name, settledPart.values);
  }
  const all = { command, settings, settled: checked(command, settled), sections: found, isBuiltIn };
  const whole = service.checkSections?.(all) ?? [];
  return { ...all, settled: withProblems(all.settled, whole) };
}

/** Every problem of a command and its sections. */
export function problemsOf({ settled, sections }: Found): Settled<Settings>["problems"] {
  return [settled, ...[...sections.values()].map(({ settled }) => settled)]
    .flatMap(({ problems }) => problems);
}

/** Every warning of a command and its sections. */
export function warningsOf({ settled, sections }: Found): Settled<Settings>["warnings"] {
  return [settled, ...[...sections.values()].map(({ settled }) => settled)]
    .flatMap(({ warnings }) => warnings);
}

function checked(command: AnyCommand, settled: Settled<Settings>): Settled<Settings> {
  if (settled.problems.length > 0) return settled;
  // Without a file or variables, whatever is wrong is on the command line.
  const isUsage = command.service === undefined;
  return withProblems(settled, command.check?.(settled.values) ?? [], isUsage);
}

function withProblems(
  settled: Settled<Settings>,
  messages: readonly string[],
  isUsage = false,
): Settled<Settings> {
  const more = messages.map((message) => ({
    where: undefined,
    message,
    ...isUsage && { isUsage: true as const },
  }));
  return { ...settled, problems: [...settled.problems, ...more] };
}

async function openDocument(
  command: AnyCommand,
  { config }: Given,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly document: TomlDocument | undefined; readonly isBuiltIn: boolean }> {
  const path = config ?? variables[variableName(command.name, "config")];
  const { builtIn } = command.service ?? {};
  const isBuiltIn = builtIn !== undefined && (path === undefined || path === builtIn.name);
  if (isBuiltIn) return { document: parseToml(builtIn.text(), builtIn.name), isBuiltIn };
  return {
    document: path === undefined ? undefined : parseToml(await readText(path), path),
    isBuiltIn,
  };
}

async function readSecret(path: string): Promise<SecretFile> {
  const text = await readText(path);
  const { mode } = await Deno.stat(path);
  // Windows has no such bits, and says null.
  return { text, exposed: mode !== null && (mode & 0o077) !== 0 };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : reasonOf(cause);
    throw new OperatorError("config", `Cannot read ${path}: ${why}`, { cause });
  }
}
