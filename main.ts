import { runProgram } from "./commands/program.ts";
import { processTerminal } from "./commands/terminal.ts";
import { denoHost, stopOnSignals } from "./lib/host/deno.ts";

const stop = new AbortController();
stopOnSignals(stop);
const exitCode = await runProgram(Deno.args, {
  terminal: processTerminal(),
  hostFor: (log) => denoHost({ log, signal: stop.signal }),
});
Deno.exit(exitCode);
