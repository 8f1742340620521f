import { outputScript } from "../lib/bitcoin/descriptor.ts";
import { address, alias, integer, listOf, number, path, text } from "../lib/config/kinds.ts";
import type { ConfigOf, Settings } from "../lib/config/setting.ts";
import { OperatorError } from "../lib/errors.ts";
import { formatAddress, type Host } from "../lib/ports.ts";
import {
  checkPolicy,
  DEFAULT_POOL_POLICY,
  type PoolConfig,
  poolSignatureRoom,
} from "../lib/roles/pool/config.ts";
import { servePool } from "../lib/roles/pool/serve.ts";
import { MINING_LIMITS } from "../lib/session/limits.ts";
import { command } from "./command.ts";
import { nodeAddress } from "./node_address.ts";
import { NODE_SETTINGS, nodeProblems } from "./node_settings.ts";
import { withOwnNode } from "./own_node.ts";
import { VERSION } from "./version.ts";
import {
  allowUnauthenticated,
  authorityPublicKey,
  authoritySecretKey,
  certValiditySec,
  keyProblems,
  network,
  payoutProblems,
  upstream,
  upstreamProblems,
} from "./settings.ts";

const policy = DEFAULT_POOL_POLICY;
const extension = { min: 0, max: 0x7fff };
/** The table of SRI's files for a pool on a node of its own. */
const CORE_IPC = "template_provider_type.BitcoinCoreIpc";

/**
 * What the pool can be told, as flags, as variables and as `[pool]` of a file. Where SRI's pool has the
 * same setting the name is its own, so that its files can be read as they are.
 */
export const POOL_SETTINGS = {
  listenAddress: address("Where miners connect", "0.0.0.0:3333"),
  authorityPublicKey,
  authoritySecretKey,
  certValiditySec,
  network: alias(network, `${CORE_IPC}.network`),
  coinbaseRewardScript: text(
    "Who gets the reward: an address or a descriptor",
    undefined,
    10_000,
  ),
  poolSignature: text(
    "Name written into every coinbase",
    policy.poolSignature,
    poolSignatureRoom(),
  ),
  templateProvider: alias(
    listOf(upstream("Where templates come from, in order of preference"), []),
    "template_provider_type.Sv2Tp",
  ),
  // In SRI's files, the version says that there is a node of one's own.
  node: alias(
    listOf(nodeAddress("A node to take templates from, in place of a template provider"), []),
    `${CORE_IPC}.version`,
  ),
  ...NODE_SETTINGS,
  dataDir: alias(NODE_SETTINGS.dataDir, `${CORE_IPC}.data_dir`),
  feeThreshold: alias(NODE_SETTINGS.feeThreshold, `${CORE_IPC}.fee_threshold`),
  minInterval: alias(NODE_SETTINGS.minInterval, `${CORE_IPC}.min_interval`),
  allowUnauthenticated,
  sharesPerMinute: number("Pace asked of each channel", {
    fallback: policy.sharesPerMinute,
    min: 0.01,
    max: 6000,
    unit: "shares/min",
  }),
  shareBatchSize: integer("Shares acknowledged at a time; fewer after a second", {
    fallback: policy.shareBatchSize,
    min: 1,
    max: 10_000,
  }),
  minDifficulty: number("Difficulty that no channel goes below", {
    fallback: policy.minDifficulty,
    min: 0,
    max: 1e15,
  }),
  maxDifficulty: number("Difficulty that no channel goes above", {
    fallback: policy.maxDifficulty,
    min: 1e-12,
    max: 1e15,
  }),
  serverId: integer("Different for each process of one pool", {
    fallback: policy.serverId,
    min: 0,
    max: 255,
  }),
  maxPastJobs: integer("Older jobs that shares are still taken for; 0 is the default too", {
    fallback: policy.maxPastJobs,
    min: 0,
    max: 1024,
  }),
  supportedExtensions: listOf(integer("Extensions miners may use; 2 names workers", extension), [
    2,
  ]),
  requiredExtensions: listOf(integer("Extensions without which nobody is served", extension), []),
  maxConnections: integer("Connections at a time", {
    fallback: MINING_LIMITS.maxConnections,
    min: 1,
    max: 1_000_000,
  }),
  maxConnectionsPerAddress: integer("Connections at a time from one IP address", {
    fallback: MINING_LIMITS.maxConnectionsPerAddress,
    min: 1,
    max: 1_000_000,
  }),
  maxChannels: integer("Channels at a time", {
    fallback: policy.maxChannels,
    min: 1,
    max: 1 << 24,
  }),
  blocksDir: path("Where found blocks are kept until the node has them", "data/blocks"),
} satisfies Settings;

