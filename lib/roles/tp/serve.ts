import { openBlocksDirectory } from "../../node/blocks_directory.ts";
import type { BlockTarget, Node } from "../../node/node.ts";
import { formatAddress, type Host } from "../../ports.ts";
import { renewingIdentity } from "../../session/identity.ts";
import { serve } from "../../session/serve.ts";
import type { SetupPolicy } from "../../session/setup.ts";
import type { TpConfig } from "./config.ts";
import { NodeDesk } from "./node_desk.ts";
import { TpRole } from "./role.ts";
import { SolutionStore } from "./solution_store.ts";
import { type OnBlock, Submissions } from "./submissions.ts";
import { watchHealth } from "./watch.ts";

/** Template distribution has no feature bits and no extensions. */
const SETUP: SetupPolicy = {
  protocol: 2,
  versions: [2, 2],
  flags: 0,
  extensions: [],
  requiredExtensions: [],
};

/** Ids per second of running time that cannot run into those of the next start: a million. */
const ID_BITS = 20n;

/** Milliseconds that blocks have at the end to reach the nodes; what is left is for the next start. */
const DRAIN_MS = 10_000;

/** Where templates come from, and where blocks go. */
export interface TpNodes {
  /** Gives the templates. Not run yet. */
  readonly node: Node;
  /** Get every solved block, the templates' node first. Their names differ. That node alone by default. */
  readonly targets?: readonly BlockTarget[];
  /** Told of each solved block and what the nodes said to it. */
  readonly onBlock?: OnBlock;
}

/**
 * Serves the node's templates until the host's signal fires. Runs the node, and listens once it is up:
 * whoever can connect gets templates.
 *
 * @throws {OperatorError} If blocks cannot be kept, the node can never work, or the address is taken.
 */
export async function serveTp(
  config: TpConfig,
  host: Host,
  { node, targets = [node], onBlock = () => {} }: TpNodes,
): Promise<void> {
  const { clock, files, signal } = host;
  const log = host.log.with({ role: "tp" });
  const store = new SolutionStore({ files, clock, directory: config.blocksDirectory });
  const submissions = new Submissions({ targets, store, host, log, onBlock });
  const desk = new NodeDesk({ node, submissions, host, log });
  const firstId = BigInt(clock.unix()) << ID_BITS;
  const role = new TpRole({ policy: config, desk, log, firstId });
  desk.attach(role);
  await openBlocksDirectory(files, config.blocksDirectory, () => store.load());
  if (signal.aborted) return;
  const stop = new AbortController();
  const up = firstUp(node, signal);
  const running = node.run(stop.signal);
  try {
    const [first, ...others] = targets;
    for (const target of others) submissions.resume(target);
    await Promise.race([up, running]);
    if (signal.aborted) return;
    if (first !== undefined) submissions.resume(first);
    const server = serve({
      host,
      log,
      role,
      listen: config.listen,
      identity: renewingIdentity(host, config.authoritySecretKey, config.certValiditySec),
      policy: SETUP,
      limits: config.limits,
    });
    log.info("tp.listening", {
      address: formatAddress(server.address),
      node: node.name,
      network: node.network,
    });
    const watching = watchHealth({ node, host, log, staleTipMs: config.staleTipMs });
    await Promise.race([running, Promise.all([server.done, watching])]);
    await Promise.race([submissions.drained(), clock.sleep(DRAIN_MS)]);
  } finally {
    stop.abort();
    await running;
  }
}

/** Resolves with the node's first `up`, or when there is no use in waiting. */
function firstUp(node: Node, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = node.subscribe(({ type }) => {
      if (type === "up") finish();
    });
    function finish(): void {
      stop();
      signal.removeEventListener("abort", finish);
      resolve();
    }
    signal.addEventListener("abort", finish, { once: true });
  });
}
