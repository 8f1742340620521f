/**
 * Writes the tables of docs/configuration.md from the commands' settings:
 * `deno run -RW scripts/configuration.ts`.
 *
 * @module
 */

import { SERVICES } from "../commands/commands.ts";
import { LOG_SETTINGS } from "../commands/run.ts";
import { settingsTable } from "../lib/config/print.ts";

export const PAGE = new URL("../docs/configuration.md", import.meta.url);

/** The page with each table between `<!-- settings of … -->` and `<!-- end -->` renewed. */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- settings of (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${tableOf(name)}\n\n${end}`,
  );
}

function tableOf(name: string): string {
  // The variables of a log are each command's own.
  if (name === "log") return settingsTable("pool", LOG_SETTINGS);
  const service = SERVICES.find((each) => each.name === name);
  if (service === undefined) {
    throw new TypeError(`Cannot describe ${name}: there is no such command`);
  }
  return settingsTable(name, service.settings);
}

if (import.meta.main) {
  await Deno.writeTextFile(PAGE, withTables(await Deno.readTextFile(PAGE)));
}
