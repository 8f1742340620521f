import { BtcdNode } from "../support/btcd_node.ts";
import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { EXIT } from "../../../lib/errors.ts";
import { lastSaid, steady } from "../support/log_lines.ts";
import type { Row } from "../support/row.ts";
import { settingOf, Stand, type Way, WAYS } from "../support/stand.ts";
import { sleep } from "../support/until.ts";

const RECOVERS = "our roles stay up, say what is wrong, and go on when it is over";

/** What a node can do to those who mine on it. */
export const nodeFaults: readonly Row[] = [
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) stops, and starts again`,
    shows: RECOVERS,
    run: ({ bin }) =>
      standing(bin, way, async ({ node, stand }) => {
        await node.stop();
        await stand.tp.sees(/"node\.down"/);
        // Past the time for which clients are kept without a node.
        await sleep(way === "IPC" ? 12_000 : 3_000);
        const told = lastSaid(stand.tp, "node.down");
        await node.start();
        await stand.tp.seesTimes(/"node\.up"/g, 2);
        await stand.works(node, 30_000);
        return told;
      }),
  })),
  {
    pairing: "fault: btcd (RPC over TLS) stops, and starts again",
    shows: RECOVERS,
    async run({ bin }) {
      await using bench = new Bench();
      const node = await BtcdNode.open({ bench, bin });
      await node.mine(1);
      const stand = await Stand.on(bench, { setting: node.node });
      try {
        await stand.works(node);
        await node.stop();
        await stand.tp.sees(/"node\.down"/);
        const told = lastSaid(stand.tp, "node.down");
        await node.start();
        await stand.tp.seesTimes(/"node\.up"/g, 2);
        await stand.works(node, 30_000);
        return told;
      } finally {
        stand.close();
      }
    },
  },
  {
    pairing: "fault: Bitcoin Core (IPC) is killed, and its socket vanishes",
    shows: RECOVERS,
    run: ({ bin }) =>
      standing(bin, "IPC", async ({ node, stand }) => {
        await node.flush();
        await node.kill();
        await Deno.remove(node.socket);
        await stand.tp.sees(/"node\.down"/);
        await sleep(2_000);
        const told = lastSaid(stand.tp, "node.down");
        await node.start();
        await stand.tp.seesTimes(/"node\.up"/g, 2);
        await stand.works(node, 30_000);
        return told;
      }),
  },
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) hangs, and goes on`,
    shows:
      "a block found meanwhile is kept and handed in; our roles stay up, and say what is wrong",
    run: ({ bin }) =>
      standing(bin, way, async ({ node, stand }) => {
        node.pause();
        const ours = await stand.finds();
        const since = Date.now();
        await stand.tp.sees(/"node\.down"/, 45_000);
        const seconds = Math.round((Date.now() - since) / 1_000);
        const told = `${lastSaid(stand.tp, "node.down")}, after ${seconds} s`;
        node.resume();
        await stand.miner.jobOn(ours, 30_000);
        if (await node.bestBlock() !== ours) throw new Error(`${ours} is not the best block`);
        await stand.works(node, 30_000);
        return told;
      }),
  })),
  {
    pairing: "fault: Bitcoin Core (RPC) refuses to make templates",
    shows: RECOVERS,
    run: ({ bin }) =>
      standing(bin, "RPC", async ({ node, stand }) => {
        await node.stop();
        await node.start([`-rpcwhitelist=__cookie__:${ALL_BUT_TEMPLATES}`]);
        await stand.tp.sees(/"node\.down".*403/, 20_000);
        const told = lastSaid(stand.tp, "node.down");
        await node.stop();
        await node.start();
        await stand.works(node, 30_000);
        return told;
      }),
  },
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) is on another network than our tp`,
    shows: "it is refused, with both networks' names",
    async run({ bin }) {
      await using bench = new Bench("testnet4");
      const node = await CoreNode.open({ bench, bin });
      await node.mine(1);
      const tp = bench.startTp({ node: settingOf(node, way) });
      if (await tp.ended !== EXIT.config) throw new Error(`it went on:\n${tp.output()}`);
      const [told] = await tp.sees(/Cannot use.*regtest.*/);
      return `\`${steady(told)}\``;
    },
  })),
];

/** What a node that is asked for templates over RPC is asked besides. */
const ALL_BUT_TEMPLATES =
  "getblockchaininfo,getblockcount,getbestblockhash,getblockhash,getblockheader,getnetworkinfo," +
  "getconnectioncount,getmininginfo,submitblock,getblock";

interface Standing {
  readonly node: CoreNode;
  readonly stand: Stand;
}

/** Runs a test on a stand that works. */
async function standing(
  bin: string,
  way: Way,
  test: (on: Standing) => Promise<string>,
): Promise<string> {
  await using bench = new Bench();
  const node = await CoreNode.open({ bench, bin });
  await node.mine(1);
  const stand = await Stand.on(bench, { setting: settingOf(node, way) });
  try {
    await stand.works(node);
    return await test({ node, stand });
  } finally {
    stand.close();
  }
}
