import { ok, strictEqual } from "node:assert";
import { SERVICES } from "../commands/commands.ts";
import { PAGE, withTables } from "./configuration.ts";

Deno.test("docs/configuration.md has the settings there are: if not, run scripts/configuration.ts", async () => {
  const page = await Deno.readTextFile(PAGE);
  strictEqual(page, withTables(page));
  for (const { name } of SERVICES) ok(page.includes(`<!-- settings of ${name} -->`), name);
});
