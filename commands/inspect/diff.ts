import { path, positional, texts, toggle } from "../../lib/config/kinds.ts";
import { OperatorError } from "../../lib/errors.ts";
import { decodeByHand } from "../../lib/inspect/by_hand/decode.ts";
import { MOST_ALIGNED } from "../../lib/inspect/compare/align.ts";
import { diffEntries } from "../../lib/inspect/compare/diff.ts";
import { formatDiff } from "../../lib/inspect/compare/diff_text.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import type { Filter } from "../../lib/inspect/filter/filter.ts";
import { count } from "../../lib/inspect/show/summary.ts";
import { escapeText } from "../../lib/telemetry/escape.ts";
import { command, type Context } from "../command.ts";
import { readCapture, type ReadOptions } from "./read.ts";
import { FILTER, KEYS } from "./settings.ts";

/** Entries of a capture that are kept to be compared. */
const MOST_ENTRIES = 100_000;
const LIKE_HEX = /^[\s0-9a-fx:,]+$/i;

/** `headframe inspect diff`: ends with 0 where nothing differs, with 5 where something does. */
export const diff = command({
  name: "diff",
  summary: "Say what differs between two frames in hexadecimal, or between two captures",
  examples: [
    "inspect diff 00801c14000007000000… 00801c14000008000000…",
    "inspect diff before.pcapng after.pcapng --keylog both.keys --ignore ntime,nonce",
  ],
  settings: {
    a: positional(path("A frame, or the path of a capture")),
    b: positional(path("Another")),
    ignore: {
      ...texts("Fields that may differ"),
      fallback: [],
    },
    ...KEYS,
    ...FILTER,
    color: toggle("Colours", false),
  },
  async run({ a, b, ignore, color, ...options }, context) {
    const ignored = new Set(ignore.flatMap((names) => names.split(",")));
    const [isA, isB] = [await isFile(a), await isFile(b)];
    for (const [given, is, other] of [[a, isA, isB], [b, isB, isA]] as const) {
      if (!is && (other || !LIKE_HEX.test(given))) {
        throw new OperatorError("config", `Cannot compare ${escapeText(given, 60)}: no such file`);
      }
    }
    const read = async (given: string, is: boolean) =>
      is ? await entriesOf(given, options, context) : decodeByHand(given);
    const [as, bs] = [await read(a, isA), await read(b, isB)];
    const compared = diffEntries(as, bs, ignored);
    if (compared === undefined) {
      throw new OperatorError(
        "usage",
        `Cannot compare so many messages that differ: at most ${MOST_ALIGNED}; choose with --filter`,
      );
    }
    for (const each of compared) context.terminal.print(formatDiff(each, { colors: color }));
    if (compared.length > 0) {
      throw new OperatorError("test", `They differ in ${count(compared.length, "message")}`);
    }
  },
});

async function entriesOf(
  file: string,
  { keylog, key, filter }: Pick<ReadOptions, "keylog" | "key"> & {
    readonly filter: Filter | undefined;
  },
  context: Context,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const deliver = (entry: Entry) => {
    if (entry.kind === "note" || (filter !== undefined && !filter(entry))) return;
    if (entries.length === MOST_ENTRIES) {
      throw new OperatorError(
        "usage",
        `Cannot compare ${file}: it has more than ${MOST_ENTRIES} messages; choose with --filter`,
      );
    }
    entries.push(entry);
  };
  await readCapture({ file, keylog, key, deliver, pause() {} }, context);
  return entries;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return !(await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
