import { OperatorError, reasonOf } from "../../lib/errors.ts";

/** Bytes of a file, or of standard input, one piece after the other. */
export interface Input {
  /** For messages: the path, or `standard input`. */
  readonly name: string;
  /** All of it; undefined where that is not known. */
  readonly size: number | undefined;
  /** Pieces that are good until the next is asked for. Ends early when `signal` aborts. */
  chunks(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

const CHUNK_SIZE = 1 << 20;
/** What stands for standard input. */
export const STDIN = "-";

/** Opens a file, or standard input if the path is `-`. @throws {OperatorError} If it cannot. */
export async function openInput(path: string): Promise<Input> {
  if (path === STDIN) return { name: "standard input", size: undefined, chunks: readStdin };
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : reasonOf(cause);
    throw new OperatorError("config", `Cannot read ${path}: ${why}`, { cause });
  }
  const { isFile, isDirectory, size } = await file.stat();
  if (isDirectory) {
    file.close();
    throw new OperatorError("config", `Cannot read ${path}: it is a directory`);
  }
  return {
    name: path,
    size: isFile ? size : undefined,
    async *chunks(signal) {
      using closing = file;
      yield* readAll((buffer) => closing.read(buffer), path, signal);
    },
  };
}

function readStdin(signal: AbortSignal): AsyncIterable<Uint8Array> {
  return readAll((buffer) => Deno.stdin.read(buffer), "standard input", signal);
}

async function* readAll(
  read: (buffer: Uint8Array) => Promise<number | null>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_SIZE);
  // Who waits for more from a pipe can still be told to stop.
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  while (!signal.aborted) {
    let length: number | null;
    try {
      length = await Promise.race([read(buffer), stopped]);
    } catch (cause) {
      throw new OperatorError("failure", `Cannot read ${name}: ${reasonOf(cause)}`, { cause });
    }
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}
