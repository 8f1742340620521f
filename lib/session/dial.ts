import { type Address, formatAddress, type Host, type Socket } from "../ports.ts";
import { OperatorError } from "../errors.ts";
import type { Reconnect, SetupConnection } from "../messages/common.ts";
import { generateEphemeral } from "../noise/crypto.ts";
import { Initiator } from "../noise/handshake.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";
import { ClientGreeter } from "./client_greeter.ts";
import { drive, Turns } from "./drive.ts";
import { keyLogger } from "./key_log.ts";
import type { Limits } from "./limits.ts";
import { type Role, STOPPING, tickRole } from "./role.ts";
import { routesOf } from "./routes.ts";

const TICK_MS = 250;
const CONNECT_TIMEOUT_MS = 5_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Rounds over all upstreams before the first contact counts as failed. */
const FIRST_CONTACT_ROUNDS = 4;
/** A connection that lived this long worked: the next attempt is soon, and with the best upstream. */
const STABLE_MS = 10_000;
/** Reconnect messages that are followed in a row; a loop of them ends here, CONN-23. */
const MAX_REDIRECTS = 3;

/** A server to call, as the operator gave it. */
export interface Upstream extends Address {
  /** Whose signature the server's certificate must bear; x-only, 32 bytes. */
  readonly authorityKey: Uint8Array | undefined;
}

/** Whom to call, as what, and who hears the answers. */
export interface DialOptions {
  readonly host: Host;
  readonly log: Log;
  readonly role: Role & { tick(now: Instant): void };
  /** In order of preference; each new attempt starts with the first. */
  readonly upstreams: readonly Upstream[];
  /** What SetupConnection says, but for the endpoint. */
  readonly setup: Omit<SetupConnection, "endpointHost" | "endpointPort">;
  readonly extensions: readonly number[];
  readonly limits: Limits;
}

/**
 * Keeps one connection to the best upstream there is, until the host's signal fires. Waits between
 * attempts grow from half a second to half a minute, with jitter, so that a thousand clients do not
 * come back at once.
 *
 * @throws {OperatorError} If no upstream could be used at first: most likely it is misconfigured.
 * After a first success it never gives up.
 */
export async function dial(options: DialOptions): Promise<void> {
  const { host, log, upstreams } = options;
  let everReady = false;
  let wait = FIRST_WAIT_MS;
  for (let round = 1; !host.signal.aborted; round++) {
    let reasons = "";
    for (const upstream of upstreams) {
      const ended = await follow(options, upstream);
      if (host.signal.aborted) return;
      if (ended.ready) {
        everReady = true;
        log.warn("upstream.lost", { upstream: formatAddress(upstream), reason: ended.reason });
        // One that lets us in and throws us out again is no better than one that does not answer.
        if (ended.livedMs < STABLE_MS) continue;
        wait = FIRST_WAIT_MS;
        break;
      }
      reasons += `${reasons && "; "}${formatAddress(upstream)}: ${ended.reason}`;
      log.warn("upstream.unusable", { upstream: formatAddress(upstream), reason: ended.reason });
    }
    if (!everReady && round >= FIRST_CONTACT_ROUNDS) {
      throw new OperatorError("peer", `Cannot use any upstream: ${reasons}`);
    }
    await host.clock.sleep(wait * (0.75 + jitter(host) / 2), host.signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

interface Ended {
  readonly ready: boolean;
  readonly reason: string;
  readonly livedMs: number;
}

/** One upstream, and wherever it sends us, SV2 §3.6.5. */
async function follow(options: DialOptions, upstream: Upstream): Promise<Ended> {
  let to: Upstream = upstream;
  let ended = await once(options, to);
  for (let i = 0; i < MAX_REDIRECTS && ended.redirect !== undefined; i++) {
    const { newHost, newPort } = ended.redirect;
    // The authority key stays: who may redirect us may not vouch for anyone else, CONN-21.
    to = { ...to, hostname: newHost || to.hostname, port: newPort || to.port };
    options.log.info("upstream.redirected", { to: formatAddress(to) });
    ended = await once(options, to);
  }
  return ended;
}

async function once(
  options: DialOptions,
  upstream: Upstream,
): Promise<Ended & { readonly redirect?: Reconnect }> {
  const { host, log, role, limits } = options;
  if (upstream.authorityKey === undefined) {
    log.warn("upstream.unauthenticated", {
      upstream: formatAddress(upstream),
      hint: "no authority key is configured: anyone in between can pose as this server",
    });
  }
  let socket: Socket;
  try {
    socket = await host.connect(upstream, CONNECT_TIMEOUT_MS);
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : "?", livedMs: 0 };
  }
  const start = host.clock.now();
  let redirect: Reconnect | undefined;
  const greeter = new ClientGreeter({
    initiator: new Initiator({
      ...(upstream.authorityKey && { authorityKey: upstream.authorityKey }),
      ephemeral: generateEphemeral(host.random),
      unix: host.clock.unix(),
    }),
    setup: {
      ...options.setup,
      endpointHost: upstream.hostname.slice(0, 255),
      endpointPort: upstream.port,
    },
    extensions: options.extensions,
    onReconnect(to) {
      redirect = to;
      connection.close("sent elsewhere by the server");
    },
  });
  const driven = drive(socket, host.clock, {
    id: nextId++,
    greeter,
    role,
    routes: routesOf(options.setup.protocol as 0 | 1 | 2, "client"),
    limits,
    log,
    onSecrets: keyLogger(host, "client", upstream.authorityKey),
  }, new Turns(host.clock));
  const { connection } = driven;
  const ended = new AbortController();
  const stop = (): void => connection.close(STOPPING);
  host.signal.addEventListener("abort", stop, { once: true });
  if (host.signal.aborted) stop();
  const ticking = tickUntil(ended.signal, options, driven.tick);
  await driven.done;
  ended.abort();
  await ticking;
  host.signal.removeEventListener("abort", stop);
  return {
    ready: connection.settled !== undefined,
    reason: connection.reason,
    livedMs: host.clock.now() - start,
    ...(redirect && { redirect }),
  };
}

let nextId = 1;

async function tickUntil(
  signal: AbortSignal,
  { host, role, log }: DialOptions,
  tick: (now: Instant) => void,
): Promise<void> {
  while (!signal.aborted) {
    await host.clock.sleep(TICK_MS, signal);
    if (signal.aborted) return;
    tick(host.clock.now());
    tickRole(role, log, host.clock.now());
  }
}

/** @returns 0 to 1. */
function jitter(host: Host): number {
  return (host.random.bytes(1)[0] ?? 0) / 255;
}
