import { displayHash } from "../../../lib/bitcoin/header.ts";
import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { lastSaid } from "../support/log_lines.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { settingOf, Stand, WAYS } from "../support/stand.ts";
import { TemplateClient } from "../support/template_client.ts";

const HOUR = 3_600;

/** Nodes that do not know, or do not have yet, what everybody else has. */
export const syncFaults: readonly Row[] = [
  {
    pairing: "fault: Bitcoin Core (IPC) is in initial download",
    shows: "no template before it is over, and what it waits for is said; then templates come",
    async run({ bin }) {
      // Over IPC it makes templates on regtest all the time; a signet's first block is old enough.
      await using bench = new Bench("signet");
      const flags = ["-maxtipage=86400"];
      const node = await CoreNode.open({ bench, bin, chain: "signet", flags });
      const port = freePort();
      const tp = bench.startTp({ port, node: node.node });
      await tp.sees(/"node\.down".*initial block download/, 30_000);
      const told = lastSaid(tp, "node.down");
      await refuses(port);
      const [first] = await node.mine(1);
      await tp.sees(/"tp\.listening"/, 30_000);
      const client = await TemplateClient.connect(port);
      const { prevHash } = await client.task();
      if (displayHash(prevHash.prevHash) !== first) throw new Error(`it is not on ${first}`);
      client.close();
      return told;
    },
  },
  {
    // On test networks it makes templates all the time; and mainnet's download never ends here.
    pairing: "fault: Bitcoin Core (RPC) is alone on mainnet, then in initial download",
    shows: "no template, and why is said each time",
    async run({ bin }) {
      await using bench = new Bench("mainnet");
      const node = await CoreNode.open({ bench, bin, chain: "mainnet" });
      const other = await CoreNode.open({ bench, bin, chain: "mainnet", name: "other" });
      const port = freePort();
      const tp = bench.startTp({ port, node: node.overRpc });
      await tp.sees(/"node\.down".*error -9\b/, 30_000);
      const alone = lastSaid(tp, "node.down");
      await node.connect(other);
      await tp.sees(/"node\.down".*error -10\b/, 30_000);
      await refuses(port);
      return `${alone}, ${lastSaid(tp, "node.down")}`;
    },
  },
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
