/**
 * `deno task browser`: pages in Debian's Chromium, as people use them. Installs Chromium first if need be,
 * which takes root.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/errors.ts";
import { ensureDebian } from "../interop/peers/install.ts";
import { CHROMIUM } from "./browser.ts";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

try {
  await ensureDebian([{ package: "chromium", file: CHROMIUM }], say);
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  say(error.message);
  Deno.exit(EXIT[error.kind]);
}
const tests = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "tests/browser/inspect_page.ts"],
  cwd: new URL("../..", import.meta.url),
});
Deno.exit((await tests.spawn().status).code);
