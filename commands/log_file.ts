import { OperatorError, reasonOf } from "../lib/errors.ts";

/** What a log is appended to. */
export interface LogFile {
  /** Takes a line, without its line break. Never throws: what serves miners outlives its log. */
  write(line: string): void;
  close(): void;
}

/** What a log file is made of. */
export interface Appended {
  writeSync(bytes: Uint8Array): number;
  close(): void;
}

const encoder = new TextEncoder();

/**
 * Opens a log file, which only we can read if it is new.
 *
 * @param tell Takes a line for the operator, if the file cannot be written later on.
 * @throws {OperatorError} If it cannot be opened.
 */
export function openLogFile(path: string, tell: (line: string) => void): LogFile {
  try {
    const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    return logFileOn(file, { path, tell });
  } catch (cause) {
    throw new OperatorError("config", `Cannot write the log to ${path}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** A log on an open file. A disk that is full is told once, until lines can be written again. */
export function logFileOn(
  file: Appended,
  { path, tell }: { readonly path: string; readonly tell: (line: string) => void },
): LogFile {
  let isFailing = false;
  return {
    write(line) {
      const bytes = encoder.encode(`${line}\n`);
      try {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
        isFailing = false;
      } catch (error) {
        if (isFailing) return;
        isFailing = true;
        tell(
          `headframe: Cannot write the log to ${path}: ${reasonOf(error)}; lines are missing there`,
        );
      }
    },
    close: () => file.close(),
  };
}
