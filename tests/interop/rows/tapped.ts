import { Bench } from "../support/headframe.ts";
import { MiningClient } from "../support/mining_client.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sriPool } from "../support/sri.ts";
import { Tap } from "../support/tap.ts";

/** What SRI's programs say to one another, and to us, seen from in between. */
export const tapped: readonly Row[] = [
  {
    pairing: "SRI mining_device → inspect proxy → SRI pool_sv2 → inspect proxy → our tp",
    shows: "every byte decoded, also from the recordings; a share refused, a block accepted",
    async run({ bin }) {
      await using bench = new Bench();
      const { tp, port: templates } = await bench.tp(8);
      const below = await Tap.start(bench, { name: "pool_sv2_tp", sv2: templates });
      const port = freePort();
      const config = bench.file("pool.toml", sriPool({ port, templates: below.port }));
      const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, ["-c", config], { RUST_LOG: "info" });
      await pool.sees(/ready to accept connections/, 60_000);
      const above = await Tap.start(bench, { name: "mining_device_pool_sv2", sv2: port });
      // Before anyone hashes: its pool ends as a whole if someone connects while a block comes in.
      const refused = await refusedShare(above.port);
      const device = bench.device(bin, above.port);
      await device.sees(/Received SubmitSharesSuccess/, 60_000);
      await pool.sees(/Block Found/, 150_000);
      await tp.sees(/"block\.accepted"/, 20_000);
      await device.seesTimes(
        /Received SubmitSharesSuccess/g,
        device.count(/Received SubmitSharesSuccess/g) + 1,
        60_000,
      );
      await device.stop();
      const mining = await above.end();
      await pool.stop();
      const distribution = await below.end();
      mining.expect(
        "OpenStandardMiningChannel.Success",
        "NewMiningJob",
        "SetNewPrevHash",
        "SubmitShares.Success",
        "SubmitShares.Error",
      );
      distribution.expect("CoinbaseOutputConstraints", "NewTemplate", "SubmitSolution");
      const ours = distribution.broken.filter((broken) => /MUST.*server/.test(broken));
      if (ours.length > 0) throw new Error(`our tp broke ${ours.join(", ")}`);
      return `${mining.count("SubmitShares.Success")} acknowledgements, one share refused ` +
        `(${refused}), ${distribution.count("SubmitSolution")} blocks; ` +
        `${mining.frames.length + distribution.frames.length} messages decoded; ` +
        lintText([...mining.broken, ...distribution.broken]);
    },
  },
];

/** Submits what is no share. @returns What the pool calls it. */
async function refusedShare(port: number): Promise<string> {
  const client = await MiningClient.connect(port);
  const job = await client.anyJob();
  const word = await client.share(job);
  client.close();
  if (word === "accepted") throw new Error("a share of no worth was accepted");
  return word;
}

/** For a result: which rules were broken, by whom. */
export function lintText(broken: readonly string[]): string {
  return broken.length === 0 ? "no rule broken" : `lint: ${broken.join(", ")}`;
}
