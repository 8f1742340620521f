import { generateSecretKey, publicKeyOf } from "../lib/noise/crypto.ts";
import type { Host } from "../lib/ports.ts";
import { DEFAULT_TP_POLICY } from "../lib/roles/tp/config.ts";
import { serveTp } from "../lib/roles/tp/serve.ts";
import { memoryLink } from "../lib/session/memory_link.ts";
import { TEMPLATE_LIMITS } from "../lib/session/limits.ts";
import { type NodeValues, staleTipMs } from "./node_settings.ts";
import { openNodes } from "./nodes.ts";
import type { Upstream } from "./settings.ts";
import { startServer } from "./started.ts";

/** Where the template provider of this process is, for nobody but the role that has it. */
const ADDRESS = { hostname: "own-node", port: 1 };

/** What a role's own template provider takes. */
export interface OwnNodeOptions {
  readonly values: NodeValues;
  /** Where its solved blocks are kept. */
  readonly blocksDirectory: string;
  /** There is nobody else to go to while the node is down. */
  readonly isOnly: boolean;
}

/**
 * Runs `serve` with a template provider of its own, over nodes of its own, in this process: the same
 * role that `headframe tp` is, reached by memory instead of TCP. It is started before `serve` is called,
 * once the node is up, and ends after it, so that the last block still gets to the node.
 */
export async function withOwnNode(
  { values, blocksDirectory, isOnly }: OwnNodeOptions,
  host: Host,
  serve: (host: Host, provider: Upstream & { readonly name: string }) => Promise<void>,
): Promise<void> {
  const link = memoryLink(ADDRESS);
  const secret = generateSecretKey(host.random);
  const stop = new AbortController();
  const early = (): void => stop.abort();
  host.signal.addEventListener("abort", early, { once: true });
  if (host.signal.aborted) early();
  using nodes = await openNodes(values, host);
  const config = {
    ...DEFAULT_TP_POLICY,
    listen: ADDRESS,
    authoritySecretKey: secret,
    certValiditySec: 3_600,
    feeThreshold: BigInt(values.feeThreshold),
    minIntervalMs: values.minInterval * 1000,
    ...isOnly ? { nodeGraceMs: Infinity } : {},
    blocksDirectory,
    staleTipMs: staleTipMs(values),
    limits: TEMPLATE_LIMITS,
  };
  const own = startServer(
    { ...host, listen: link.listen, signal: stop.signal },
    (host) => serveTp(config, host, nodes),
  );
  if (await own.at === undefined) return await own.done;
  // From now on it ends with the role, not with the signal.
  host.signal.removeEventListener("abort", early);
  const failed = new AbortController();
  own.done.catch(() => {}).finally(() => failed.abort());
  const provider = { ...ADDRESS, authorityKey: publicKeyOf(secret), name: nodes.node.name };
  const ownHost: Host = {
    ...host,
    signal: AbortSignal.any([host.signal, failed.signal]),
    connect: (to, timeoutMs) =>
      to.hostname === ADDRESS.hostname ? link.connect(to, timeoutMs) : host.connect(to, timeoutMs),
  };
  try {
    await serve(ownHost, provider);
  } finally {
    stop.abort();
    await own.done;
  }
}
