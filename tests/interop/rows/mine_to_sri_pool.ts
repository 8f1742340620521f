import { Bench, PUBLIC_KEY, REWARD, SECRET_KEY } from "../support/headframe.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";

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
      await using mine = bench.run([
        "mine",
        `stratum2+tcp://127.0.0.1:${port}/${PUBLIC_KEY}`,
        "--channel",
        kind,
        ...more,
        "--threads",
        "1",
        "--status-seconds",
        "2",
      ]);
      await mine.sees(/[1-9]\d* accepted/, 90_000);
      await pool.seesTimes(/Block Found/g, found + 1, 150_000);
      await tp.seesTimes(/"block\.accepted"/g, accepted + 1, 20_000);
      const status = [...mine.output().matchAll(/\d+ accepted[^|]*/g)].at(-1)?.[0].trim();
      results.push(`${[kind, ...more].join(" ")}: ${status}`);
    }
    return `${results.join(", ")}, ${tp.count(/"block\.accepted"/g)} blocks`;
  },
};

/** SRI's pool on our template provider, as its own example writes it. */
export function sriPool(
  { port, templates, validSeconds = 3600 }: {
    port: number;
    templates: number;
    validSeconds?: number;
  },
): string {
  return `listen_address = "127.0.0.1:${port}"
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
cert_validity_sec = ${validSeconds}
coinbase_reward_script = "${REWARD}"
server_id = 1
pool_signature = "SRI pool"
shares_per_minute = 60.0
share_batch_size = 1

[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`;
}
