import { optional, positional, text, texts, toggle } from "../../lib/config/kinds.ts";
import { OperatorError } from "../../lib/errors.ts";
import { about } from "../../lib/inspect/by_hand/message_named.ts";
import { decodeByHand } from "../../lib/inspect/by_hand/decode.ts";
import type { FrameEntry } from "../../lib/inspect/entry.ts";
import { detailsOf } from "../../lib/inspect/show/fields.ts";
import { formatJson } from "../../lib/inspect/show/json.ts";
import { frameLine } from "../../lib/inspect/show/line.ts";
import { paintIn } from "../../lib/inspect/show/paint.ts";
import { command } from "../command.ts";
import { openInput, STDIN } from "./input.ts";

/** Bytes of text that are read from standard input: the digits of the largest frame, with spaces. */
const MOST_TEXT = 1 << 27;

/** `headframe inspect decode`: what bytes in hexadecimal mean. */
export const decode = command({
  name: "decode",
  summary: "Say what a frame in hexadecimal means, or a payload, or several frames",
  examples: [
    "inspect decode 00801c14000007000000020000000100000001000000000000000",
    "inspect decode --type SetTarget 07000000 ff00…",
    "inspect decode - < frames.hex",
  ],
  settings: {
    hex: positional(texts("Bytes, with anything between; - to read them from standard input")),
    type: optional(text("The bytes are the payload of this message: its name, or its number")),
    line: toggle("One line for each message, instead of every field", false),
    json: toggle("One line of JSON for each message", false),
    color: toggle("Colours", false),
  },
  async run({ hex, type, line, json, color }, { host, terminal }) {
    const isStdin = hex.length === 1 && hex[0] === STDIN;
    const given = isStdin ? await readText(host.signal) : hex.join(" ");
    const entries = decodeByHand(given, type);
    for (const entry of entries) {
      terminal.print(json ? formatJson(entry) : describe(entry, { line, color }));
    }
    const broken = entries.find(({ error }) => error !== undefined);
    if (broken?.error !== undefined) {
      throw new OperatorError("peer", `${broken.error.message}; what came before it is above`);
    }
  },
});

function describe(
  entry: FrameEntry,
  { line, color }: { readonly line: boolean; readonly color: boolean },
): string {
  const paint = paintIn(color);
  if (line) return frameLine(entry, paint);
  const { message } = entry;
  const name = message === undefined ? "Unknown message" : message.name;
  const more = message === undefined ? [] : [about(message)];
  const title = [paint("bold", name), ...more].join(" · ");
  return [title, ...detailsOf(entry, { colors: color })].join("\n");
}

async function readText(signal: AbortSignal): Promise<string> {
  const { chunks } = await openInput(STDIN);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks(signal)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_TEXT) throw new OperatorError("usage", "Cannot decode so much text");
  }
  return text;
}
