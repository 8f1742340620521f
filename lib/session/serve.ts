import type { Address, Host } from "../ports.ts";
import type { ServerIdentity } from "../noise/certificate.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";
import { accept, type Server } from "./accept.ts";
import { drive, Turns } from "./drive.ts";
import { EphemeralStock } from "./ephemeral_stock.ts";
import { keyLogger } from "./key_log.ts";
import type { Limits } from "./limits.ts";
import { type Role, tickRole } from "./role.ts";
import { routesOf } from "./routes.ts";
import { ServerGreeter } from "./server_greeter.ts";
import type { SetupPolicy } from "./setup.ts";

/** Where to listen, as what, and who hears what comes. */
export interface ServeOptions {
  readonly host: Host;
  readonly log: Log;
  readonly role: Role & { tick(now: Instant): void };
  readonly listen: Address;
  /** The certificate to show now; asked for each connection, so it can be renewed, NOISE-40. */
  readonly identity: () => ServerIdentity;
  readonly policy: SetupPolicy;
  readonly limits: Limits;
}

/**
 * Listens for encrypted Sv2 connections and gives what they say to a role, one turn of the event loop
 * at a time: two inputs of one role never overlap.
 *
 * @throws {OperatorError} If the address cannot be listened on.
 */
export function serve(options: ServeOptions): Server {
  const { host, log, role, listen, identity, policy, limits } = options;
  const turns = new Turns(host.clock);
  const ephemerals = new EphemeralStock(host.random);
  const routes = routesOf(policy.protocol, "server");
  return accept({
    host,
    log,
    listen,
    limits,
    take(socket, id) {
      const own = identity();
      return drive(socket, host.clock, {
        id,
        greeter: new ServerGreeter({ policy, identity: own, ephemeral: ephemerals.take }),
        role,
        routes,
        limits,
        log,
        onSecrets: keyLogger(host, "server", own.authorityKey),
      }, turns);
    },
    tick(now) {
      tickRole(role, log, now);
      ephemerals.refill();
    },
  });
}
