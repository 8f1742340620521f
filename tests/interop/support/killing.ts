import { eventsIn } from "../../../lib/roles/tp/journal.ts";
import type { CoreNode } from "./core_node.ts";
import { type Bench } from "./headframe.ts";
import { logLines } from "./log_lines.ts";
import { freePort, type Started } from "./process.ts";
import { settingOf, type Way } from "./stand.ts";
import { TemplateClient } from "./template_client.ts";
import { sleep, until } from "./until.ts";

/** How far a block had come when its template provider was killed. */
export const STAGES = ["not saved", "saved", "submitted", "answered"] as const;
export type Stage = typeof STAGES[number];

/** When to kill: all of it is left to chance but for what it is counted from. */
const MOMENTS = ["from the solution", "from block.found", "the node silent"] as const;
/** Milliseconds over which moments are spread. */
const SPREAD_MS = { "from the solution": 25, "from block.found": 5, "the node silent": 40 };

/** A block, and how far it had come. */
export interface Killed {
  readonly hash: string;
  readonly stage: Stage;
}

/** Where a template provider is killed over and over: a node and a folder for blocks of its own. */
export interface KillingOptions {
  readonly bench: Bench;
  readonly node: CoreNode;
  readonly way: Way;
}

/** A template provider that is killed whenever it is about to get a block to its node. */
export class Killing {
  readonly #options: KillingOptions;
  readonly #blocks: string;

  constructor(options: KillingOptions) {
    this.#options = options;
    this.#blocks = `${options.node.folder}/solved`;
  }

  /** Starts it, gives it a block, and kills it. */
  async round(number: number): Promise<Killed> {
    const { node } = this.#options;
    const { tp, port } = this.#start();
    await tp.sees(/"tp\.listening"/);
    const client = await TemplateClient.connect(port);
    const { hash, solution } = client.solve(await client.task());
    const moment = MOMENTS[number % MOMENTS.length] ?? "from the solution";
    if (moment === "the node silent") node.pause();
    await client.submit(solution);
    if (moment !== "from the solution") await tp.sees(/"block\.found"/);
    await sleep(Math.random() * SPREAD_MS[moment]);
    await tp.stop("SIGKILL");
    if (moment === "the node silent") node.resume();
    client.close();
    return { hash, stage: await this.#stage(tp, hash) };
  }

  /** Starts it once more, and waits until every block that was saved has an answer of the node's. */
  async finish(blocks: readonly Killed[]): Promise<void> {
    const { node } = this.#options;
    const { tp } = this.#start();
    for (const { hash, stage } of blocks) {
      if (stage === "not saved") continue;
      const what = `${stage} when its template provider was killed`;
      await until(
        `${hash}, ${what}, to be in the node`,
        async () => await node.knows(hash) || undefined,
      );
      await until(
        `an answer to ${hash}, ${what}`,
        async () => (await this.#answered()).has(hash) || undefined,
      );
    }
    await tp.stop();
  }

  /** Hashes of blocks that the node has not refused. */
  async #answered(): Promise<ReadonlySet<string>> {
    const journal = `${this.#blocks}/solutions.jsonl`;
    const text = await Deno.readTextFile(journal);
    return new Set(
      eventsIn(text).flatMap((event) =>
        event.event === "answer" && event.outcome !== "refused" ? [event.hash] : []
      ),
    );
  }

  #start(): { readonly tp: Started; readonly port: number } {
    const { bench, node, way } = this.#options;
    const port = freePort();
    const more = `blocks_dir = "${this.#blocks}"`;
    return {
      tp: bench.startTp({ port, node: settingOf(node, way), more }),
      port,
    };
  }

  /** By what is on the disk and in the node before anybody can go on with it. */
  async #stage(tp: Started, hash: string): Promise<Stage> {
    const wasLogged = logLines(tp, "block.found").some((line) => line["hash"] === hash);
    const wasAnswered = logLines(tp, "block.answered").some((line) => line["hash"] === hash);
    const hasFile = await Deno.stat(`${this.#blocks}/${hash}.block`).then(() => true, () => false);
    if (!hasFile && !wasLogged) return "not saved";
    if (wasAnswered) return "answered";
    // What it wrote into the socket at last is still read there.
    await sleep(10);
    return await this.#options.node.knows(hash) ? "submitted" : "saved";
  }
}
