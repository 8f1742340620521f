import { reasonOf } from "../../errors.ts";
import type { Node, NodeHealth } from "../../node/node.ts";
import type { Host } from "../../ports.ts";
import type { Log } from "../../telemetry/log.ts";
import { spanOf } from "../../time.ts";

/** Milliseconds between two looks. */
const INTERVAL_MS = 15_000;
/** Blocks that a node may lack of those whose headers it has: one is on its way all the time. */
const BEHIND = 2;

/** Whom to watch, and who is told. */
export interface WatchOptions {
  readonly node: Pick<Node, "name" | "network" | "health">;
  readonly host: Pick<Host, "clock" | "signal">;
  readonly log: Log;
  /** Milliseconds after which a tip is too old to be the network's; 0: never. */
  readonly staleTipMs: number;
}

/**
 * Looks after a node that answers, but may not know what everybody else knows: what is mined on its
 * templates then is lost. Says so once, and once more when it is over. Work goes on in between: a node
 * that is wrong about the tip is no worse than none.
 */
export async function watchHealth({ node, host, log, staleTipMs }: WatchOptions): Promise<void> {
  const { clock, signal } = host;
  let troubled = new Map<string, Trouble>();
  while (!signal.aborted) {
    await clock.sleep(INTERVAL_MS, signal);
    if (signal.aborted) return;
    let health: NodeHealth;
    try {
      health = await node.health();
    } catch (error) {
      // That it is down is told by itself.
      log.debug("node.unwatched", { node: node.name, reason: reasonOf(error) });
      continue;
    }
    const now = troublesOf(health, { network: node.network, unix: clock.unix(), staleTipMs });
    for (const [event, trouble] of now) {
      if (!troubled.has(event)) log.warn(event, { node: node.name, ...trouble });
    }
    for (const event of troubled.keys()) {
      if (!now.has(event)) log.info("node.well", { node: node.name, was: event });
    }
    troubled = now;
  }
}

type Trouble = Readonly<Record<string, string | number>>;

/** What is wrong with a node, each under the name of its log line, with what to do. */
export function troublesOf(
  { blocks, headers, peers, tipTime }: NodeHealth,
  { network, unix, staleTipMs }: {
    readonly network: string;
    readonly unix: number;
    readonly staleTipMs: number;
  },
): Map<string, Trouble> {
  const troubles = new Map<string, Trouble>();
  if (headers - blocks >= BEHIND) {
    troubles.set("node.behind", {
      blocks,
      headers,
      hint: "it knows of blocks that it has not validated: what is mined now is lost if they hold",
    });
  }
  if (peers === 0 && network !== "regtest") {
    troubles.set("node.alone", {
      hint: "it has no connection to another node: blocks reach nobody; look at its network",
    });
  }
  const age = unix - tipTime;
  if (staleTipMs > 0 && age * 1_000 > staleTipMs) {
    const { count, unit } = spanOf(age);
    troubles.set("node.stale", {
      height: blocks,
      age: `${count} ${unit}s`,
      hint: "its last block is old: it may have lost its connections, or its clock may be wrong",
    });
  }
  return troubles;
}
