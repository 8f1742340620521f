import { OperatorError } from "../../lib/errors.ts";
import type { Filter } from "../../lib/inspect/filter/filter.ts";
import { summaryText } from "../../lib/inspect/show/summary.ts";
import { EntryStore } from "../../lib/inspect/web/entry_store.ts";
import type { Context } from "../command.ts";
import { STDIN } from "./input.ts";
import { readCapture, type ReadOptions } from "./read.ts";
import { openPage } from "./web.ts";

/** What to read, and where to show it. */
export interface InPageOptions extends Pick<ReadOptions, "file" | "keylog" | "key"> {
  readonly filter: Filter | undefined;
  readonly webPort: number;
}

/**
 * Reads a capture into the page, and serves that until the operator ends it.
 *
 * @throws {OperatorError} If the capture cannot be read; after the page was served, if some of it could.
 */
export async function inspectInPage(
  { file, keylog, key, filter, webPort }: InPageOptions,
  { host, terminal }: Pick<Context, "host" | "terminal">,
): Promise<void> {
  const store = new EntryStore(file === STDIN ? "standard input" : file, {
    filter,
    isFollowed: file === STDIN,
  });
  const deliver = (entry: Parameters<EntryStore["add"]>[0]): void => void store.add(entry);
  const page = openPage(store, { webPort }, { host, terminal });
  let fault: OperatorError | undefined;
  try {
    const totals = await readCapture({ file, keylog, key, deliver, pause() {} }, {
      host,
      terminal,
    });
    terminal.tell(summaryText(totals));
  } catch (error) {
    if (!(error instanceof OperatorError) || store.state.seen === 0) {
      await page.close();
      throw error;
    }
    fault = error;
    terminal.tell(`headframe: ${fault.message}; the page shows what comes before that`);
  }
  store.end();
  terminal.tell("Ctrl-C ends it.");
  await aborted(host.signal);
  await page.close();
  if (fault !== undefined) throw fault;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
