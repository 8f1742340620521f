import { OperatorError } from "../../errors.ts";
import { ShareKernel } from "../../kernel/shares.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import { openBlocksDirectory } from "../../node/blocks_directory.ts";
import { formatAddress, type Host } from "../../ports.ts";
import { dial, type DialOptions } from "../../session/dial.ts";
import { renewingIdentity } from "../../session/identity.ts";
import { CLIENT_LIMITS } from "../../session/limits.ts";
import { serve } from "../../session/serve.ts";
import type { SetupPolicy } from "../../session/setup.ts";
import type { Log } from "../../telemetry/log.ts";
import type { PoolConfig, TemplateProviderConfig } from "./config.ts";
import { TemplateFeed } from "./feed.ts";
import type { FoundBlock } from "./found.ts";
import { BlockLedger } from "./ledger.ts";
import { outputConstraints } from "./payout.ts";
import { Pool } from "./pool.ts";
import { Providers } from "./providers.ts";
import { refuseUnusable } from "./work.ts";

/** Who wants to know what a pool does. */
export interface PoolObserver {
  /** A provider has a block of ours at the end of its chain. */
  readonly onAccepted?: (block: FoundBlock) => void;
  /** The machine, before anyone is connected. */
  readonly onPool?: (pool: Pool) => void;
}

/**
 * Serves miners until the host's signal fires. Connects to the template providers first and listens
 * once there is work: whoever can connect has something to do.
 *
 * @throws {OperatorError} If the configuration cannot work, blocks cannot be kept, no provider could
 * be used at first, or the address is taken.
 */
export async function servePool(
  config: PoolConfig,
  host: Host,
  { onAccepted, onPool }: PoolObserver = {},
): Promise<void> {
  const log = host.log.with({ role: "pool" });
  const { ledger, pool, providers } = assemble(config, host, { log, onAccepted });
  onPool?.(pool);
  await openBlocksDirectory(host.files, config.blocksDirectory, () => ledger.load());
  const dialing = Promise.all(
    config.templateProviders.map((provider) => follow(provider, { config, host, log, providers })),
  );
  await Promise.race([providers.working, dialing]);
  if (host.signal.aborted) return void await dialing;

  // Before the connections are closed, which the same signal does.
  host.signal.addEventListener("abort", () => pool.flush(), { once: true });
  const server = serve({
    host,
    log,
    role: pool,
    listen: config.listen,
    identity: renewingIdentity(host, config.authoritySecretKey, config.certValiditySec),
    policy: setupPolicy(config),
    limits: config.limits,
  });
  log.info("pool.listening", {
    address: formatAddress(server.address),
    network: config.network,
  });
  await Promise.all([server.done, dialing]);
  await ledger.idle();
}

interface Parts {
  readonly ledger: BlockLedger;
  readonly pool: Pool;
  readonly providers: Providers;
}

function assemble(
  config: PoolConfig,
  { clock, random, files }: Host,
  { log, onAccepted }: { readonly log: Log; readonly onAccepted: PoolObserver["onAccepted"] },
): Parts {
  const ledger: BlockLedger = new BlockLedger({
    files,
    directory: config.blocksDirectory,
    submit: (provider, solution) => providers.named(provider)?.submit(solution) ?? false,
    clock,
    log,
    ...(onAccepted && { onAccepted }),
  });
  const hasher = new ShareKernel();
  const pool = new Pool({ policy: config, hasher, clock, random, log, blocks: ledger });
  const providers = new Providers({ sink: pool, watcher: ledger, log });
  return { ledger, pool, providers };
}

/** What clients may ask for, SV2 §5.3.1. There is no job declaration here, so no work selection. */
export function setupPolicy(
  { supportedExtensions, requiredExtensions }: PoolConfig,
): SetupPolicy {
  const { requiresStandardJobs, requiresVersionRolling } = MINING_CLIENT_FLAGS;
  return {
    protocol: 0,
    versions: [2, 2],
    flags: requiresStandardJobs | requiresVersionRolling,
    extensions: supportedExtensions,
    requiredExtensions,
  };
}

/** Keeps a connection to one provider; gives up only if none was ever reached. */
async function follow(
  provider: TemplateProviderConfig,
  { config, host, log, providers }: {
    readonly config: PoolConfig;
    readonly host: Host;
    readonly log: Log;
    readonly providers: Providers;
  },
): Promise<void> {
  const feed = new TemplateFeed({
    name: provider.name,
    constraints: outputConstraints(config.rewardScript),
    check: (template) => refuseUnusable(config, template),
    listener: providers,
    log,
  });
  providers.add(feed);
  while (!host.signal.aborted) {
    try {
      await dial({
        host,
        log,
        role: feed,
        upstreams: [provider],
        setup: setupOf(config),
        extensions: [],
        limits: CLIENT_LIMITS,
      });
    } catch (error) {
      if (!(error instanceof OperatorError) || !providers.anyReached) throw error;
      log.error("provider.unreachable", { provider: provider.name, reason: error.message });
    }
  }
}

/** What the pool says to template providers, SV2 §3.6.1. */
function setupOf({ firmware }: PoolConfig): DialOptions["setup"] {
  return {
    protocol: 2,
    minVersion: 2,
    maxVersion: 2,
    flags: 0,
    vendor: "Headframe",
    hardwareVersion: "pool",
    firmware,
    deviceId: "",
  };
}
