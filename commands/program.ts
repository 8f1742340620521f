import {
  Argument,
  Command as Commander,
  CommanderError,
  Option,
} from "@commander-js/extra-typings";
import { defaultText } from "../lib/config/print.ts";
import { flagName, snakeCase, variableName } from "../lib/config/names.ts";
import type { Setting, Settings } from "../lib/config/setting.ts";
import { EXIT, OperatorError, traceOf } from "../lib/errors.ts";
import type { Host } from "../lib/ports.ts";
import { escapeText } from "../lib/telemetry/escape.ts";
import type { Log } from "../lib/telemetry/log.ts";
import type { AnyCommand, Inspection, Item } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { findSettings, type Given } from "./find.ts";
import { hidingSecrets } from "./hide_secrets.ts";
import { runCommand, settingsOf } from "./run.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/** What the program cannot make for itself. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly hostFor: (log: Log) => Host;
}

/** Runs what the command line says. @returns The exit code; every error is told by then. */
export async function runProgram(
  args: readonly string[],
  { terminal, hostFor }: Surroundings,
): Promise<number> {
  const world = { terminal: hidingSecrets(terminal), hostFor };
  let exitCode: number = EXIT.ok;
  const program = new Commander("headframe")
    .description(
      "Stratum V2 in one binary: pool, template provider, miner, and what is around them.",
    )
    .version(VERSION, "-V, --version")
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    // What stands behind a command's name is that command's, though the one above may know it too.
    .enablePositionalOptions()
    .addHelpText("after", "\nEach command has its own --help, with an example.");
  for (const item of COMMANDS) addItem(program, item, world, (code) => exitCode = code);
  prepare(program, world.terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return world.terminal.hasLost && exitCode === EXIT.ok ? EXIT.failure : exitCode;
  } catch (error) {
    return tellError(error, world.terminal);
  }
}

type Leave = (exitCode: number) => void;

function addItem(parent: Commander, item: Item, world: Surroundings, leave: Leave): void {
  if ("commands" in item) {
    const group = parent.command(item.name).summary(item.summary).description(item.summary);
    for (const each of item.commands) addItem(group, each, world, leave);
  } else if ("inspect" in item) addInspection(parent, item, world, leave);
  else addCommand(parent, item, world);
}

function addCommand(parent: Commander<unknown[]>, command: AnyCommand, world: Surroundings): void {
  const settings = settingsOf(command);
  const added = addOptions(parent, command, settings, command.service);
  added.action(async (...values) => {
    await runCommand(command, givenBy(settings, values), world);
  });
  if (command.below !== undefined) added.enablePositionalOptions();
  for (const each of command.below ?? []) addCommand(added, each, world);
}

function addInspection(
  parent: Commander,
  inspection: Inspection,
  { terminal }: Surroundings,
  leave: Leave,
): void {
  const settings = settingsOf(inspection.of);
  const all = { ...settings, ...inspection.settings };
  const added = addOptions(parent, inspection, all, inspection.of.service);
  added.action(async (...values) => {
    const found = await findSettings(inspection.of, settings, givenBy(settings, values));
    const own = await findSettings(
      { ...inspection, run: () => Promise.resolve() },
      inspection.settings,
      givenBy(inspection.settings, values),
    );
    leave(inspection.inspect(found, own.settled.values, terminal));
  });
}

function addOptions(
  parent: Commander<unknown[]>,
  { name, summary, examples }: Pick<AnyCommand, "name" | "summary" | "examples">,
  settings: Settings,
  service: AnyCommand["service"],
): Commander<unknown[]> {
  const hasFile = service !== undefined;
  const added: Commander<unknown[]> = parent.command(name).summary(summary).description(summary);
  if (hasFile) added.option("-c, --config <path>", "Read settings from this TOML file");
  for (const [name, setting] of Object.entries(settings)) {
    if (setting.positional) added.addArgument(argumentOf(name, setting, hasFile));
    else for (const option of optionsOf(name, setting, hasFile)) added.addOption(option);
  }
  const { builtIn } = service ?? {};
  if (builtIn !== undefined) {
    added.argument(
      "[file]",
      `TOML file with a table for each role; \`${builtIn.name}\`, or nothing, for the demo`,
    );
  }
  const lines = examples.map((example) => `  headframe ${example}`);
  const sources = hasFile ? `\n${sourcesHelp(name, settings)}` : "";
  return added.addHelpText("after", `\nExample:\n${lines.join("\n")}${sources}`);
}

