import { Bench } from "../support/headframe.ts";
import { freePort, reachable } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sriPool } from "../support/sri.ts";
import { Tap } from "../support/tap.ts";
import { sv1Miner, translatorConfig } from "../support/translator.ts";
import { lintText } from "./tapped.ts";

/** Both sides of SRI's translator, in one recording. */
export const tappedTranslator: Row = {
  pairing:
    "Sv1 stratum-client → inspect proxy → SRI translator_sv2 → the same proxy → SRI pool_sv2",
  shows: "every byte of both sides decoded, and each Sv1 share found again as its Sv2 twin",
  async run({ bin }) {
    await using bench = new Bench();
    const { port: templates } = await bench.tp(20);
    const [poolPort, sv1Port] = [freePort(), freePort()];
    const tap = await Tap.start(bench, { name: "translator_sv2", sv2: poolPort, sv1: sv1Port });
    const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, [
      "-c",
      bench.file(
        "pool.toml",
        `supported_extensions = [2]\n${sriPool({ port: poolPort, templates })}`,
      ),
    ], { RUST_LOG: "info" });
    await pool.sees(/ready to accept connections/, 60_000);
    const translator = bench.start("translator_sv2", `${bin}/translator_sv2`, [
      "-c",
      bench.file(
        "translator.toml",
        translatorConfig({ listen: sv1Port, port: tap.port, aggregate: false }),
      ),
    ], { RUST_LOG: "info" });
    // Its Sv1 port opens when its upstream is up.
    await reachable(sv1Port, translator);
    const miner = sv1Miner(bench, tap.port, "account.alpha");
    await miner.sees(/accepted 5/, 120_000);
    await pool.sees(/Block Found/, 150_000);
    await miner.seesTimes(/accepted/g, miner.count(/accepted/g) + 2, 60_000);
    await miner.stop();
    await translator.stop();
    const seen = await tap.end();
    seen.expect(
      "RequestExtensions.Success",
      "OpenExtendedMiningChannel.Success",
      "NewExtendedMiningJob",
      "SubmitSharesExtended",
      "SubmitShares.Success",
    );
    let [submits, twins] = [0, 0];
    for (const { about } of seen.sights) {
      if (about.kind === "submit") submits++;
      // The Sv1 side came first: the twin is known when the share follows.
      if (about.kind === "share" && about.twins[0]?.sureness === "certain") twins++;
    }
    const shares = seen.count("SubmitSharesExtended");
    if (twins !== shares || shares < 7) {
      throw new Error(`${twins} of ${shares} shares have a certain twin among ${submits} lines`);
    }
    return `${seen.lines.length} lines, ${seen.frames.length} messages; ` +
      `all ${shares} Sv2 shares found among ${submits} Sv1 shares; ${lintText(seen.broken)}`;
  },
};
