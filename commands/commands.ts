import type { AnyCommand, Item } from "./command.ts";
import { configCommands } from "./config.ts";
import { keys } from "./keys.ts";

/** Commands that run for long, in the order of `--help`. */
export const SERVICES: readonly AnyCommand[] = [];

export const COMMANDS: readonly Item[] = [...SERVICES, keys, configCommands(SERVICES)];
