import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { lastSaid } from "../support/log_lines.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { settingOf, Stand, type Way } from "../support/stand.ts";
import { TemplateClient } from "../support/template_client.ts";

const WAYS: readonly Way[] = ["IPC", "RPC"];
const HOUR = 3_600;

/** Nodes that do not know, or do not have yet, what everybody else has. */
export const syncFaults: readonly Row[] = [
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) is in initial download`,
    shows: "no template before it is over, and what it waits for is said; then templates come",
    async run({ bin }) {
      await using bench = new Bench();
      const node = await CoreNode.open({ bench, bin });
      const port = freePort();
      const tp = bench.startTp({ port, node: settingOf(node, way) });
      await tp.sees(/initial download/, 30_000);
      const told = lastSaid(tp, "node.down");
      await refuses(port);
      const [first = ""] = await node.mine(1);
      await tp.sees(/"tp\.listening"/, 30_000);
      const client = await TemplateClient.connect(port);
      const { hash, solution } = client.solve(await client.task());
      await client.submit(solution);
      await node.newBest(first);
      if (await node.bestBlock() !== hash) throw new Error(`${hash} is not the best block`);
      client.close();
      return told;
    },
  })),
  ...WAYS.map((way): Row => ({
    pairing: `fault: Bitcoin Core (${way}) has headers whose blocks it lacks, and an old tip`,
    shows: "a warning for each, with what to do, and a word when it is over",
    async run({ bin }) {
      await using bench = new Bench();
      const node = await CoreNode.open({ bench, bin });
      const rival = await CoreNode.open({ bench, bin, name: "rival" });
      // Old enough for the warning, and not for another initial download.
      const hoursAgo = Math.floor(Date.now() / 1000) - 3 * HOUR;
      for (const each of [node, rival]) await each.rpc("setmocktime", hoursAgo);
      const [base = ""] = await rival.mine(1);
      await node.rpc("submitblock", (await rival.block(base)).toHex());
      for (const each of [node, rival]) await each.rpc("setmocktime", 0);
      const stand = await Stand.on(bench, {
        setting: settingOf(node, way),
        more: "stale_tip = 120",
      });
      try {
        const ahead = await rival.mine(3);
        for (const hash of ahead) {
          const header = await rival.rpc<string>("getblockheader", hash, false);
          await node.rpc("submitheader", header);
        }
        await stand.tp.sees(/"node\.stale"/, 30_000);
        await stand.tp.sees(/"node\.behind"/, 30_000);
        for (const hash of ahead) {
          await node.rpc("submitblock", (await rival.block(hash)).toHex());
        }
        await stand.tp.seesTimes(/"node\.well"/g, 2, 30_000);
        await stand.works(node);
        return ["node.stale", "node.behind"].map((event) => lastSaid(stand.tp, event)).join(", ");
      } finally {
        stand.close();
      }
    },
  })),
];

/** @throws {Error} If somebody listens on the port. */
async function refuses(port: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
  connection?.close();
  if (connection !== undefined) throw new Error("it listens, and has no templates");
}