/** `headframe pool`: a mining server over the templates of a template provider. */
export const pool = command({
  name: "pool",
  summary: "Serve work to miners, and take their shares and blocks",
  examples: [
    "pool -c pool.toml",
    "pool --authority-secret-key-file pool.key --coinbase-reward-script bc1q… --node ipc",
    "pool --authority-secret-key-file pool.key --coinbase-reward-script bc1q… " +
    "--template-provider 127.0.0.1:8442",
  ],
  settings: POOL_SETTINGS,
  service: {
    foreign: {
      monitoring_address: { refuse: false, why: "there is no monitoring server yet" },
      monitoring_cache_refresh_secs: { refuse: false, why: "there is no monitoring server yet" },
      jds: { refuse: true, why: "there is no job declaration server yet; take the table out" },
    },
  },
  check(values) {
    const payout = payoutProblems(values.coinbaseRewardScript, values.network);
    return [
      ...keyProblems(values),
      ...payout,
      ...upstreamProblems(values.templateProvider, values),
      ...values.templateProvider.length + values.node.length === 0
        ? [
          "template_provider or node is required: give template_provider, where templates come from, " +
          "or node, to make them here (--node ipc)",
        ]
        : [],
      ...nodeProblems(values),
      ...payout.length === 0 ? policyProblems(values) : [],
    ];
  },
  run: (values, { host }) => startPool(values, host),
});

/** Serves miners until the host's signal fires. */
export async function startPool(values: PoolValues, host: Host): Promise<void> {
  if (values.node.length === 0) return await servePool(poolConfig(values), host);
  const options = {
    values,
    blocksDirectory: `${values.blocksDir}/solved`,
    isOnly: values.templateProvider.length === 0,
  };
  await withOwnNode(options, host, async (host, own) => {
    const config = poolConfig(values);
    const templateProviders = [own, ...config.templateProviders];
    await servePool({ ...config, templateProviders }, host);
  });
}

type PoolValues = ConfigOf<typeof POOL_SETTINGS>;

/** The settings, as the role knows them. */
function poolConfig(values: PoolValues): PoolConfig {
  const { maxConnections, maxConnectionsPerAddress, maxPastJobs } = values;
  const named = values.templateProvider.map((each) => ({ ...each, name: formatAddress(each) }));
  return {
    ...DEFAULT_POOL_POLICY,
    ...values,
    listen: values.listenAddress,
    rewardScript: outputScript(values.coinbaseRewardScript, values.network),
    maxPastJobs: maxPastJobs === 0 ? DEFAULT_POOL_POLICY.maxPastJobs : maxPastJobs,
    templateProviders: named,
    blocksDirectory: values.blocksDir,
    firmware: `headframe ${VERSION}`,
    limits: { ...MINING_LIMITS, maxConnections, maxConnectionsPerAddress },
  };
}

/** What the role itself would refuse. */
function policyProblems(values: PoolValues): string[] {
  try {
    checkPolicy(poolConfig(values));
    return [];
  } catch (error) {
    if (error instanceof OperatorError) return [error.message];
    throw error;
  }
}
