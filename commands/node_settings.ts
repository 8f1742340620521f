/**
 * Settings of every command that takes templates from a node of its own: `tp`, `pool`.
 *
 * @module
 */

import type { Network } from "../lib/bitcoin/network.ts";
import {
  integer,
  listOf,
  number,
  optional,
  path,
  secret,
  text,
  toggle,
} from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import { DEFAULT_TP_POLICY } from "../lib/roles/tp/config.ts";
import { formatNodeAddress, nodeAddress } from "./node_address.ts";

/** Where the node is, and how it is treated. */
export const NODE_SETTINGS = {
  alsoSubmit: listOf(nodeAddress("Other nodes, over RPC, that get every solved block too"), []),
  dataDir: optional(
    path("Bitcoin Core's data directory, for its socket and its cookie where no path is given"),
  ),
  rpcUser: optional(text("User of nodes over RPC that have no cookie file")),
  rpcPassword: optional(secret("That user's password", (given) => given)),
  rpcCaFile: optional(path("Who signed the certificate of nodes over https: a PEM file")),
  preciousBlock: toggle("Ask nodes over RPC to prefer our block to another of its height", false),
  feeThreshold: integer("What a template must pay more to be sent before a new block", {
    fallback: Number(DEFAULT_TP_POLICY.feeThreshold),
    min: 0,
    max: 2_100_000_000_000_000,
    unit: "satoshis",
  }),
  minInterval: number("Least time between such templates", {
    fallback: DEFAULT_TP_POLICY.minIntervalMs / 1000,
    min: 0,
    max: 3600,
    unit: "seconds",
  }),
  staleTip: optional(
    number("Age of the node's last block from which on it is warned of; 0: never", {
      min: 0,
      max: 1e6,
      unit: "minutes",
    }),
  ),
} satisfies Settings;

/** The values that tell where nodes are. */
export type NodeValues = ConfigOf<typeof NODE_SETTINGS> & {
  readonly node: readonly ReturnType<ReturnType<typeof nodeAddress>["fromText"]>[];
  readonly network: Network;
};

/** Minutes between blocks that are rare enough to look for a reason; regtest has no pace. */
const STALE_TIP_MINUTES = 90;

/** Milliseconds after which a tip is too old. */
export function staleTipMs({ staleTip, network }: NodeValues): number {
  return (staleTip ?? (network === "regtest" ? 0 : STALE_TIP_MINUTES)) * 60_000;
}

/** What is wrong with the nodes that are named, beyond each by itself. */
export function nodeProblems({ node, alsoSubmit, network }: NodeValues): string[] {
  const problems: string[] = [];
  const names = [...node, ...alsoSubmit].map(formatNodeAddress);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) problems.push(`node, also_submit: ${twice} is named twice`);
  const isEmbedded = node.some(({ kind }) => kind === "embedded");
  if (isEmbedded && network !== "regtest") {
    problems.push('network: node = "embedded" has regtest only');
  }
  if (isEmbedded && node.length > 1) {
    problems.push("node: the embedded chain knows no other node: it stands alone, or not at all");
  }
  for (const each of alsoSubmit) {
    if (each.kind === "rpc") continue;
    problems.push(
      `also_submit: takes nodes over RPC, not ${
        formatNodeAddress(each)
      }; one over IPC may be a second ` +
        "node, for templates too",
    );
  }
  return problems;
}
