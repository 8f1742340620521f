/**
 * Builds the programs that `deno task interop` runs ours against, from their registries, once, into
 * `$HEADFRAME_PEERS` (by default `~/.cache/headframe-peers`), keyed by version.
 *
 * @module
 */

import { ensureBitcoinCore } from "./peers/bitcoin_core.ts";
import { ensureBtcd } from "./peers/btcd.ts";
import { ensureCrates } from "./peers/crates.ts";
import { ensureDebian, type Say } from "./peers/install.ts";

/** What SRI's build scripts and some of our tests want from Debian. */
const DEBIAN = [
  { package: "capnproto", file: "/usr/bin/capnp" },
  { package: "libcapnp-dev", file: "/usr/include/capnp/c++.capnp" },
  { package: "tcpdump", file: "/usr/bin/tcpdump" },
  { package: "libfaketime", file: "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1" },
  { package: "tshark", file: "/usr/bin/tshark" },
  { package: "lua5.2", file: "/usr/bin/luac5.2" },
  { package: "lua5.4", file: "/usr/bin/luac5.4" },
];

/** Where the programs are, after making sure that they are. Half an hour the first time. */
export async function ensurePeers(
  say: Say,
): Promise<{ readonly bin: string; readonly root: string }> {
  const root = peersRoot();
  await Deno.mkdir(root, { recursive: true });
  await ensureDebian(DEBIAN, say);
  await ensureCrates(root, say);
  await ensureBtcd(root, say);
  await ensureBitcoinCore(root, say);
  return { bin: `${root}/bin`, root };
}

export function peersRoot(): string {
  return Deno.env.get("HEADFRAME_PEERS") ??
    `${Deno.env.get("HOME") ?? "."}/.cache/headframe-peers`;
}
