import { integer, toggle } from "../../lib/config/kinds.ts";
import type { Settings } from "../../lib/config/setting.ts";
import type { EntryStore } from "../../lib/inspect/web/entry_store.ts";
import { webHandler } from "../../lib/inspect/web/handler.ts";
import { formatAddress, type Host, type HttpServer } from "../../lib/ports.ts";
import { INSPECT_PAGE } from "../../pages/inspect/assets.ts";
import type { Terminal } from "../terminal.ts";

/** Settings of every command that can show its entries in the page. */
export const WEB = {
  web: toggle("Show it in a page for a browser on this machine, instead of printing", false),
  webPort: integer("Port of that page on 127.0.0.1; 0 takes any", {
    fallback: 0,
    min: 0,
    max: 65_535,
  }),
} satisfies Settings;

/** @returns Problems of settings that do not go together. */
export function checkWeb(
  { web, webPort, fields, json, redact, derived, lint, follow, plain }: {
    readonly web: boolean;
    readonly webPort: number;
    readonly fields: boolean;
    readonly json: boolean;
    readonly redact: boolean;
    readonly derived: boolean;
    readonly lint: boolean;
    readonly follow?: string | undefined;
    readonly plain?: string | undefined;
  },
): readonly string[] {
  const given = { fields, json, redact, derived, lint, follow, plain };
  const printed = Object.entries(given).flatMap(([name, value]) => value ? [`--${name}`] : []);
  return [
    ...webPort !== 0 && !web ? ["--web-port says where a page is: give --web as well"] : [],
    ...web && printed.length > 0
      ? [`--web and ${printed.join(", ")} do not go together: with --web all is in the page`]
      : [],
  ];
}

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
  { host, terminal }: {
    readonly host: Pick<Host, "clock" | "random" | "serveHttp">;
    readonly terminal: Pick<Terminal, "tell">;
  },
): HttpServer {
  const token = host.random.bytes(TOKEN_BYTES).toHex();
  const handler = webHandler({ store, assets: INSPECT_PAGE, token, clock: host.clock });
  const server = host.serveHttp({ hostname: "127.0.0.1", port: webPort }, handler);
  terminal.tell(`The page is at http://${formatAddress(server.address)}/${token}/`);
  return server;
}
