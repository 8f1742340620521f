import { MESSAGES } from "../messages/registry.ts";

/** Where a core message goes, by `msg_type`. */
export type Routes = Uint8Array;

/** Nobody acts upon it: unknown, reserved, of another protocol, or sent the wrong way round. */
export const toNobody = 0;
/** SetupConnection and what belongs to it. */
export const toGreeter = 1;
/** A message of the connection's protocol. */
export const toRole = 2;

const PROTOCOLS = ["mining", "declaration", "template"] as const;

/**
 * What a connection of `protocol` may receive, CONN-16 and FRAME-11.
 *
 * @param protocol `SetupConnection.protocol`.
 * @param side Whose ears these are.
 */
export function routesOf(protocol: 0 | 1 | 2, side: "client" | "server"): Routes {
  const routes = new Uint8Array(256);
  const other = side === "client" ? "server" : "client";
  for (const message of MESSAGES) {
    if (message.extension !== 0 || (message.from !== other && message.from !== "both")) continue;
    if (message.channel && message.protocol === "common") routes[message.id] = toRole;
    else if (message.protocol === "common") routes[message.id] = toGreeter;
    else if (message.protocol === PROTOCOLS[protocol]) routes[message.id] = toRole;
  }
  return routes;
}
