import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import { COINS, sendPayments } from "../support/payments.ts";
import { freePort, reachable } from "../support/process.ts";
import { Purse } from "../support/purse.ts";
import type { Row } from "../support/row.ts";
import { poolOnCore, sriDeclarator } from "../support/sri.ts";
import { Tap } from "../support/tap.ts";
import { lintText } from "./tapped.ts";

/** All four connections of SRI's job declarator client. */
export const tappedDeclarator: Row = {
  pairing:
    "SRI mining_device → inspect proxy → SRI jd_client_sv2 → three more → SRI pool_sv2, its job declarator server, our tp",
  shows: "jobs declared, with transactions that the server has to ask for; every byte decoded",
  async run({ bin }) {
    await using bench = new Bench();
    // The pool's node gets blocks, and no transactions but in them.
    const ours = await CoreNode.open({ bench, bin, name: "miner" });
    const flags = ["-blocksonly=1"];
    const theirs = await CoreNode.open({ bench, bin, name: "pool", flags });
    await theirs.connect(ours);
    const purse = await Purse.fill(ours, COINS);
    const { tp, port: templates } = await bench.tpOn(ours.node);
    const [pool, jds, client] = [freePort(), freePort(), freePort()];
    const config = `${poolOnCore({ port: pool, dataDir: theirs.folder })}
[jds]
listen_address = "127.0.0.1:${jds}"
`;
    const server = bench.start("pool_sv2", `${bin}/pool_sv2`, [
      "-c",
      bench.file("pool.toml", config),
    ], { RUST_LOG: "info" });
    await reachable(pool, server);
    await sendPayments(purse);
    const taps = {
      mining: await Tap.start(bench, { name: "jd_client_sv2_pool_sv2", sv2: pool }),
      declaration: await Tap.start(bench, { name: "jd_client_sv2_jds", sv2: jds }),
      templates: await Tap.start(bench, { name: "jd_client_sv2_tp", sv2: templates }),
      device: await Tap.start(bench, { name: "mining_device_jd_client_sv2", sv2: client }),
    };
    const declarator = bench.start("jd_client_sv2", `${bin}/jd_client_sv2`, [
      "-c",
      bench.file(
        "jdc.toml",
        sriDeclarator({
          port: client,
          templates: taps.templates.port,
          pool: taps.mining.port,
          jds: taps.declaration.port,
        }),
      ),
    ], { RUST_LOG: "info" });
    await reachable(client, declarator);
    const before = await ours.bestBlock();
    const device = bench.device(bin, taps.device.port);
    await ours.newBest(before, 90_000);
    await tp.sees(/"block\.accepted"/, 20_000);
    await device.stop();
    await declarator.stop();
    const seen = {
      mining: await taps.mining.end(),
      declaration: await taps.declaration.end(),
      templates: await taps.templates.end(),
      device: await taps.device.end(),
    };
    seen.mining.expect("OpenExtendedMiningChannel.Success", "SetCustomMiningJob.Success");
    seen.declaration.expect(
      "AllocateMiningJobToken.Success",
      "DeclareMiningJob.Success",
      "ProvideMissingTransactions.Success",
      "PushSolution",
    );
    seen.templates.expect("RequestTransactionData.Success", "SubmitSolution");
    seen.device.expect("NewMiningJob");
    const broken = Object.values(seen).flatMap((each) => each.broken);
    const byOurs = seen.templates.broken.filter((each) => /MUST.*server/.test(each));
    if (byOurs.length > 0) throw new Error(`our tp broke ${byOurs.join(", ")}`);
    const messages = Object.values(seen).reduce((sum, { frames }) => sum + frames.length, 0);
    return `${seen.declaration.count("DeclareMiningJob")} jobs declared, ` +
      `${seen.declaration.count("ProvideMissingTransactions")} with transactions to be provided, ` +
      `${
        seen.mining.count("SetCustomMiningJob.Success")
      } custom jobs; ${messages} messages decoded; ` +
      lintText(broken);
  },
};
