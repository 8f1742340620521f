import type { Bench } from "../tests/interop/support/headframe.ts";
import type { Started } from "../tests/interop/support/process.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** One of our own roles, which logs no more than others' programs do. */
export function startRole(bench: Bench, role: string, config: string): Started {
  const file = bench.file(`${role}.toml`, config);
  const args = ["run", "-A", "--no-check", MAIN, role, "-c", file, "--log-level", "error"];
  return bench.start(`headframe ${role}`, Deno.execPath(), args);
}
