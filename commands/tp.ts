import { NETWORK_NAMES } from "../lib/bitcoin/network.ts";
import { address, choice, integer, listOf, number, path } from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import { DEFAULT_TP_POLICY, type TpConfig } from "../lib/roles/tp/config.ts";
import { serveTp } from "../lib/roles/tp/serve.ts";
import { TEMPLATE_LIMITS } from "../lib/session/limits.ts";
import { command } from "./command.ts";
import { nodeAddress } from "./node_address.ts";
import { NODE_SETTINGS, nodeProblems, staleTipMs } from "./node_settings.ts";
import { openNodes } from "./nodes.ts";
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
  node: listOf(
    nodeAddress(
      "Where blocks come from, in order of preference; embedded is a chain in this process",
    ),
    [{ kind: "embedded" }],
  ),
  network: choice("Chain that is mined; the embedded node has regtest", NETWORK_NAMES, "regtest"),
  ...NODE_SETTINGS,
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
  maxConnections: integer("Connections at a time", {
    fallback: TEMPLATE_LIMITS.maxConnections,
    min: 1,
    max: 100_000,
  }),
  blocksDir: path("Where solved blocks are kept", "data/solved"),
} satisfies Settings;

type TpValues = ConfigOf<typeof TP_SETTINGS>;

/** `headframe tp`: a template server over a node, or over a chain of its own. */
export const tp = command({
  name: "tp",
  summary: "Give templates to pools and job declarators, and take their blocks",
  examples: [
    "tp --authority-secret-key-file tp.key --network mainnet --node ipc",
    "tp --authority-secret-key-file tp.key --network mainnet --node rpc:http://127.0.0.1:8332",
    "tp --authority-secret-key-file tp.key --block-time 20",
  ],
  settings: TP_SETTINGS,
  service: {},
  check: (values) => [...keyProblems(values), ...nodeProblems(values)],
  async run(values, { host }) {
    using nodes = await openNodes(values, host);
    await serveTp(tpConfig(values), host, nodes);
  },
});

/** The settings, as the role knows them. */
export function tpConfig(values: ConfigOf<typeof TP_SETTINGS>): TpConfig {
  return {
    ...DEFAULT_TP_POLICY,
    listen: values.listenAddress,
    authoritySecretKey: values.authoritySecretKey,
    certValiditySec: values.certValiditySec,
    feeThreshold: BigInt(values.feeThreshold),
    minIntervalMs: values.minInterval * 1000,
    blocksDirectory: values.blocksDir,
    staleTipMs: staleTipMs(values),
    limits: { ...TEMPLATE_LIMITS, maxConnections: values.maxConnections },
  };
}
