/**
 * The real world: TCP, Unix sockets, HTTP, clocks, randomness, files, signals of the operating system.
 * Nothing here knows the protocol.
 *
 * @module
 */

import type { Clock, Host, Random } from "../ports.ts";
import type { Log } from "../telemetry/log.ts";
import { denoFiles } from "./files.ts";
import { post } from "./http.ts";
import { serveHttp } from "./http_server.ts";
import { openKeyLog } from "./key_log_file.ts";
import { connectLocal } from "./local.ts";
import { connect, listen } from "./tcp.ts";

/** The host of a running program. `signal` fires when it should drain and stop. */
export function denoHost({ log, signal }: { log: Log; signal: AbortSignal }): Host {
  return {
    clock: denoClock,
    log,
    random: denoRandom,
    files: denoFiles,
    signal,
    keyLog: openKeyLog(log),
    listen,
    connect,
    connectLocal,
    post,
    serveHttp: (at, handle) => serveHttp(at, handle, log),
  };
}

/** The platform's generator; at most 65,536 bytes at a time. */
export const denoRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** The machine's clocks: one that only goes forward, and the time of day that somebody may set. */
export const denoClock: Clock = {
  now: () => performance.now(),
  unix: () => Math.floor(Date.now() / 1000),
  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
    });
  },
};

/** Aborts on SIGINT or SIGTERM; a second SIGINT ends the process at once. */
export function stopOnSignals(stop: AbortController): void {
  const onSignal = (): void => {
    if (stop.signal.aborted) Deno.exit(130);
    stop.abort();
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, onSignal);
}
