/**
 * Settings that several commands have, in the terms of the protocol.
 *
 * @module
 */

import { outputScript } from "../lib/bitcoin/descriptor.ts";
import { type Network, NETWORK_NAMES } from "../lib/bitcoin/network.ts";
import {
  choice,
  integer,
  optional,
  parseAddress,
  refuse,
  secret,
  show,
  toggle,
} from "../lib/config/kinds.ts";
import type { Setting, TomlTable, TomlValue } from "../lib/config/setting.ts";
import { OperatorError } from "../lib/errors.ts";
import { publicKeyOf } from "../lib/noise/crypto.ts";
import {
  formatAuthorityKey,
  parseAuthorityKey,
  parseSecretKey,
  parseStratumUrl,
} from "../lib/noise/keys.ts";
import { type Address, formatAddress } from "../lib/ports.ts";

/** A server to call, and whose signature it must show. */
export interface Upstream extends Address {
  /** 32 bytes, x-only; undefined: whoever answers is believed. */
  readonly authorityKey: Uint8Array | undefined;
}

/** The pair that SRI prints in all its examples: whoever has it can pose as the server. */
const PUBLISHED_KEY = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72";

/** The chain; decides which addresses are taken and what the embedded node plays. */
export const network: Setting<Network> = choice(
  "Chain that is mined; addresses of others are refused",
  NETWORK_NAMES,
  "mainnet",
);

/** 32 bytes in base58check. Never a flag: it would stand in the list of processes. */
export const authoritySecretKey: Setting<Uint8Array> = secret(
  "Signs this server's certificate; `headframe keys generate` makes one",
  parseSecretKey,
);

/** 32 bytes in base58check, for who reads the file; {@link keyProblems} holds the two together. */
export const authorityPublicKey: Setting<Uint8Array | undefined> = optional(
  authorityKey("Must belong to the secret key, if given"),
);

/** For how long a server proves who it is by one signature. */
export const certValiditySec: Setting<number> = integer(
  "Lifetime of a certificate; it is renewed in time",
  { fallback: 3600, min: 120, max: 31_536_000, unit: "seconds" },
);

/** An authority's public key in base58check. */
function authorityKey(doc: string): Setting<Uint8Array> {
  return {
    doc,
    form: "key",
    fromText: parseAuthorityKey,
    fromToml: (given) => parseAuthorityKey(textOf(given)),
    toToml: formatAuthorityKey,
  };
}

/**
 * A server, as `stratum2+tcp://host:port/KEY`, or `host:port` where no key is needed, or as a table of
 * an SRI file.
 */
export function upstream(doc: string): Setting<Upstream> {
  return {
    doc,
    form: "stratum2+tcp://host:port/KEY",
    fields: ["address", "port", "public_key", "authority_pubkey"],
    fromText: upstreamFromText,
    fromToml: (given) =>
      isTable(given) ? upstreamFromTable(given) : upstreamFromText(textOf(given)),
    toToml: formatUpstream,
  };
}

/** Whether an upstream without a key is called at all, see {@link upstreamProblems}. */
export const allowUnauthenticated: Setting<boolean> = toggle(
  "Also call servers on other machines whose key is not given: anyone on the way can pose as them",
  false,
);

/** Servers that would be believed whoever they are, NOISE-34. */
export function upstreamProblems(
  upstreams: readonly Upstream[],
  { allowUnauthenticated }: { readonly allowUnauthenticated: boolean },
): string[] {
  if (allowUnauthenticated) return [];
  return upstreams
    .filter(({ hostname, authorityKey }) => authorityKey === undefined && !isLoopback(hostname))
    .map((each) =>
      `${
        formatAddress(each)
      } is on another machine, and its authority key is not given: anyone on ` +
      `the way could pose as it. Write ${formatUpstream(each)}/KEY, or set allow_unauthenticated`
    );
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(hostname);
}

/** The inverse of reading one. */
export function formatUpstream({ authorityKey, ...address }: Upstream): string {
  const key = authorityKey === undefined ? "" : `/${formatAuthorityKey(authorityKey)}`;
  return `stratum2+tcp://${formatAddress(address)}${key}`;
}

/** What is wrong with a server's keys. */
export function keyProblems(
  { authorityPublicKey, authoritySecretKey, network }: {
    readonly authorityPublicKey: Uint8Array | undefined;
    readonly authoritySecretKey: Uint8Array;
    readonly network: Network;
  },
): string[] {
  const key = formatAuthorityKey(publicKeyOf(authoritySecretKey));
  const problems: string[] = [];
  if (authorityPublicKey !== undefined && formatAuthorityKey(authorityPublicKey) !== key) {
    problems.push(`authority_public_key is not that of authority_secret_key, which is ${key}`);
  }
  if (key === PUBLISHED_KEY && network !== "regtest") {
    problems.push(
      "authority_secret_key is the one published in SRI's examples: anyone can pose as this server. " +
        "Make your own with `headframe keys generate` (or set network to regtest)",
    );
  }
  return problems;
}

/** Whether everybody has the secret of this public key. */
export function isPublished(authorityKey: Uint8Array): boolean {
  return formatAuthorityKey(authorityKey) === PUBLISHED_KEY;
}

/** What is wrong with where the reward should go. */
export function payoutProblems(descriptor: string, network: Network): string[] {
  try {
    outputScript(descriptor, network);
    return [];
  } catch (error) {
    if (error instanceof OperatorError) return [`coinbase_reward_script: ${error.message}`];
    throw error;
  }
}

function upstreamFromText(text: string): Upstream {
  if (text.includes("://")) {
    const { hostname, port, authorityKey } = parseStratumUrl(text);
    return { hostname, port, authorityKey };
  }
  const [address = "", key, ...rest] = text.split("/");
  if (rest.length > 0) refuse(`must be stratum2+tcp://host:port/KEY, not ${show(text)}`);
  return {
    ...parseAddress(address, 1),
    authorityKey: key === undefined || key === "" ? undefined : parseAuthorityKey(key),
  };
}

function upstreamFromTable(table: TomlTable): Upstream {
  const { address, port, public_key: publicKey, authority_pubkey: authorityPubkey } = table;
  if (address === undefined) refuse("needs an address");
  const host = textOf(address ?? "");
  const at = port === undefined ? host : `${host}:${String(port)}`;
  const key = publicKey ?? authorityPubkey;
  return {
    ...parseAddress(at, 1),
    authorityKey: key === undefined ? undefined : parseAuthorityKey(textOf(key)),
  };
}

function textOf(value: TomlValue): string {
  return typeof value === "string" ? value : refuse(`must be text in quotes, not ${show(value)}`);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
