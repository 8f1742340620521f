import { nearestName, snakeCase, variableName, variablePrefix } from "./names.ts";
import type { Settings, TomlTable, TomlValue } from "./setting.ts";
import type { Problem, Sources } from "./sources.ts";

/** How a setting may be spelt in TOML: dots descend into tables. */
export function tomlKeys(
  name: string,
  { aliases = [] }: { aliases?: readonly string[] },
): string[] {
  return [snakeCase(name), ...aliases];
}

/** Everything in `sources` that no setting knows: typing errors, mostly. */
export function unknownNames(
  settings: Settings,
  sources: Sources,
): { problems: Problem[]; warnings: Problem[] } {
  const found = { problems: unknownVariables(settings, sources), warnings: [] };
  unknownKeys(settings, sources, found);
  return found;
}

function unknownVariables(settings: Settings, { command, variables }: Sources): Problem[] {
  const prefix = variablePrefix(command);
  const known = new Set([`${prefix}CONFIG`]);
  for (const [name, setting] of Object.entries(settings)) {
    known.add(variableName(command, name));
    if (setting.secret) known.add(variableName(command, `${name}File`));
  }
  return Object.keys(variables)
    .filter((name) => name.startsWith(prefix) && !known.has(name))
    .map((name) => ({
      where: "environment",
      message: unknown("variable", name, nearestName(name, known)),
    }));
}

function unknownKeys(
  settings: Settings,
  { file }: Sources,
  found: { problems: Problem[]; warnings: Problem[] },
): void {
  if (file === undefined) return;
  const { document, section, others = [], foreign = {} } = file;
  const known = new Map<string, readonly string[]>();
  for (const [name, setting] of Object.entries(settings)) {
    for (const key of tomlKeys(name, setting)) known.set(key, setting.fields ?? []);
    if (setting.secret) known.set(`${snakeCase(name)}_file`, []);
  }
  const start = section === undefined ? [] : [section];
  const table = tableAt(document.table, start);
  if (table !== undefined) walk(table, start, "");

  function walk(table: TomlTable, path: readonly (string | number)[], prefix: string): void {
    for (const [key, value] of Object.entries(table)) {
      const name = prefix + key;
      const at = [...path, key];
      const fields = known.get(name);
      const other = foreign[name];
      if (fields !== undefined) walkFields(value, at, fields);
      else if (prefix === "" && others.includes(key)) continue;
      else if (other?.refuse) report(found.problems, at, `${name} cannot be served: ${other.why}`);
      else if (other !== undefined) report(found.warnings, at, `${name} is ignored: ${other.why}`);
      else if (isTable(value) && knownBelow(`${name}.`)) walk(value, at, `${name}.`);
      else reportUnknown(at, key, siblings(prefix));
    }
  }

  function walkFields(
    value: TomlValue,
    path: readonly (string | number)[],
    fields: readonly string[],
  ): void {
    for (
      const [i, item] of Array.isArray(value) ? value.entries() : [[undefined, value] as const]
    ) {
      if (!isTable(item)) continue;
      const at = i === undefined ? path : [...path, i];
      for (const key of Object.keys(item)) {
        if (!fields.includes(key) && fields.length > 0) reportUnknown([...at, key], key, fields);
      }
    }
  }

  function knownBelow(prefix: string): boolean {
    return [...known.keys(), ...Object.keys(foreign)].some((name) => name.startsWith(prefix));
  }

  function siblings(prefix: string): string[] {
    return [...known.keys(), ...Object.keys(foreign), ...prefix === "" ? others : []]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).split(".")[0] ?? "");
  }

  function reportUnknown(
    path: readonly (string | number)[],
    key: string,
    candidates: readonly string[],
  ): void {
    report(found.problems, path, unknown("key", key, nearestName(key, candidates)));
  }

  function report(to: Problem[], path: readonly (string | number)[], message: string): void {
    const { line, column } = document.at(path) ?? { line: 1, column: 1 };
    to.push({ where: `${document.name}:${line}:${column}`, message });
  }
}

/** The table at `path`, if there is one. */
export function tableAt(table: TomlTable, path: readonly string[]): TomlTable | undefined {
  let at: TomlValue | undefined = table;
  for (const key of path) {
    if (!isTable(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return isTable(at) ? at : undefined;
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

function unknown(kind: string, name: string, nearest: string | undefined): string {
  const start = `unknown ${kind} ${JSON.stringify(name)}`;
  return nearest === undefined ? start : `${start}; did you mean ${JSON.stringify(nearest)}?`;
}
