import { Bench } from "../support/headframe.ts";
import { freePort, reachable } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sv1Miner, translatorConfig } from "../support/translator.ts";

/** An Sv1 miner behind SRI's translator, on our pool. */
export const sv1ThroughTranslator: readonly Row[] = [false, true].map((aggregate) => ({
  pairing: `Sv1 stratum-client → SRI translator_sv2 (${
    aggregate ? "aggregated" : "not aggregated"
  }) → our pool`,
  shows: "channel open, shares accepted, SetTarget survived, 0x0002 negotiated, worker name seen",
  async run({ bin }) {
    await using bench = new Bench();
    const { port: templates } = await bench.tp(20);
    const { pool, port } = await bench.pool(templates, "supported_extensions = [2]");
    const listen = freePort();
    const translator = bench.start("translator_sv2", `${bin}/translator_sv2`, [
      "-c",
      bench.file("translator.toml", translatorConfig({ listen, port, aggregate })),
    ], { RUST_LOG: "info" });
    // Its Sv1 port opens when its upstream is up.
    await pool.sees(/"extensions\.negotiated"/, 60_000);
    const miners = [];
    for (const worker of ["account.alpha", "account.beta"]) {
      await reachable(listen, translator);
      miners.push(sv1Miner(bench, listen, worker));
    }
    for (const miner of miners) {
      await miner.sees(/authorized/, 60_000);
      await miner.sees(/accepted 3/, 120_000);
    }
    // The pool moves the target, the translator moves the difficulty, and shares go on.
    await pool.sees(/"channel\.retargeted"/, 120_000);
    for (const miner of miners) {
      await miner.seesTimes(/accepted/g, miner.count(/accepted/g) + 3, 120_000);
    }
    if (translator.output().includes("panicked")) throw new Error("the translator panicked");
    await translator.stop();
    const channels = aggregate ? 1 : 2;
    await pool.seesTimes(/"channel\.closed"/g, channels);
    const closed = [
      ...pool.output().matchAll(/"channel\.closed".*"accepted":(\d+),"rejected":(\d+).*/g),
    ];
    const accepted = closed.map(([, shares]) => Number(shares));
    const rejected = closed.reduce((sum, [, , shares]) => sum + Number(shares), 0);
    if (closed.length !== channels) throw new Error(`${closed.length} channels were opened`);
    if (accepted.some((shares) => shares < 3)) throw new Error(`accepted only ${accepted}`);
    await pool.sees(/"worker\.gone".*"worker":"beta"/);
    const workers = new Set(
      [...pool.output().matchAll(/"worker\.gone".*"worker":"([^"]*)"/g)].map(([, w]) => w),
    );
    return `${channels} channels, ${
      accepted.join(" and ")
    } shares accepted, ${rejected} rejected, ` +
      `${pool.count(/"channel\.retargeted"/g)} new targets, workers ${[...workers].join(", ")}`;
  },
}));
