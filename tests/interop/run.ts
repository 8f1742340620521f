/**
 * `deno task interop`: every pairing with programs that nobody here wrote, started for real. Builds them
 * first if need be ({@link ensurePeers}). Prints a row per pairing; exits with 5 if one failed.
 *
 *   deno task interop [TEXT]     only the pairings whose name has TEXT
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
  const wanted = (Deno.args[0] ?? "").toLowerCase();
  const rows = ROWS.filter(({ pairing }) => pairing.toLowerCase().includes(wanted));
  const peers = await ensurePeers(say);
  let failed = 0;
  for (const row of rows) {
    const start = Date.now();
    const took = (): string => `${Math.round((Date.now() - start) / 1000)} s`;
    try {
      const exchanged = await row.run(peers);
      say(`ok      ${row.pairing}: ${exchanged} (${took()})`);
    } catch (error) {
      failed++;
      say(`FAILED  ${row.pairing}: must show ${row.shows} (${took()})`);
      say(error instanceof Error ? error.stack ?? error.message : String(error));
    }
  }
  say(`${rows.length - failed} passed, ${failed} failed`);
  return failed === 0 ? EXIT.ok : EXIT.test;
}

try {
  Deno.exit(await main());
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  say(error.message);
  Deno.exit(EXIT[error.kind]);
}
