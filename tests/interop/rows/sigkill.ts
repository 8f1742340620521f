import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { type Killed, Killing, STAGES } from "../support/killing.ts";
import type { Row } from "../support/row.ts";
import { WAYS } from "../support/stand.ts";

/** Kills that hit after the block was found and before the node had answered; others are counted apart. */
const KILLS = 100;
/** Chance is fair: with so many, that number was reached long ago. */
const MOST_KILLS = 3 * KILLS;

/** No block is lost, whenever the template provider dies. */
export const sigkill: Row = {
  pairing: `fault: our tp is killed ${KILLS} times between a solution and Bitcoin Core's answer`,
  shows: "every block that was saved, or logged as found, is in the node's index in the end",
  async run({ bin }) {
    await using bench = new Bench();
    const perLane = KILLS / WAYS.length;
    const most = MOST_KILLS / WAYS.length;
    const lanes = await Promise.allSettled(WAYS.map(async (way) => {
      const node = await CoreNode.open({ bench, bin, name: way });
      await node.mine(1);
      const killing = new Killing({ bench, node, way });
      const blocks: Killed[] = [];
      while (blocks.filter(isBetween).length < perLane) {
        if (blocks.length > most) throw new Error(`${most} kills hit too few moments`);
        blocks.push(await killing.round(blocks.length));
      }
      await killing.finish(blocks);
      return blocks;
    }));
    const killed = lanes.flatMap((lane) => {
      if (lane.status === "rejected") throw lane.reason;
      return lane.value;
    });
    const counts = STAGES.map((stage) => killed.filter((block) => block.stage === stage).length);
    const [notSaved = 0] = counts;
    return `killed with the block ${
      STAGES.map((stage, i) => `${stage}: ${counts[i]}`).join(", ")
    }; ${killed.length - notSaved} of ${killed.length - notSaved} blocks are in the node`;
  },
};

function isBetween({ stage }: Killed): boolean {
  return stage === "saved" || stage === "submitted";
}
