import { path, positional } from "../../lib/config/kinds.ts";
import { summaryText } from "../../lib/inspect/show/summary.ts";
import { command } from "../command.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { encode } from "./encode.ts";
import { Printer } from "./printer.ts";
import { proxy } from "./proxy.ts";
import { readCapture } from "./read.ts";
import { checkOutput, FILTER, KEYS, OUTPUT } from "./settings.ts";

/** `headframe inspect`: what a capture says, message by message. */
export const inspect = command({
  name: "inspect",
  summary: "Show what is said in captured traffic, decrypted and decoded",
  examples: [
    "inspect pool.pcapng --keylog pool.keys",
    "inspect pool.pcapng --keylog pool.keys --filter 'channel == 7 && type == SubmitShares*'",
    "inspect - --keylog pool.keys --json < pool.pcapng",
  ],
  settings: {
    file: positional(path("Capture (pcap or pcapng) to read, or - for standard input")),
    ...KEYS,
    ...FILTER,
    ...OUTPUT,
  },
  below: [proxy, decode, encode, diff],
  check: checkOutput,
  async run({ file, keylog, key, filter, ...output }, context) {
    const { terminal } = context;
    const printer = new Printer(terminal, output);
    let [all, shown] = [0, 0];
    const totals = await readCapture({
      file,
      keylog,
      key,
      deliver(entry) {
        all++;
        if (filter !== undefined && !filter(entry)) return;
        shown++;
        printer.print(entry);
      },
      pause: () => printer.flush(),
    }, context);
    const some = filter === undefined ? "" : `; the filter lets ${shown} of ${all} lines through`;
    terminal.tell(summaryText(totals) + some);
  },
});
