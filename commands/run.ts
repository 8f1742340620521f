import { choice, optional, path } from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import { refuseProblems } from "../lib/config/settle.ts";
import { describeProblem } from "../lib/config/sources.ts";
import type { Host } from "../lib/ports.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { createLog, LOG_FORMATS, LOG_LEVELS, type LogWriter } from "../lib/telemetry/writer.ts";
import type { AnyCommand, Command, Context, Found } from "./command.ts";
import { findSettings, type Given, problemsOf, warningsOf } from "./find.ts";
import { openLogFile } from "./log_file.ts";
import type { Terminal } from "./terminal.ts";

/** What every command that runs for long can be told about its log. */
export const LOG_SETTINGS = {
  logLevel: choice("Least important lines that are written", LOG_LEVELS, "info"),
  logFormat: choice("Log lines for people, or for programs", LOG_FORMATS, "text"),
  logFile: { ...optional(path("Also append the log to this file")), short: "-f" },
} satisfies Settings;

/** All settings a command takes on its own. */
export function settingsOf(command: AnyCommand): Settings {
  return command.service === undefined
    ? command.settings
    : { ...command.settings, ...LOG_SETTINGS };
}

/** Settles the command's settings and runs it. @throws {OperatorError} With all problems in one. */
export async function runCommand(
  command: AnyCommand,
  given: Given,
  { terminal, hostFor }: { terminal: Terminal; hostFor: (log: Log) => Host },
): Promise<void> {
  const found = await findSettings(command, settingsOf(command), given);
  refuseProblems(problemsOf(found));
  const { values } = found.settled;
  using log = openLog(values, terminal);
  for (const warning of warningsOf(found)) {
    log.writer.warn("config.warning", { hint: describeProblem(warning) });
  }
  await command.run(values, contextOf(found, hostFor(log.writer), terminal));
}

function contextOf(found: Found, host: Host, terminal: Terminal): Context {
  return {
    host,
    terminal,
    isBuiltIn: found.isBuiltIn,
    section: <S extends Settings>({ name }: Command<S>) =>
      found.sections.get(name)?.settled.values as ConfigOf<S> | undefined,
    isDerived: (section, setting) =>
      found.sections.get(section)?.settled.origins[setting]?.from === "derived",
  };
}

function openLog(
  { logLevel, logFormat, logFile }: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): { writer: LogWriter } & Disposable {
  const file = typeof logFile === "string" ? openLogFile(logFile, terminal.tell) : undefined;
  const writer = createLog({
    level: LOG_LEVELS.find((level) => level === logLevel) ?? "warn",
    format: LOG_FORMATS.find((format) => format === logFormat) ?? "text",
    color: terminal.isWatched && !Deno.env.get("NO_COLOR"),
    time: Date.now,
    write(line) {
      terminal.tell(line);
      file?.write(line.replace(COLOR, ""));
    },
  });
  return {
    writer,
    [Symbol.dispose]() {
      writer.finish();
      file?.close();
    },
  };
}

// The writer escapes every ESC of others, so that what matches here is its own.
// deno-lint-ignore no-control-regex
const COLOR = /\x1b\[\d+m/g;
