import type { Address, Host, Listener, Socket } from "../ports.ts";
import type { ServerIdentity } from "../noise/certificate.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";
import { drive, type Driven, Turns } from "./drive.ts";
import { EphemeralStock } from "./ephemeral_stock.ts";
import { keyLogger } from "./key_log.ts";
import type { Limits } from "./limits.ts";
import { type Role, tickRole } from "./role.ts";
import { routesOf } from "./routes.ts";
import { ServerGreeter } from "./server_greeter.ts";
import type { SetupPolicy } from "./setup.ts";

/** Milliseconds between two looks at the deadlines of all connections. */
const TICK_MS = 250;
/** Milliseconds that connections get to read their last bytes when the server stops. */
const DRAIN_MS = 5_000;

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

/** A listener at work. */
export interface Server {
  /** Where it really listens: port 0 has become a number. */
  readonly address: Address;
  /** Resolves when the host's signal has fired and every connection is closed. */
  readonly done: Promise<void>;
}

/**
 * Listens for encrypted Sv2 connections and gives what they say to a role, one turn of the event loop
 * at a time: two inputs of one role never overlap.
 *
 * @throws {OperatorError} If the address cannot be listened on.
 */
export function serve(options: ServeOptions): Server {
  const listener = options.host.listen(options.listen);
  return { address: listener.address, done: run(listener, options) };
}

async function run(listener: Listener, options: ServeOptions): Promise<void> {
  const { host, log, role, limits } = options;
  const admitted = new Admission(limits);
  const turns = new Turns(host.clock);
  const ephemerals = new EphemeralStock(host.random);
  const routes = routesOf(options.policy.protocol, "server");
  const open = new Set<Driven>();
  const stopped = new AbortController();
  let nextId = 1;

  const ticking = everyTick(host, stopped.signal, (now) => {
    for (const driven of open) driven.tick(now);
    tickRole(role, log, now);
    ephemerals.refill();
  });
  const stop = (): void => listener.close();
  host.signal.addEventListener("abort", stop, { once: true });
  if (host.signal.aborted) stop();

  for await (const socket of listener) {
    const refusal = admitted.refusal(socket.peer, open);
    if (refusal !== undefined) {
      log.warn("connection.refused", { peer: socket.peer, reason: refusal });
      socket.close();
      continue;
    }
    const { policy, identity } = options;
    const driven = drive(socket, host.clock, {
      id: nextId++,
      greeter: new ServerGreeter({ policy, identity: identity(), ephemeral: ephemerals.take }),
      role,
      routes,
      limits,
      log,
      onSecrets: keyLogger(host, "server"),
    }, turns);
    open.add(driven);
    admitted.add(socket);
    void driven.done.finally(() => {
      open.delete(driven);
      admitted.delete(socket);
    });
  }

  for (const { connection } of open) connection.close("the server is stopping");
  await Promise.race([
    Promise.allSettled([...open].map(({ done }) => done)),
    host.clock.sleep(DRAIN_MS),
  ]);
  stopped.abort();
  await ticking;
}

async function everyTick(
  host: Host,
  signal: AbortSignal,
  work: (now: Instant) => void,
): Promise<void> {
  while (!signal.aborted) {
    await host.clock.sleep(TICK_MS, signal);
    if (!signal.aborted) work(host.clock.now());
  }
}

/** Who may connect, by number: all of them, and of one IP address. */
class Admission {
  readonly #limits: Limits;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @returns Why one more from `peer` is too many. */
  refusal(peer: string, open: ReadonlySet<Driven>): string | undefined {
    const { maxConnections, maxConnectionsPerAddress, maxHalfOpen, maxHalfOpenPerAddress } =
      this.#limits;
    if (this.#all >= maxConnections) return `${maxConnections} connections are open already`;
    if ((this.#byAddress.get(ipOf(peer)) ?? 0) >= maxConnectionsPerAddress) {
      return `${maxConnectionsPerAddress} connections of this address are open already`;
    }
    let halfOpen = 0;
    let ofThisAddress = 0;
    for (const { connection: { stage, address } } of open) {
      if (stage !== "handshake") continue;
      halfOpen++;
      if (ipOf(address) === ipOf(peer)) ofThisAddress++;
    }
    if (halfOpen >= maxHalfOpen) return `${maxHalfOpen} handshakes are under way already`;
    if (ofThisAddress >= maxHalfOpenPerAddress) {
      return `${maxHalfOpenPerAddress} handshakes of this address are under way already`;
    }
    return undefined;
  }

  add({ peer }: Socket): void {
    this.#all++;
    this.#byAddress.set(ipOf(peer), (this.#byAddress.get(ipOf(peer)) ?? 0) + 1);
  }

  delete({ peer }: Socket): void {
    this.#all--;
    const left = (this.#byAddress.get(ipOf(peer)) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(ipOf(peer));
    else this.#byAddress.set(ipOf(peer), left);
  }
}

function ipOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(":"));
}
