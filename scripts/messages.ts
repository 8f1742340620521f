/**
 * Writes docs/messages.md from the definitions: `deno run -W scripts/messages.ts`.
 *
 * @module
 */

import { describe } from "../lib/inspect/describe.ts";
import { MESSAGES, TLVS } from "../lib/messages/registry.ts";

await Deno.writeTextFile(
  new URL("../docs/messages.md", import.meta.url),
  describe(MESSAGES, TLVS),
);
