import { keyLogLines } from "../noise/key_log.ts";
import type { Split } from "../noise/handshake.ts";
import type { Host } from "../ports.ts";

/** What writes a connection's keys to the host's key log, if the operator asked for one. */
export function keyLogger(
  host: Host,
  side: "client" | "server",
): ((split: Split) => void) | undefined {
  const { keyLog } = host;
  return keyLog && ((split) => keyLog(keyLogLines(split, side)));
}
