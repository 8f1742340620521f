/**
 * What the tables of one file know of each other: keys made for one run, and who is whose upstream.
 *
 * @module
 */

import { generateSecretKey, publicKeyOf } from "../lib/noise/crypto.ts";
import type { Address } from "../lib/ports.ts";
import type { Derived, Found, SectionValues } from "./command.ts";
import type { Upstream } from "./settings.ts";

/** Values that stand in for a section's defaults, given the sections before it. */
export function deriveSection(section: string, before: SectionValues): Derived {
  switch (section) {
    case "tp":
      return { authoritySecretKey: throwawayKey() };
    case "pool":
      return {
        authoritySecretKey: throwawayKey(),
        ...networkIn(before, "tp"),
        ...upstreamIn(before, "tp", (value) => ({ templateProvider: value })),
      };
    case "mine":
      return upstreamIn(before, "pool", (value) => ({ upstreams: value }));
    default:
      return {};
  }
}

/** Where to reach a server that listens on `address`. */
export function reachable({ hostname, port }: Address): Address {
  const anywhere: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return { hostname: anywhere[hostname] ?? hostname, port };
}

/** A miner cannot learn a new key at each start of a pool: off regtest, one must be given. */
export function sectionProblems({ settled, sections }: Found): string[] {
  const problems: string[] = [];
  const pool = sections.get("pool")?.settled;
  const { network } = pool?.values ?? {};
  const templates = sections.get("tp")?.settled.values["network"];
  if (network !== undefined && templates !== undefined && network !== templates) {
    problems.push(
      `[pool] network is ${network}, and that of [tp] is ${templates}: they must be the same`,
    );
  }
  if (pool?.origins["authoritySecretKey"]?.from === "derived" && network !== "regtest") {
    problems.push(
      "[pool] authority_secret_key_file is required off regtest: miners keep the public key. " +
        "`headframe keys generate pool.key` makes one",
    );
  }
  if (sections.size === 0) {
    problems.push("there is no [tp], [pool] or [mine] table: nothing to run");
  }
  for (const name of ["until", "blockTime"]) {
    if (settled.values[name] === undefined || sections.has("tp")) continue;
    problems.push(
      `${name === "until" ? "until" : "block_time"} is about the chain of [tp]: there is none`,
    );
  }
  return problems;
}

function throwawayKey(): { value: Uint8Array; why: string } {
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  return { value: generateSecretKey(random), why: "made for this run" };
}

/** A pool mines the chain of its templates. */
function networkIn(before: SectionValues, section: string): Derived {
  const value = before.get(section)?.["network"];
  return value === undefined ? {} : { network: { value, why: `the [${section}] of this file` } };
}

function upstreamIn(
  before: SectionValues,
  section: string,
  as: (value: { value: readonly Upstream[]; why: string }) => Derived,
): Derived {
  const values = before.get(section);
  const { listenAddress, authoritySecretKey } = (values ?? {}) as Partial<{
    readonly listenAddress: Address;
    readonly authoritySecretKey: Uint8Array;
  }>;
  if (listenAddress === undefined || authoritySecretKey === undefined) return {};
  const upstream = { ...reachable(listenAddress), authorityKey: publicKeyOf(authoritySecretKey) };
  return as({ value: [upstream], why: `the [${section}] of this file` });
}
