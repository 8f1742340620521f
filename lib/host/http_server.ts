import { traceOf } from "../errors.ts";
import type { Address, HttpHandler, HttpServer } from "../ports.ts";
import type { Log } from "../telemetry/log.ts";
import { cannotListen } from "./tcp.ts";

/** Serves HTTP; port 0 takes any free one. */
export function serveHttp(at: Address, handle: HttpHandler, log: Log): HttpServer {
  const stop = new AbortController();
  const server = open(at, stop.signal, async (request) => {
    try {
      return await handle(request, address);
    } catch (error) {
      log.error("http.fault", { reason: traceOf(error) });
      return new Response("This is a fault in headframe; its log says more", { status: 500 });
    }
  });
  const { hostname, port } = server.addr;
  const address = { hostname, port };
  return {
    address,
    async close() {
      stop.abort();
      await server.finished;
    },
  };
}

function open(
  { hostname, port }: Address,
  signal: AbortSignal,
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, signal, onListen() {}, handler });
  } catch (cause) {
    throw cannotListen({ hostname, port }, cause);
  }
}
