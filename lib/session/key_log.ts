import { keyLogLines } from "../noise/key_log.ts";
import type { Split } from "../noise/handshake.ts";
import type { Host } from "../ports.ts";

/**
 * What writes a connection's keys to the host's key log, if the operator asked for one.
 *
 * @param authorityKey By which the client knows the server; undefined where it checks none.
 */
export function keyLogger(
  host: Host,
  side: "client" | "server",
  authorityKey: Uint8Array | undefined,
): ((split: Split) => void) | undefined {
  const { keyLog } = host;
  return keyLog && ((split) => keyLog(keyLogLines(split, side, authorityKey)));
}
