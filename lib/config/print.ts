import { flagName, snakeCase, variableName } from "./names.ts";
import type { Setting, Settings } from "./setting.ts";
import type { Settled } from "./settle.ts";
import { describeOrigin } from "./sources.ts";
import { tomlLine } from "./toml.ts";

/** One setting in the words of `config print`. */
export interface PrintedSetting {
  readonly key: string;
  /** As in TOML; a secret's is `(hidden)`; `null` if not set. */
  readonly value: unknown;
  readonly origin: string | null;
}

/** Every setting with its value and where that came from. */
export function printedSettings<S extends Settings>(
  settings: S,
  settled: Settled<S>,
): PrintedSetting[] {
  const values: Readonly<Record<string, unknown>> = settled.values;
  return Object.entries(settings).map(([name, setting]) => {
    const origin = settled.origins[name];
    const known = Object.hasOwn(values, name) && values[name] !== undefined;
    return {
      key: snakeCase(name),
      value: known ? setting.toToml(values[name]) ?? null : null,
      origin: origin === undefined ? null : describeOrigin(origin),
    };
  });
}

/** The same as a TOML file that would settle to the same values, secrets left out. */
export function printToml<S extends Settings>(settings: S, settled: Settled<S>): string {
  const printed = printedSettings(settings, settled);
  const lines = printed.map(({ key, value, origin }, i) => {
    const setting = Object.values(settings)[i];
    if (value === null) return [`# ${key} is not set`, ""];
    if (setting?.secret) return [`# ${key} is set, and not shown`, origin ?? ""];
    return [tomlLine(key, value as Parameters<typeof tomlLine>[1]), origin ?? ""];
  });
  const width = Math.min(48, Math.max(0, ...lines.map(([line = ""]) => line.length)));
  return lines.map(([line = "", origin]) =>
    origin === "" ? line : `${line.padEnd(width)}  # ${origin}`
  ).join("\n") + "\n";
}

/** A row per setting for docs/configuration.md. */
export function settingsTable(command: string, settings: Settings): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const of = setting.secret ? `${name}File` : name;
    const flag = setting.positional ? "(argument)" : `\`${flagName(of)}\``;
    const keys = [
      snakeCase(name),
      ...setting.secret ? [snakeCase(of)] : [],
      ...setting.aliases ?? [],
    ];
    return [
      keys.map((key) => `\`${key}\``).join(", "),
      flag,
      `\`${variableName(command, name)}\``,
      (setting.range ?? setting.form).replaceAll("|", "\\|") +
      (setting.list ? "; any number of them" : ""),
      defaultText(setting),
      setting.doc.replaceAll("|", "\\|"),
    ];
  });
  return [
    ["TOML", "Flag", "Environment", "Value", "Default", "Meaning"],
    Array(6).fill("---"),
    ...rows,
  ]
    .map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A setting's default as documentation shows it. */
export function defaultText(setting: Setting<unknown>): string {
  if (!("fallback" in setting)) return "required";
  const value = setting.fallback === undefined ? undefined : setting.toToml(setting.fallback);
  return value === undefined ? "none" : `\`${tomlLine("x", value).slice("x = ".length)}\``;
}
