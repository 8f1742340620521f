import { DecodeError, OperatorError } from "../../lib/errors.ts";
import { CaptureEntries, type CaptureTotals } from "../../lib/inspect/capture_entries.ts";
import { bytesText } from "../../lib/inspect/dissect/traffic.ts";
import type { Entry } from "../../lib/inspect/entry.ts";
import { type KeyByHand, KeyRing } from "../../lib/inspect/keys/keys.ts";
import type { Context } from "../command.ts";
import { openInput } from "./input.ts";
import { openKeyLogs } from "./key_log_files.ts";

/** What to read, and with which keys. */
export interface ReadOptions {
  /** Path of the capture; `-` for standard input. */
  readonly file: string;
  readonly keylog: readonly string[];
  readonly key: readonly KeyByHand[];
  /** Called for each entry, in order. */
  readonly deliver: (entry: Entry) => void;
  /** Called before anything is waited for. */
  readonly pause: () => void;
}

/** Milliseconds between two looks at how far it is. */
const PROGRESS_MS = 200;

/**
 * Reads a capture to its end, to the operator's word, or as long as anybody reads what is printed.
 *
 * @throws {OperatorError} If it cannot be read. What comes before a damage is delivered all the same.
 */
export async function readCapture(
  { file, keylog, key, deliver, pause }: ReadOptions,
  { host, terminal }: Pick<Context, "host" | "terminal">,
): Promise<CaptureTotals> {
  const ring = new KeyRing();
  for (const { side, key: bytes } of key) ring.addByHand(side, bytes);
  using logs = await openKeyLogs(keylog, ring, terminal.tell);
  const input = await openInput(file);
  const capture = new CaptureEntries({
    ring,
    deliver,
    onBadLine: ({ line, problem }) =>
      terminal.tell(`headframe: ${input.name}: line ${line} of the keys in it: ${problem}`),
  });
  let nextLook = host.clock.now();
  try {
    for await (const chunk of input.chunks(host.signal)) {
      await logs.readMore();
      capture.push(chunk);
      pause();
      if (terminal.isUnread) break;
      if (host.clock.now() < nextLook) continue;
      nextLook = host.clock.now() + PROGRESS_MS;
      terminal.status(progressText(capture.totals, input.size));
    }
    if (!host.signal.aborted && !terminal.isUnread) endOf(capture, input.name, terminal.tell);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new OperatorError("failure", `Cannot read ${input.name}: ${placeAndCause(error)}`);
  } finally {
    capture.close();
    pause();
    terminal.status("");
  }
  return capture.totals;
}

/** An end in the middle of something is how most captures end that somebody stopped. */
function endOf(capture: CaptureEntries, name: string, tell: (line: string) => void): void {
  try {
    capture.end();
  } catch (error) {
    const isCut = error instanceof DecodeError && error.code === "truncated" &&
      capture.totals.capture.packets > 0;
    if (!isCut) throw error;
    tell(`headframe: ${name} ends in the middle of a packet: all before it is shown`);
  }
}

function progressText({ capture, entries }: CaptureTotals, size: number | undefined): string {
  const read = bytesText(capture.bytes);
  const of = size === undefined || size === 0
    ? read
    : `${read} of ${bytesText(size)} (${Math.floor(100 * capture.bytes / size)} %)`;
  return `${of}, ${capture.packets} packets, ${entries.frames + entries.lines} messages`;
}

/** What is wrong, in words where there are some, and where unless it is the whole file. */
function placeAndCause({ message, path, offset }: DecodeError): string {
  const cause = message.slice(message.indexOf(": ") + 2);
  return path === "capture" ? cause : `${path} at byte ${offset}: ${cause}`;
}