/** Where else settings may stand, by the example of one that the command has. */
function sourcesHelp(command: string, settings: Settings): string {
  const [name, setting] =
    Object.entries(settings).find(([, { fallback, secret }]) =>
      fallback !== undefined && fallback !== false && !secret
    ) ?? [];
  if (name === undefined || setting === undefined) return "";
  const value = defaultText(setting).replaceAll("`", "");
  return `Each setting may also stand in the file (${
    snakeCase(name)
  } = ${value}), or in a variable\n` +
    `(${variableName(command, name)}=${value.replaceAll('"', "")}). ` +
    "Flags win over variables, variables over the file.";
}

function argumentOf(name: string, setting: Setting<unknown>, hasFile: boolean): Argument {
  const word = snakeCase(name) + (setting.list ? "..." : "");
  const optional = hasFile || "fallback" in setting;
  return new Argument(optional ? `[${word}]` : `<${word}>`, helpOf(setting));
}

function optionsOf(name: string, setting: Setting<unknown>, hasFile: boolean): Option[] {
  const flag = flagName(setting.secret ? `${name}File` : name);
  const both = setting.short === undefined ? flag : `${setting.short}, ${flag}`;
  const help = helpOf(setting);
  if (setting.toggle) {
    // Only what stands in a file, or is on by default, ever needs to be switched off.
    const negative = new Option(flag.replace("--", "--no-")).hideHelp(setting.fallback !== true);
    return [new Option(both, help), ...hasFile || setting.fallback === true ? [negative] : []];
  }
  const option = new Option(`${both} <${setting.secret ? "path" : setting.form}>`, help);
  if (!setting.list) return [option];
  return [
    option.argParser((text, before: unknown) => [...Array.isArray(before) ? before : [], text]),
  ];
}

function helpOf(setting: Setting<unknown>): string {
  const fallback = defaultText(setting).replaceAll("`", "");
  const notes = [
    ...setting.range === undefined ? [] : [setting.range],
    ...setting.secret ? ["in a file"] : [],
    ...setting.list && !setting.positional ? ["may be repeated"] : [],
    ...fallback === "required" ? setting.positional ? [] : ["required"] : [],
    ...["none", "required", "false", '""', "[]"].includes(fallback) ? [] : [`default ${fallback}`],
  ];
  return notes.length === 0 ? setting.doc : `${setting.doc} (${notes.join("; ")})`;
}

/** What commander hands to an action: the arguments, the options, the command. */
function givenBy(settings: Settings, values: readonly unknown[]): Given {
  const words = values.slice(0, -2);
  const options = values.at(-2) as Readonly<Record<string, unknown>>;
  const flags: Record<string, string | string[]> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const of = setting.secret ? `${name}File` : name;
    const value = setting.positional ? words.shift() : options[of];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    flags[of] = Array.isArray(value) ? value.map(String) : String(value);
  }
  // A file that needs no flag stands after the settings' own words.
  const config = options["config"] ?? words[0];
  return { flags, ...(typeof config === "string" ? { config } : {}) };
}

function prepare(program: Commander<unknown[]>, terminal: Terminal): void {
  program.exitOverride().configureOutput({
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.tell(text.trimEnd().replace(/^error: /, "headframe: ")),
  });
  for (const command of program.commands) prepare(command, terminal);
}

function tellError(error: unknown, terminal: Terminal): number {
  terminal.status("");
  if (error instanceof CommanderError) {
    return error.exitCode !== 0 ? EXIT.usage : terminal.hasLost ? EXIT.failure : EXIT.ok;
  }
  if (error instanceof OperatorError) {
    for (const line of error.message.split("\n")) {
      terminal.tell(`headframe: ${escapeText(line, 2000)}`);
    }
    return EXIT[error.kind];
  }
  terminal.tell("headframe: this is a fault in headframe; please report it with what follows");
  const stack = traceOf(error);
  for (const line of stack.split("\n")) terminal.tell(escapeText(line, 2000));
  return EXIT.failure;
}
