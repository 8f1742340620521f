/**
 * `deno task interop`: every pairing with programs that nobody here wrote, started for real. Builds them
 * first if need be ({@link ensurePeers}). Prints a row per pairing; exits with 5 if one failed.
 *
 *   deno task interop [TEXT]     only the pairings whose name has TEXT
 *   deno task interop --write    all, and the table of docs/interop.md from what they exchanged
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/errors.ts";
import { ensurePeers } from "./peers.ts";
import { ROWS } from "./rows.ts";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const write = Deno.args.includes("--write");
  const wanted = (Deno.args.find((arg) => !arg.startsWith("--")) ?? "").toLowerCase();
  const table: string[] = [];
  const rows = ROWS.filter(({ pairing }) => pairing.toLowerCase().includes(wanted));
  const peers = await ensurePeers(say);
  let failed = 0;
  for (const row of rows) {
    const start = Date.now();
    const took = (): string => `${Math.round((Date.now() - start) / 1000)} s`;
    try {
      const exchanged = await row.run(peers);
      say(`ok      ${row.pairing}: ${exchanged} (${took()})`);
      table.push(`| ${row.pairing} | ${row.shows} | ${exchanged.replaceAll("|", "\\|")} |`);
    } catch (error) {
      failed++;
      say(`FAILED  ${row.pairing}: must show ${row.shows} (${took()})`);
      say(error instanceof Error ? error.stack ?? error.message : String(error));
    }
  }
  if (write && failed === 0) await writeTable(table);
  say(`${rows.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.ok : EXIT.test;
}

/** Puts the rows between the marks of docs/interop.md. */
async function writeTable(rows: readonly string[]): Promise<void> {
  const page = new URL("../../docs/interop.md", import.meta.url);
  const text = await Deno.readTextFile(page);
  const [before, rest] = text.split("<!-- pairings -->\n");
  const after = rest?.split("<!-- /pairings -->")[1];
  if (after === undefined) throw new OperatorError("failure", "docs/interop.md has lost its marks");
  const head =
    "| pairing | must show | exchanged in the last run that was written here |\n|---|---|---|\n";
  await Deno.writeTextFile(
    page,
    `${before}<!-- pairings -->\n${head}${rows.join("\n")}\n<!-- /pairings -->${after}`,
  );
}

// So that what runs ends too, see support/process.ts.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => Deno.exit(EXIT.failure));
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  say(error.message);
  Deno.exit(EXIT[error.kind]);
}
