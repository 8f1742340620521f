import { NETWORK_NAMES } from "../lib/bitcoin/network.ts";
import { EmbeddedNode } from "../lib/chain/embedded.ts";
import { measureHashRate } from "../lib/chain/hash_rate.ts";
import { address, choice, integer, number, path } from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import type { Node } from "../lib/node/node.ts";
import type { Host } from "../lib/ports.ts";
import { DEFAULT_TP_POLICY, type TpConfig } from "../lib/roles/tp/config.ts";
import { serveTp } from "../lib/roles/tp/serve.ts";
import { TEMPLATE_LIMITS } from "../lib/session/limits.ts";
import { command } from "./command.ts";
import {
  authorityPublicKey,
  authoritySecretKey,
  certValiditySec,
  keyProblems,
} from "./settings.ts";

/** What the template provider can be told, as flags, as variables and as `[tp]` of a file. */
export const TP_SETTINGS = {
  listenAddress: address("Where pools and job declarators connect", "127.0.0.1:18442"),
  authorityPublicKey,
  authoritySecretKey,
  certValiditySec,
  node: choice(
    "Where blocks come from: a chain in this process, for tests",
    ["embedded"],
    "embedded",
  ),
  network: choice("Chain that is mined; the embedded node has regtest", NETWORK_NAMES, "regtest"),
  blockTime: number(
    "Between blocks, on average, at the difficulty the chain sets; 0: no difficulty",
    {
      fallback: 20,
      min: 0,
      max: 86_400,
      unit: "seconds",
    },
  ),
  hashRateHint: number("Hash rate that will mine, for the first difficulty; 0: as measured here", {
    fallback: 0,
    min: 0,
    max: 1e18,
    unit: "h/s",
  }),
  transactionsPerSecond: number("Transactions that come to the embedded chain", {
    fallback: 2,
    min: 0,
    max: 1000,
  }),
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
  maxConnections: integer("Connections at a time", {
    fallback: TEMPLATE_LIMITS.maxConnections,
    min: 1,
    max: 100_000,
  }),
  blocksDir: path("Where solved blocks are kept", "data/solved"),
} satisfies Settings;

type TpValues = ConfigOf<typeof TP_SETTINGS>;

/** `headframe tp`: a template server over the embedded chain. */
export const tp = command({
  name: "tp",
  summary: "Give templates to pools and job declarators, and take their blocks",
  examples: ["tp --authority-secret-key-file tp.key --block-time 20", "tp -c tp.toml"],
  settings: TP_SETTINGS,
  service: {},
  check: (values) => [
    ...keyProblems(values),
    ...values.network === "regtest" ? [] : [`network: node = "embedded" has regtest only`],
  ],
  run: (values, { host }) => serveTp(tpConfig(values), host, { node: embeddedNode(values, host) }),
});

/** The chain in this process; without a hint, for a miner on this computer. */
export function embeddedNode(values: TpValues, { clock, random }: Host): Node {
  const { blockTime, transactionsPerSecond } = values;
  const hashRateHint = values.hashRateHint ||
    measureHashRate(clock) * Math.max(1, navigator.hardwareConcurrency - 1);
  return new EmbeddedNode({ clock, random, blockTime, hashRateHint, transactionsPerSecond });
}

/** The settings, as the role knows them. */
export function tpConfig(values: TpValues): TpConfig {
  return {
    ...DEFAULT_TP_POLICY,
    listen: values.listenAddress,
    authoritySecretKey: values.authoritySecretKey,
    certValiditySec: values.certValiditySec,
    feeThreshold: BigInt(values.feeThreshold),
    minIntervalMs: values.minInterval * 1000,
    blocksDirectory: values.blocksDir,
    staleTipMs: 0,
    limits: { ...TEMPLATE_LIMITS, maxConnections: values.maxConnections },
  };
}
