import { OperatorError, reasonOf } from "../../lib/errors.ts";
import type { RecordingFile } from "../../lib/roles/tap/recorder.ts";

/** What a recording is appended to. */
export interface Appended {
  writeSync(bytes: Uint8Array): number;
  truncateSync(length: number): void;
}

/**
 * Makes a new file for a recording, which only we can read: it has keys in it.
 *
 * @throws {OperatorError} If it cannot be made, or is there: no recording is written over another.
 */
export function openRecording(path: string): RecordingFile & Disposable {
  try {
    const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    return { ...recordingOn(file, path), [Symbol.dispose]: () => file.close() };
  } catch (cause) {
    const why = cause instanceof Deno.errors.AlreadyExists
      ? "there is such a file; name another, or take that one away"
      : reasonOf(cause);
    throw new OperatorError("config", `Cannot write ${path}: ${why}`, { cause });
  }
}

/** A recording on an open file. What could not be written whole is taken back, as far as that goes. */
export function recordingOn(file: Appended, path: string): RecordingFile {
  let length = 0;
  return {
    path,
    append(bytes) {
      try {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
        length += bytes.length;
      } catch (error) {
        tryTruncate(file, length);
        throw error;
      }
    },
  };
}

function tryTruncate(file: Appended, length: number): void {
  try {
    file.truncateSync(length);
  } catch {
    // A capture that ends in the middle of a packet can be read up to there.
  }
}
