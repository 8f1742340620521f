import { openBlocksDirectory } from "../../node/blocks_directory.ts";
import type { Node } from "../../node/node.ts";
import { formatAddress, type Host } from "../../ports.ts";
import { renewingIdentity } from "../../session/identity.ts";
import { serve } from "../../session/serve.ts";
import type { SetupPolicy } from "../../session/setup.ts";
import type { TpConfig } from "./config.ts";
import { NodeDesk, type OnBlock } from "./node_desk.ts";
import { TpRole } from "./role.ts";

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

/**
 * Serves the node's templates until the host's signal fires. Runs the node, and listens once it is up:
 * whoever can connect gets templates.
 *
 * @param node Not run yet.
 * @param onBlock Told of each solved block and what the node said to it.
 * @throws {OperatorError} If blocks cannot be kept, the node can never work, or the address is taken.
 */
export async function serveTp(
  config: TpConfig,
  host: Host,
  node: Node,
  onBlock: OnBlock = () => {},
): Promise<void> {
  const log = host.log.with({ role: "tp" });
  const desk = new NodeDesk({ node, host, log, blocksDirectory: config.blocksDirectory, onBlock });
  const role = new TpRole({
    policy: config,
    desk,
    log,
    firstId: BigInt(host.clock.unix()) << ID_BITS,
  });
  desk.attach(role);
  await openBlocksDirectory(host.files, config.blocksDirectory, () => desk.load());
  if (host.signal.aborted) return;
  const up = firstUp(node, host.signal);
  const running = node.run(host.signal);
  await Promise.race([up, running]);
  if (host.signal.aborted) return await running;

  desk.resume();
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
  await Promise.all([running, server.done]);
  await desk.drained();
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
