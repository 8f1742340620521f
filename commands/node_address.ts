import type { Network } from "../lib/bitcoin/network.ts";
import { refuse, show } from "../lib/config/kinds.ts";
import type { Setting, TomlTable, TomlValue } from "../lib/config/setting.ts";

/** Where a node is, as a person writes it. */
export type NodeAddress =
  /** A chain inside this process. */
  | { readonly kind: "embedded" }
  /** Bitcoin Core's Unix socket; by the data directory and the network if no path is given. */
  | { readonly kind: "ipc"; readonly path: string | undefined }
  | RpcAddress;

/** JSON-RPC over HTTP. What is undefined is as the command's settings say, or by the data directory. */
export interface RpcAddress {
  readonly kind: "rpc";
  /** Without user and password; undefined: this machine, at the network's port. */
  readonly url: string | undefined;
  readonly cookieFile: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** PEM file of who signed the node's certificate, or of the certificate itself. */
  readonly caFile: string | undefined;
}

/** What may stand behind an RPC address, or beside it in a table. Files only: no secret is an argument. */
const FILES = ["cookie_file", "user", "password_file", "ca_file"] as const;

/**
 * A node: `embedded`, `ipc`, `ipc:PATH`, `rpc`, `rpc:http://host:port?cookie_file=PATH`. In TOML also a
 * table with `ipc = "PATH"`, or with `rpc = "URL"` and the names that may stand behind a URL. A bare
 * number is the version in a table of SRI's, whose node is always reached over IPC.
 */
export function nodeAddress(doc: string): Setting<NodeAddress> {
  return {
    doc,
    form: "ipc:path|rpc:url|embedded",
    fields: ["ipc", "rpc", ...FILES],
    fromText,
    fromToml(given) {
      if (typeof given === "number") return fromVersion(given);
      return isTable(given) ? fromTable(given) : fromText(textOf(given));
    },
    toToml: formatNodeAddress,
  };
}

/** The inverse of reading one. Holds no secret. */
export function formatNodeAddress(address: NodeAddress): string {
  if (address.kind === "embedded") return "embedded";
  if (address.kind === "ipc") return address.path === undefined ? "ipc" : `ipc:${address.path}`;
  const { url, cookieFile, user, passwordFile, caFile } = address;
  const values = [cookieFile, user, passwordFile, caFile];
  const query = FILES.flatMap((name, i) => {
    const value = values[i];
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  }).join("&");
  return ["rpc", ...url === undefined ? [] : [url]].join(":") + (query && `?${query}`);
}

/** Where Bitcoin Core has its files on this system, if nobody said otherwise. */
export function defaultDataDir(): string {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  switch (Deno.build.os) {
    case "darwin":
      return `${home}/Library/Application Support/Bitcoin`;
    case "windows":
      return `${Deno.env.get("LOCALAPPDATA") ?? home}/Bitcoin`;
    default:
      return `${home}/.bitcoin`;
  }
}

/** The folder of one network below Bitcoin Core's data directory. */
export function networkDir(dataDir: string, network: Network): string {
  const base = dataDir.replace(/[/\\]+$/, "");
  return network === "mainnet" ? base : `${base}/${network}`;
}

/** Bitcoin Core's RPC ports. */
export const RPC_PORTS: Readonly<Record<Network, number>> = {
  mainnet: 8332,
  testnet4: 48332,
  signet: 38332,
  regtest: 18443,
};

function fromText(text: string): NodeAddress {
  const [, kind, rest] = /^(embedded|ipc|rpc)(?::(.*))?$/s.exec(text.trim()) ?? [];
  if (kind === "embedded" && rest === undefined) return { kind };
  if (kind === "ipc") {
    if (rest === "" || rest?.includes("\0")) refuse("needs the socket's path behind ipc:");
    return { kind, path: rest?.replace(/^\/\/(?=\/)/, "") };
  }
  if (kind === "rpc") return rpcFromText(rest);
  return refuse(
    `must be embedded, ipc:/path/node.sock or rpc:http://host:port, not ${show(text)}`,
  );
}

function rpcFromText(text: string | undefined): RpcAddress {
  if (text === undefined) return rpcAddress(undefined, {});
  const [base = "", query = ""] = text.split("?", 2);
  const given: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!FILES.some((each) => each === name)) {
      refuse(`knows ${FILES.join(", ")} behind the question mark, not ${show(name)}`);
    }
    given[name] = value;
  }
  return rpcAddress(base, given);
}

function fromTable(table: TomlTable): NodeAddress {
  const { ipc, rpc, ...more } = table;
  if ((ipc === undefined) === (rpc === undefined)) refuse('needs either ipc = "…" or rpc = "…"');
  if (ipc !== undefined) return fromText(`ipc:${textOf(ipc)}`);
  const given = Object.fromEntries(
    Object.entries(more).map(([name, value]) => [name, textOf(value)]),
  );
  return rpcAddress(textOf(rpc ?? ""), given);
}

function rpcAddress(
  url: string | undefined,
  files: Readonly<Partial<Record<string, string>>>,
): RpcAddress {
  const [cookieFile, user, passwordFile, caFile] = FILES.map((name) => files[name]);
  if (cookieFile !== undefined && user !== undefined) {
    refuse("takes a cookie file or a user, not both");
  }
  return {
    kind: "rpc",
    url: url === undefined ? undefined : checkedUrl(url),
    cookieFile,
    user,
    passwordFile,
    caFile,
  };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    refuse("must have http://host:port or https://host:port behind rpc:");
  }
  if (url?.username || url?.password) {
    // Not even shown: it stands where others can read it.
    refuse("must not have the password in it: name a user and a password_file, or a cookie_file");
  }
  return text;
}

function fromVersion(version: number): NodeAddress {
  if (version >= 31) return { kind: "ipc", path: undefined };
  return refuse(
    `Bitcoin Core ${version} speaks an IPC of its own: use Bitcoin Core 31, or its RPC (node = "rpc")`,
  );
}

function textOf(value: TomlValue): string {
  return typeof value === "string" ? value : refuse(`must be text in quotes, not ${show(value)}`);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
