import { path, positional, toggle } from "../../lib/config/kinds.ts";
import { summaryText } from "../../lib/inspect/show/summary.ts";
import { reportText } from "../../lib/inspect/statistics/render.ts";
import { Understanding } from "../../lib/inspect/understanding.ts";
import { command } from "../command.ts";
import { readCapture } from "./read.ts";
import { KEYS } from "./settings.ts";

/** `headframe inspect stats`: what a capture says, in numbers. */
export const stats = command({
  name: "stats",
  summary: "Count what a capture holds: messages, timings, shares, refusals, hash rates",
  examples: ["inspect stats pool.pcapng --keylog pool.keys"],
  settings: {
    file: positional(path("Capture (pcap or pcapng) to read, or - for standard input")),
    ...KEYS,
    json: toggle("One object of JSON", false),
  },
  async run({ file, keylog, key, json }, context) {
    const { terminal } = context;
    const understanding = new Understanding({ statistics: true });
    const totals = await readCapture({
      file,
      keylog,
      key,
      deliver: (entry) => void understanding.see(entry),
      pause: () => {},
    }, context);
    const report = understanding.report();
    if (report === undefined) return;
    terminal.print(json ? JSON.stringify(report) : reportText(report).trimEnd());
    terminal.tell(summaryText(totals));
  },
});
