import { OperatorError, reasonOf } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";

/**
 * Opens the file named by `HEADFRAME_KEYLOG`, if any. Who has that file can read everything that was
 * said on the connections it names, so it is made readable by its owner only and announced loudly.
 *
 * @throws {OperatorError} If the file cannot be written, or others may read it.
 */
export function openKeyLog(log: Log): ((lines: string) => void) | undefined {
  const path = Deno.env.get("HEADFRAME_KEYLOG");
  if (path === undefined || path === "") return undefined;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  } catch (cause) {
    const why = reasonOf(cause);
    throw new OperatorError("config", `Cannot write HEADFRAME_KEYLOG=${path}: ${why}`, { cause });
  }
  const { mode } = file.statSync();
  if (mode !== null && (mode & 0o077) !== 0) {
    throw new OperatorError(
      "config",
      `HEADFRAME_KEYLOG=${path} can be read by others: chmod 600 it, or name a new file`,
    );
  }
  log.warn("keylog.on", {
    file: path,
    hint: "session keys are written there: whoever has the file can read this program's traffic",
  });
  return keyLogOn(file, { path, log });
}

/** A key log on an open file. A disk that is full costs the keys, not the connections. */
export function keyLogOn(
  file: { writeSync(bytes: Uint8Array): number },
  { path, log }: { readonly path: string; readonly log: Log },
): (lines: string) => void {
  const encoder = new TextEncoder();
  return (lines) => {
    const bytes = encoder.encode(lines);
    try {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    } catch (error) {
      const hint = "what is said on this connection cannot be decrypted later";
      log.error("keylog.unwritten", { file: path, reason: reasonOf(error), hint });
    }
  };
}
