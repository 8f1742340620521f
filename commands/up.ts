import { number, optional, toggle } from "../lib/config/kinds.ts";
import { OperatorError } from "../lib/errors.ts";
import { command } from "./command.ts";
import { mine } from "./mine.ts";
import { pool } from "./pool.ts";
import { tp } from "./tp.ts";
import { demoText, removeDemo, tellBlock, tellEnd, tellStart } from "./demo.ts";
import { runRoles } from "./roles.ts";
import { deriveSection, sectionProblems } from "./sections.ts";
import { until } from "./until.ts";

/** `headframe up`: several roles in one process; a role runs if the file has its table. */
export const up = command({
  name: "up",
  summary: "Run several roles in one process; without a file, a demo of all of them",
  examples: ["up demo --until block:3", "up examples/up.toml"],
  settings: {
    until: optional(until("Stop after so many blocks")),
    blockTime: optional(
      number("Between blocks, on average: instead of what [tp] says", {
        min: 0,
        max: 86_400,
        unit: "seconds",
      }),
    ),
    json: toggle("Tell what runs, each accepted block, and how it ended, as lines of JSON", false),
  },
  service: {
    sections: [tp, pool, mine],
    builtIn: { name: "demo", text: demoText },
    derive: deriveSection,
    checkSections: sectionProblems,
  },
  async run({ until, blockTime, json }, context) {
    const { terminal, isBuiltIn } = context;
    const sections = {
      tp: context.section(tp),
      pool: context.section(pool),
      mine: context.section(mine),
    };
    const blocks = await runRoles(sections, context, {
      until,
      blockTime,
      onStarted: (started) => tellStart(started, { json, isBuiltIn, terminal }),
      onBlock: (hash, count) => tellBlock(hash, { count, until, json, terminal }),
    }).finally(() => isBuiltIn ? removeDemo() : undefined);
    tellEnd(blocks, { json, terminal });
    if (until !== undefined && blocks < until) {
      throw new OperatorError("failure", `Stopped after ${blocks} of ${until} blocks`);
    }
  },
});
