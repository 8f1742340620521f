import { optional, path, positional } from "../../lib/config/kinds.ts";
import { summaryText } from "../../lib/inspect/show/summary.ts";
import { command } from "../command.ts";
import { decode } from "./decode.ts";
import { diff } from "./diff.ts";
import { encode } from "./encode.ts";
import { inspectInPage } from "./in_page.ts";
import { PlainFile } from "./plain_file.ts";
import { proxy } from "./proxy.ts";
import { readCapture } from "./read.ts";
import { checkOutput, FILTER, KEYS, OUTPUT, SENSE } from "./settings.ts";
import { stats } from "./stats.ts";
import { View } from "./view.ts";
import { checkWeb, WEB } from "./web.ts";
import { wireshark } from "./wireshark.ts";

/** `headframe inspect`: what a capture says, message by message. */
export const inspect = command({
  name: "inspect",
  summary: "Show what is said in captured traffic, decrypted and decoded",
  examples: [
    "inspect pool.pcapng --keylog pool.keys",
    "inspect pool.pcapng --keylog pool.keys --filter 'channel == 7 && type == SubmitShares*'",
    "inspect pool.pcapng --keylog pool.keys --lint --derived --follow channel=7",
    "inspect - --keylog pool.keys --json < pool.pcapng",
    "inspect pool.pcapng --keylog pool.keys --web",
    "inspect pool.pcapng --keylog pool.keys --plain plain.pcapng",
  ],
  settings: {
    file: positional(path("Capture (pcap or pcapng) to read, or - for standard input")),
    ...KEYS,
    ...FILTER,
    ...SENSE,
    ...OUTPUT,
    plain: optional(path("Write a pcapng without encryption, for Wireshark, instead of printing")),
    ...WEB,
  },
  below: [proxy, stats, decode, encode, diff, wireshark],
  check: (values) => [...checkOutput(values), ...checkWeb(values)],
  async run({ file, keylog, key, plain, web, webPort, ...wanted }, context) {
    const { filter } = wanted;
    if (web) return await inspectInPage({ file, keylog, key, filter, webPort }, context);
    const { terminal } = context;
    using written = plain === undefined ? undefined : new PlainFile(plain);
    const view = new View(terminal, wanted, written);
    const totals = await readCapture({
      file,
      keylog,
      key,
      deliver: (entry) => view.take(entry),
      pause() {
        view.flush();
        written?.flush();
      },
    }, context);
    terminal.tell(summaryText(totals) + view.leftOut());
    if (written !== undefined) terminal.tell(written.summary);
    view.judge();
  },
});
