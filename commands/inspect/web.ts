import { integer, toggle } from "../../lib/config/kinds.ts";
import type { Settings } from "../../lib/config/setting.ts";
import type { EntryStore } from "../../lib/inspect/web/entry_store.ts";
import { webHandler } from "../../lib/inspect/web/handler.ts";
import { formatAddress, type HttpServer } from "../../lib/ports.ts";
import { INSPECT_PAGE } from "../../pages/inspect/assets.ts";
import type { Context } from "../command.ts";

/** Settings of every command that can show its entries in the page. */
export const WEB = {
  web: toggle("Show it in a web page, for this machine only", false),
  webPort: integer("Port of that page on 127.0.0.1; 0 takes any", {
    fallback: 0,
    min: 0,
    max: 65_535,
  }),
} satisfies Settings;

/** Bytes that nobody guesses. */
const TOKEN_BYTES = 16;

/**
 * Serves the page on loopback and tells its address, which lets whoever has it read everything.
 *
 * @param store Entries may come into it for as long as the page is served.
 * @throws {OperatorError} If the port is taken.
 */
export function openPage(
  store: EntryStore,
  { webPort }: { readonly webPort: number },
  { host, terminal }: Pick<Context, "host" | "terminal">,
): HttpServer {
  const token = host.random.bytes(TOKEN_BYTES).toHex();
  const handler = webHandler({ store, assets: INSPECT_PAGE, token, clock: host.clock });
  const server = host.serveHttp({ hostname: "127.0.0.1", port: webPort }, handler);
  terminal.tell(`The page is at http://${formatAddress(server.address)}/${token}/`);
  return server;
}
