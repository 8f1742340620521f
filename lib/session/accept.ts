import type { Address, Host, Listener, Socket } from "../ports.ts";
import type { Log } from "../telemetry/log.ts";
import type { Instant } from "../time.ts";
import { Admission, type Admitted } from "./admission.ts";
import type { Limits } from "./limits.ts";

/** Milliseconds between two looks at the deadlines of all connections. */
const TICK_MS = 250;
/** Milliseconds that connections get to read their last bytes when the server stops. */
const DRAIN_MS = 5_000;

/** A connection with its socket, as {@link accept} keeps it. */
export interface Accepted extends Admitted {
  readonly connection: Admitted["connection"] & { close(reason: string): void };
  /** Resolves when the socket is closed and everybody has been told. Never rejects. */
  readonly done: Promise<void>;
  /** Ends what is overdue. */
  tick(now: Instant): void;
}

/** Where to listen, and what to do with who comes. */
export interface AcceptOptions {
  readonly host: Host;
  readonly log: Log;
  readonly listen: Address;
  readonly limits: Limits;
  /** Takes a connection that was let in. @param id From 1; never used again. */
  take(socket: Socket, id: number): Accepted;
  /** Time passes, for all that is no connection. */
  tick(now: Instant): void;
}

/** A listener at work. */
export interface Server {
  /** Where it really listens: port 0 has become a number. */
  readonly address: Address;
  /** Resolves when the host's signal has fired and every connection is closed. */
  readonly done: Promise<void>;
}

/**
 * Listens until the host's signal fires, and lets in as many as the limits allow.
 *
 * @throws {OperatorError} If the address cannot be listened on.
 */
export function accept(options: AcceptOptions): Server {
  const listener = options.host.listen(options.listen);
  return { address: listener.address, done: run(listener, options) };
}

async function run(listener: Listener, options: AcceptOptions): Promise<void> {
  const { host, log, limits } = options;
  const admitted = new Admission(limits);
  const open = new Set<Accepted>();
  const stopped = new AbortController();
  let nextId = 1;

  const ticking = everyTick(host, stopped.signal, (now) => {
    for (const accepted of open) accepted.tick(now);
    options.tick(now);
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
    const accepted = options.take(socket, nextId++);
    open.add(accepted);
    admitted.add(socket);
    void accepted.done.finally(() => {
      open.delete(accepted);
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
