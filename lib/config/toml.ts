import { parse, stringify, TomlError } from "smol-toml";
import { OperatorError } from "../errors.ts";
import type { TomlTable, TomlValue } from "./setting.ts";
import { type Position, tomlPositions } from "./toml_positions.ts";

/** A TOML file that was read, and where everything in it stands. */
export interface TomlDocument {
  /** As the operator named it. */
  readonly name: string;
  readonly table: TomlTable;
  /** Where the key at `path` begins; array items go by their index. */
  at(path: readonly (string | number)[]): Position | undefined;
}

/** @throws {OperatorError} With line and column, if `text` is not TOML. */
export function parseToml(text: string, name: string): TomlDocument {
  try {
    const table = parse(text) as TomlTable;
    const positions = tomlPositions(text);
    return { name, table, at: (path) => positions.get(JSON.stringify(path)) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new OperatorError("config", `${name}:${error.line}:${error.column}: ${what}`);
  }
}

/** One line of TOML: `key = value`. */
export function tomlLine(key: string, value: TomlValue): string {
  // The library would spread a table over lines of its own.
  if (isTable(value)) return `${tomlKey(key)} = ${inlineTable(value)}`;
  if (Array.isArray(value)) {
    return `${tomlKey(key)} = [${value.map((item) => bareValue(item)).join(", ")}]`;
  }
  return stringify({ [key]: value }).trimEnd();
}

function inlineTable(table: TomlTable): string {
  return `{ ${Object.entries(table).map(([key, value]) => tomlLine(key, value)).join(", ")} }`;
}

function bareValue(value: TomlValue): string {
  return tomlLine("x", value).slice("x = ".length);
}

function tomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
