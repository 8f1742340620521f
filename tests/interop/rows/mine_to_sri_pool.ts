import { Bench } from "../support/headframe.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sriPool } from "../support/sri.ts";

/** Our miner mines on SRI's pool, which lives on our templates. */
export const mineToSriPool: Row = {
  pairing: "our mine → SRI pool_sv2 (Sv2Tp) → our tp",
  shows: "its pool takes our templates, our miner's shares are accepted, a block comes back",
  async run({ bin }) {
    await using bench = new Bench();
    const { tp, port: templates } = await bench.tp(8);
    const port = freePort();
    const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, [
      "-c",
      bench.file("pool.toml", sriPool({ port, templates })),
    ], { RUST_LOG: "info" });
    await pool.sees(/ready to accept connections/, 60_000);
    const results: string[] = [];
    for (
      const [kind, ...more] of [
        ["extended"],
        ["standard"],
        // Its pool repeats outputs in blocks found that way; our template provider saves them.
        ["standard", "--no-require-standard-jobs"],
      ] as const
    ) {
      const found = pool.count(/Block Found/g);
      const accepted = tp.count(/"block\.accepted"/g);
      await using mine = bench.mine(port, ["--channel", kind, ...more]);
      await mine.sees(/[1-9]\d* accepted/, 90_000);
      await pool.seesTimes(/Block Found/g, found + 1, 150_000);
      await tp.seesTimes(/"block\.accepted"/g, accepted + 1, 20_000);
      const status = [...mine.output().matchAll(/\d+ accepted[^|]*/g)].at(-1)?.[0].trim();
      results.push(`${[kind, ...more].join(" ")}: ${status}`);
    }
    return `${results.join(", ")}, ${tp.count(/"block\.accepted"/g)} blocks`;
  },
};
