import type { Address, Host } from "../lib/ports.ts";

/** A server that was started. */
export interface Started {
  /** Where it listens, as soon as it does; undefined if it ended before. */
  readonly at: Promise<Address | undefined>;
  /** Rejects if it could not start, or failed. */
  readonly done: Promise<void>;
}

/** Starts a server, to learn when it can be reached and where. */
export function startServer(host: Host, serve: (host: Host) => Promise<void>): Started {
  const { promise, resolve } = Promise.withResolvers<Address>();
  const done = serve({
    ...host,
    listen(at) {
      const listener = host.listen(at);
      resolve(listener.address);
      return listener;
    },
  });
  return { at: Promise.race([promise, done.then(() => undefined)]), done };
}
