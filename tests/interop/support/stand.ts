import { CoreNode } from "./core_node.ts";
import { Bench } from "./headframe.ts";
import { logLines } from "./log_lines.ts";
import { MiningClient } from "./mining_client.ts";
import type { NodeProcess } from "./node_process.ts";
import type { Started } from "./process.ts";
import { TemplateClient } from "./template_client.ts";
import { until } from "./until.ts";

/** Ways to ask Bitcoin Core, as results name them. */
export const WAYS = ["IPC", "RPC"] as const;
export type Way = typeof WAYS[number];

/** `node` for our configuration. */
export function settingOf(node: CoreNode, way: Way): string {
  return way === "IPC" ? node.node : node.overRpc;
}

/** What {@link Stand.on} stands on. */
export interface StandOptions {
  /** As in our configuration; several are in order of preference. */
  readonly setting: string | readonly string[];
  /** Lines of TOML for the template provider. */
  readonly more?: string;
}

/** Our template provider and our pool on nodes, and a miner that remembers what it was told. */
export class Stand {
  readonly tp: Started;
  readonly pool: Started;
  readonly miner: MiningClient;
  /** Where the template provider listens. */
  readonly templates: number;

  private constructor(
    parts: { tp: Started; pool: Started; miner: MiningClient; templates: number },
  ) {
    ({ tp: this.tp, pool: this.pool, miner: this.miner, templates: this.templates } = parts);
  }

  static async on(bench: Bench, { setting, more = "" }: StandOptions): Promise<Stand> {
    const { tp, port: templates } = await bench.tpOn(setting, more);
    // Every hash is a share.
    const { pool, port } = await bench.pool(templates, "max_difficulty = 1e-12");
    return new Stand({ tp, pool, templates, miner: await MiningClient.connect(port) });
  }

  /**
   * Shows that all is well: a block of the node's reaches the miner, and the node takes one of ours.
   *
   * @param timeoutMs For each of the two; after a fault, what recovery may take.
   */
  async works(node: NodeProcess, timeoutMs = 15_000): Promise<void> {
    const [theirs = ""] = await node.mine(1);
    await this.miner.jobOn(theirs, timeoutMs);
    const ours = await this.finds(timeoutMs);
    await until(
      `${node.program} to take ${ours}`,
      async () => await node.bestBlock() === ours || undefined,
      timeoutMs,
    );
    await this.miner.jobOn(ours, timeoutMs);
    if (this.miner.closed) throw new Error("the pool has hung up on its miner");
  }

  /** Solves a template and hands it in. @returns The block's hash. */
  async finds(timeoutMs = 15_000): Promise<string> {
    const client = await until(
      "the template provider to let a client in",
      () => TemplateClient.connect(this.templates).catch(() => undefined),
      timeoutMs,
    );
    const { hash, solution } = client.solve(await client.task(timeoutMs));
    await client.submit(solution);
    await until(
      `block.found of ${hash}`,
      () => logLines(this.tp, "block.found").some((line) => line["hash"] === hash) || undefined,
    );
    client.close();
    return hash;
  }

  close(): void {
    this.miner.close();
  }
}
