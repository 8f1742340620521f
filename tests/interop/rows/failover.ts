import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { lastSaid, logLines } from "../support/log_lines.ts";
import type { Row } from "../support/row.ts";
import { settingOf, Stand, WAYS } from "../support/stand.ts";
import { until } from "../support/until.ts";

/** Two nodes, and one of them dies. */
export const failover: readonly Row[] = [
  {
    pairing: "fault: the first of two nodes (Bitcoin Core over IPC, then over RPC) stops",
    shows: "templates come from the second, and from the first again when it is back",
    run: ({ bin }) =>
      twoNodes(bin, async ({ bench, first, second }) => {
        const stand = await Stand.on(bench, { setting: [first.node, second.overRpc] });
        try {
          const chosen = logLines(stand.tp, "node.chosen").map(({ node }) => node);
          if (chosen.join() !== first.node) throw new Error(`it chose ${chosen} at first`);
          await stand.works(first);
          await first.stop();
          await until("a job on the second node's block", async () => {
            const [mined = ""] = await second.mine(1);
            return await stand.miner.jobOn(mined, 2_000).catch(() => undefined);
          }, 30_000);
          await stand.tp.sees(/"node\.switched"/);
          const told = lastSaid(stand.tp, "node.switched");
          await first.start();
          await first.connect(second);
          await stand.tp.seesTimes(/"node\.switched"/g, 2, 60_000);
          await stand.works(first, 30_000);
          return told;
        } finally {
          stand.close();
        }
      }),
  },
  {
    pairing: "fault: the node of the templates is killed, and a block is found",
    shows: "the node of also_submit has it at once, the first when it is back",
    run: ({ bin }) =>
      twoNodes(bin, async ({ bench, first, second }) => {
        const more = `also_submit = ["${second.overRpc}"]`;
        const stand = await Stand.on(bench, { setting: first.node, more });
        try {
          await stand.works(first);
          await until("both nodes to have the same best block", async () =>
            await first.bestBlock() === await second.bestBlock() || undefined);
          await first.flush();
          // Not a word from it any more, and the connection stays: worse than dead.
          first.pause();
          const ours = await stand.finds();
          await until(`the second node to have ${ours}`, async () =>
            await second.bestBlock() === ours || undefined);
          await first.kill();
          await stand.tp.sees(/"block\.unanswered"/, 30_000);
          const told = lastSaid(stand.tp, "block.unanswered");
          await first.start();
          await until(`the first node to have ${ours}`, async () =>
            await first.bestBlock() === ours || undefined, 30_000);
          return told;
        } finally {
          stand.close();
        }
      }),
  },
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) dies with a block of ours, and its last blocks are gone`,
    shows: "the block is handed in again when its parents have come back from another node",
    run: ({ bin }) =>
      twoNodes(bin, async ({ bench, first, second }) => {
        const stand = await Stand.on(bench, { setting: settingOf(first, way) });
        try {
          await stand.works(first);
          const parent = await first.bestBlock();
          await until("both nodes to have the same best block", async () =>
            await second.bestBlock() === parent || undefined);
          first.pause();
          const ours = await stand.finds();
          // It has not written to disk what it has got since it was started.
          await first.kill();
          await first.start();
          if (await first.knows(parent)) {
            throw new Error("it has lost nothing");
          }
          // It is given the block, and has nothing to put it on.
          const before = stand.tp.count(ABOUT_BLOCKS);
          await stand.tp.seesTimes(ABOUT_BLOCKS, before + 2);
          const told = lastSaid(stand.tp, "block.unanswered");
          if (await first.knows(ours)) {
            throw new Error(`it has ${ours} without its parent`);
          }
          await first.connect(second);
          await until(`the first node to have ${ours}`, async () =>
            await first.bestBlock() === ours || undefined, 30_000);
          await stand.works(first, 30_000);
          return told;
        } finally {
          stand.close();
        }
      }),
  })),
];

/** What is logged when a node was given a block. */
const ABOUT_BLOCKS = /"block\.(?:un)?answered"/g;

interface TwoNodes {
  readonly bench: Bench;
  readonly first: CoreNode;
  readonly second: CoreNode;
}

/** Two nodes that know one another, on one chain. */
async function twoNodes(bin: string, test: (on: TwoNodes) => Promise<string>): Promise<string> {
  await using bench = new Bench();
  const first = await CoreNode.open({ bench, bin, name: "first" });
  const second = await CoreNode.open({ bench, bin, name: "second" });
  await first.connect(second);
  const [hash] = await first.mine(1);
  await until(
    "both nodes to have the same best block",
    async () => await second.bestBlock() === hash || undefined,
    30_000,
  );
  return await test({ bench, first, second });
}
