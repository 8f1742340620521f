import { path, positional } from "../../lib/config/kinds.ts";
import { summaryText } from "../../lib/inspect/show/summary.ts";
import { command } from "../command.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { encode } from "./encode.ts";
import { proxy } from "./proxy.ts";
import { readCapture } from "./read.ts";
import { checkOutput, FILTER, KEYS, OUTPUT, SENSE } from "./settings.ts";
import { stats } from "./stats.ts";
import { View } from "./view.ts";

/** `headframe inspect`: what a capture says, message by message. */
export const inspect = command({
  name: "inspect",
  summary: "Show what is said in captured traffic, decrypted and decoded",
  examples: [
    "inspect pool.pcapng --keylog pool.keys",
    "inspect pool.pcapng --keylog pool.keys --filter 'channel == 7 && type == SubmitShares*'",
    "inspect pool.pcapng --keylog pool.keys --lint --derived --follow channel=7",
    "inspect - --keylog pool.keys --json < pool.pcapng",
  ],
  settings: {
    file: positional(path("Capture (pcap or pcapng) to read, or - for standard input")),
    ...KEYS,
    ...FILTER,
    ...SENSE,
    ...OUTPUT,
  },
  below: [proxy, stats, decode, encode, diff],
  check: checkOutput,
  async run({ file, keylog, key, ...wanted }, context) {
    const { terminal } = context;
    const view = new View(terminal, wanted);
    const totals = await readCapture({
      file,
      keylog,
      key,
      deliver: (entry) => view.take(entry),
      pause: () => view.flush(),
    }, context);
    terminal.tell(summaryText(totals) + view.leftOut());
    view.judge();
  },
});
