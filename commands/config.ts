import { toggle } from "../lib/config/kinds.ts";
import { printedSettings, printToml } from "../lib/config/print.ts";
import { describeProblem, type Problem } from "../lib/config/sources.ts";
import { EXIT } from "../lib/errors.ts";
import type { AnyCommand, Found, Group, Inspection } from "./command.ts";
import { problemsOf, warningsOf } from "./find.ts";
import type { Terminal } from "./terminal.ts";

const json = toggle("Answer in JSON", false);

/** `config print pool`, `config check pool`, and so on for every service. */
export function configCommands(services: readonly AnyCommand[]): Group {
  return {
    name: "config",
    summary: "Show or check the settings a command would run with",
    commands: [
      {
        name: "print",
        summary: "Print settings, each with where it came from",
        commands: services.map(printCommand),
      },
      {
        name: "check",
        summary: "Say what is wrong with settings: all of it, with line and column",
        commands: services.map(checkCommand),
      },
    ],
  };
}

function printCommand(of: AnyCommand): Inspection {
  return {
    name: of.name,
    summary: `Print what headframe ${of.name} would run with, as TOML`,
    examples: [`config print ${of.name} -c ${of.name}.toml`],
    of,
    settings: { json },
    inspect(found, { json }, terminal) {
      if (json) terminal.print(JSON.stringify(asJson(found), undefined, 2));
      else terminal.print(asToml(found).trimEnd());
      return tellProblems(found, terminal);
    },
  };
}

function checkCommand(of: AnyCommand): Inspection {
  return {
    name: of.name,
    summary: `Check what headframe ${of.name} would run with`,
    examples: [`config check ${of.name} -c ${of.name}.toml`],
    of,
    settings: { json },
    inspect(found, { json }, terminal) {
      const problems = problemsOf(found);
      const plain = ({ where, message }: Problem) => ({ where: where ?? null, message });
      if (json) {
        const warnings = warningsOf(found).map(plain);
        terminal.print(JSON.stringify({ problems: problems.map(plain), warnings }, undefined, 2));
        return problems.length === 0 ? EXIT.ok : EXIT.config;
      }
      if (problems.length === 0) terminal.print(`headframe ${of.name}: the settings are fine`);
      return tellProblems(found, terminal);
    },
  };
}

function asToml({ settings, settled, sections }: Found): string {
  const parts = [printToml(settings, settled)];
  for (const [name, { command, settled }] of sections) {
    parts.push(`[${name}]\n${printToml(command.settings, settled)}`);
  }
  return parts.join("\n");
}

function asJson({ settings, settled, sections }: Found): unknown {
  const parts = [...sections].map(([name, { command, settled }]) =>
    [name, printedSettings(command.settings, settled)] as const
  );
  return { settings: printedSettings(settings, settled), sections: Object.fromEntries(parts) };
}

function tellProblems(found: Found, terminal: Terminal): number {
  for (const warning of warningsOf(found)) terminal.tell(`warning: ${describeProblem(warning)}`);
  const problems = problemsOf(found);
  for (const problem of problems) terminal.tell(`headframe: ${describeProblem(problem)}`);
  return problems.length === 0 ? EXIT.ok : EXIT.config;
}
