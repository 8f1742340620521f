import { OperatorError, reasonOf } from "../../lib/errors.ts";
import { KeyLogReader } from "../../lib/inspect/keys/key_log.ts";
import type { KeyRing } from "../../lib/inspect/keys/keys.ts";

/**
 * Key logs that may grow while a capture comes in: a running pool writes its keys as its miners connect,
 * and `tcpdump … | headframe inspect -` needs them right then.
 */
export interface KeyLogFiles extends Disposable {
  /** Takes what was written since the last call. @throws {OperatorError} If it cannot be read. */
  readMore(): Promise<void>;
}

/** Bad lines that are told of one file. */
const MOST_TOLD = 5;

/**
 * Opens key logs and reads what is in them.
 *
 * @param tell Takes a line about each bad line, without its content.
 * @throws {OperatorError} If one cannot be read.
 */
export async function openKeyLogs(
  paths: readonly string[],
  ring: KeyRing,
  tell: (line: string) => void,
): Promise<KeyLogFiles> {
  const logs: KeyLogFiles[] = [];
  const files: KeyLogFiles = {
    async readMore() {
      for (const log of logs) await log.readMore();
    },
    [Symbol.dispose]() {
      for (const log of logs) log[Symbol.dispose]();
    },
  };
  for (const path of paths) logs.push(await openKeyLog(path, readerFor(path, ring, tell)));
  await files.readMore();
  return files;
}

async function openKeyLog(path: string, reader: KeyLogReader): Promise<KeyLogFiles> {
  const buffer = new Uint8Array(1 << 16);
  const file = await orExplain(path, () => Deno.open(path));
  return {
    async readMore() {
      for (;;) {
        const length = await orExplain(path, () => file.read(buffer));
        if (length === null) return reader.pause();
        reader.push(buffer.subarray(0, length));
      }
    },
    [Symbol.dispose]: () => file.close(),
  };
}

function readerFor(path: string, ring: KeyRing, tell: (line: string) => void): KeyLogReader {
  let bad = 0;
  return new KeyLogReader(ring, ({ line, problem }) => {
    bad++;
    if (bad <= MOST_TOLD) tell(`headframe: ${path}:${line}: ${problem}`);
    if (bad === MOST_TOLD) tell(`headframe: ${path}: nothing is said of more bad lines`);
  });
}

async function orExplain<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : reasonOf(cause);
    throw new OperatorError("config", `Cannot read ${path}: ${why}`, { cause });
  }
}
