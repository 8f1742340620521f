import { EXIT } from "../../../lib/errors.ts";
import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { lastSaid } from "../support/log_lines.ts";
import type { Row } from "../support/row.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { Stand } from "../support/stand.ts";

/** No room for blocks, at the start and when one is found. */
export const diskFull: Row = {
  pairing: "fault: the disk is full where solved blocks are kept",
  shows: "it is said at the start; later a block goes to the node all the same, and that is said",
  async run({ bin }) {
    await using bench = new Bench();
    await using disk = await SmallDisk.mount(`${bench.directory}/small`);
    const node = await CoreNode.open({ bench, bin });
    await node.mine(1);
    const more = `blocks_dir = "${disk.path}"`;
    disk.fill();
    const refused = bench.startTp({ node: node.node, more });
    if (await refused.ended !== EXIT.config) throw new Error(`it started on a full disk`);
    const [said] = await refused.sees(/Cannot keep blocks in.*/);
    disk.clear();
    const stand = await Stand.on(bench, { setting: node.node, more });
    try {
      await stand.works(node);
      disk.fill();
      const ours = await stand.finds();
      await stand.miner.jobOn(ours);
      const told = lastSaid(stand.tp, "block.unsaved");
      disk.clear();
      await stand.works(node);
      return `${said.replaceAll(disk.path, "…")}, ${told}`;
    } finally {
      stand.close();
    }
  },
};
