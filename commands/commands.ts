import type { AnyCommand, Item } from "./command.ts";
import { configCommands } from "./config.ts";
import { inspect } from "./inspect/inspect.ts";
import { keys } from "./keys.ts";
import { mine } from "./mine.ts";
import { ping } from "./ping.ts";
import { pool } from "./pool.ts";
import { solutions } from "./solutions.ts";
import { tp } from "./tp.ts";
import { up } from "./up.ts";

/** Commands that run for long. */
export const SERVICES: readonly AnyCommand[] = [tp, pool, mine, up];

/** All there is, in the order of `--help`. */
export const COMMANDS: readonly Item[] = [
  up,
  { ...tp, below: [solutions] },
  pool,
  mine,
  ping,
  inspect,
  keys,
  configCommands(SERVICES),
];
