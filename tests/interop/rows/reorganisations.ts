import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import type { Row } from "../support/row.ts";
import { settingOf, Stand, WAYS } from "../support/stand.ts";
import { until } from "../support/until.ts";

/** Blocks that are lost to a longer branch, which a second node has mined unseen. */
export const reorganisations: readonly Row[] = WAYS.map((way) => ({
  pairing: `fault: Bitcoin Core (${way}) reorganises by one block, then by three`,
  shows: "miners get a job on the winner, none on the loser again; late shares are stale-share",
  async run({ bin }) {
    await using bench = new Bench();
    const node = await CoreNode.open({ bench, bin });
    const rival = await CoreNode.open({ bench, bin, name: "rival" });
    await node.mine(1);
    await node.connect(rival);
    await sameBest(node, rival);
    const stand = await Stand.on(bench, { setting: settingOf(node, way) });
    try {
      const answers: string[] = [];
      for (const depth of [1, 3]) answers.push(await loses(depth, { node, rival, stand }));
      await stand.works(node);
      return answers.join("; ");
    } finally {
      stand.close();
    }
  },
}));

interface Rivals {
  readonly node: CoreNode;
  readonly rival: CoreNode;
  readonly stand: Stand;
}

/** Has the node mine `depth` blocks that the rival's branch then takes away. */
async function loses(depth: number, { node, rival, stand }: Rivals): Promise<string> {
  await node.disconnect();
  const losers: string[] = [];
  while (losers.length < depth) losers.push(await stand.finds());
  const lost = losers.at(-1) ?? "";
  const late = await stand.miner.jobOn(lost);
  const winners = await rival.mine(depth + 1);
  const winner = winners.at(-1) ?? "";
  const before = stand.miner.jobs;
  await node.connect(rival);
  await sameBest(node, rival);
  await stand.miner.jobOn(winner);
  const answer = await stand.miner.share(late);
  if (answer !== "stale-share") throw new Error(`a share on the losing branch got ${answer}`);
  await stand.works(node);
  const after = stand.miner.jobs.slice(before.length);
  for (const { parent, height } of after) {
    if (losers.includes(parent)) throw new Error(`a job on the losing ${parent} was handed out`);
    const header = await node.rpc<{ height: number }>("getblockheader", parent);
    if (height !== header.height + 1) throw new Error(`a job of height ${height} on ${parent}`);
  }
  return `${depth} lost: ${after.length} jobs, all on the winner; a late share got ${answer}`;
}

async function sameBest(node: CoreNode, rival: CoreNode): Promise<void> {
  await until(
    "both nodes to have the same best block",
    async () => await node.bestBlock() === await rival.bestBlock() || undefined,
    30_000,
  );
}
