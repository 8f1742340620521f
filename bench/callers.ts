import { denoClock, denoRandom } from "../lib/host/deno.ts";
import { connect } from "../lib/host/tcp.ts";
import { generateEphemeral } from "../lib/noise/crypto.ts";
import { Initiator } from "../lib/noise/handshake.ts";
import { parseAuthorityKey } from "../lib/noise/keys.ts";
import type { Address, Socket } from "../lib/ports.ts";
import { ClientGreeter } from "../lib/session/client_greeter.ts";
import { drive, type Driven, Turns } from "../lib/session/drive.ts";
import { CLIENT_LIMITS } from "../lib/session/limits.ts";
import type { Role } from "../lib/session/role.ts";
import { routesOf } from "../lib/session/routes.ts";
import type { Log } from "../lib/telemetry/log.ts";

export interface CallerOptions {
  readonly to: Address;
  /** Base58check; empty: whoever answers is believed. */
  readonly key: string;
  readonly standard: boolean;
  readonly role: Role;
  readonly log: Log;
  /** Puts something between a socket and its connection. */
  readonly wrap?: (socket: Socket) => Socket;
}

/** Opens mining connections to one server. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #authorityKey: Uint8Array | undefined;
  readonly #turns = new Turns(denoClock);
  #lastId = 0;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#authorityKey = options.key === "" ? undefined : parseAuthorityKey(options.key);
  }

  /** Resolves when TCP is connected; the role is told of the rest. */
  async call(): Promise<Driven> {
    const { to, standard, role, log, wrap = (socket) => socket } = this.#options;
    const socket = wrap(await connect(to, 5_000));
    return drive(socket, denoClock, {
      id: ++this.#lastId,
      greeter: new ClientGreeter({
        initiator: new Initiator({
          authorityKey: this.#authorityKey,
          ephemeral: generateEphemeral(denoRandom),
          unix: denoClock.unix(),
        }),
        setup: {
          protocol: 0,
          minVersion: 2,
          maxVersion: 2,
          flags: standard ? 1 : 0,
          endpointHost: to.hostname,
          endpointPort: to.port,
          vendor: "Headframe",
          hardwareVersion: "load",
          firmware: "",
          deviceId: "",
        },
        extensions: [],
        onReconnect: () => {},
      }),
      role,
      routes: routesOf(0, "client"),
      limits: CLIENT_LIMITS,
      log,
      onSecrets: undefined,
    }, this.#turns);
  }
}
