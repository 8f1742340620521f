import { CaptureEntries } from "../../../lib/inspect/capture_entries.ts";
import { KeyRing } from "../../../lib/inspect/keys/keys.ts";
import { Bench } from "../support/headframe.ts";
import { Decoded, keepCapture, withKeys } from "../support/decoded.ts";
import { freePort } from "../support/process.ts";
import type { Row } from "../support/row.ts";
import { sriPool } from "../support/sri.ts";
import { until } from "../support/until.ts";
import { lintText } from "./tapped.ts";

/** Our roles and SRI's, captured by a program that nobody here wrote, and opened by our key log. */
export const captured: Row = {
  pairing: "our tp and pool ↔ SRI pool_sv2 and mining_device, our mine ↔ SRI pool_sv2, by tcpdump",
  shows: "every byte decoded from the file alone with HEADFRAME_KEYLOG; ours break no rule",
  async run({ bin }) {
    await using bench = new Bench();
    const file = `${bench.directory}/lo.pcap`;
    bench.keyLog = `${bench.directory}/session.keys`;
    const ports = [freePort(), freePort(), freePort()] as const;
    const [templates, theirs, own] = ports;
    const tcpdump = bench.start("tcpdump", "tcpdump", [
      ...["-i", "lo", "--immediate-mode", "-U", "-n", "-Z", "root", "-w", file],
      ports.map((port) => `tcp port ${port}`).join(" or "),
    ]);
    await tcpdump.sees(/listening on lo/);
    const tp = bench.startTp({ port: templates, node: "embedded", more: "block_time = 8" });
    await tp.sees(/"tp\.listening"/, 60_000);
    const config = bench.file("pool_sv2.toml", sriPool({ port: theirs, templates }));
    const theirPool = bench.start("pool_sv2", `${bin}/pool_sv2`, ["-c", config], {
      RUST_LOG: "info",
    });
    await theirPool.sees(/ready to accept connections/, 60_000);
    const { pool } = await bench.pool(templates, "", { port: own });
    const device = bench.device(bin, own);
    const mine = bench.mine(theirs);
    await device.sees(/Received SubmitSharesSuccess/, 60_000);
    await mine.sees(/[1-9]\d* accepted/, 90_000);
    await tp.sees(/"block\.accepted"/, 150_000);
    await device.seesTimes(
      /Received SubmitSharesSuccess/g,
      device.count(/Received SubmitSharesSuccess/g) + 1,
      60_000,
    );
    for (const each of [device, mine, pool, theirPool, tp]) await each.stop();
    await until("tcpdump to write the last packets", () => isWhole(file) || undefined);
    await tcpdump.stop();
    const capture = await Deno.readFile(file);
    const keyLog = await Deno.readTextFile(bench.keyLog);
    await keepCapture("ours_and_sri.pcapng", withKeys(capture, keyLog));
    const seen = Decoded.read(capture, keyLog);
    seen.expect(
      "OpenStandardMiningChannel.Success",
      "OpenExtendedMiningChannel.Success",
      "SubmitShares.Success",
      "SubmitSolution",
    );
    const connections = new Set(seen.frames.map(({ connection }) => connection.id));
    if (connections.size < 4) throw new Error(`only ${connections.size} connections`);
    const ours = seen.findings.filter(({ level, by, connection }) =>
      level === "MUST" && isOurs(seen, { by, connection, templates, own, theirs })
    );
    if (ours.length > 0) {
      throw new Error(ours.map(({ id, by, text }) => `${id} by our ${by}: ${text}`).join("\n"));
    }
    return `${connections.size} connections, ${seen.frames.length} messages decoded; ` +
      lintText(seen.broken);
  },
};

/** Whether each connection has its end in the capture. */
function isWhole(file: string): boolean {
  let [open, closed] = [0, 0];
  const entries = new CaptureEntries({
    ring: new KeyRing(),
    deliver(entry) {
      if (entry.kind !== "note") return;
      if (entry.code === "connection-opened") open++;
      if (entry.code === "connection-closed") closed++;
    },
    onBadLine() {},
  });
  entries.push(Deno.readFileSync(file));
  entries.close();
  return open >= 4 && open === closed;
}

interface Side {
  readonly by: "client" | "server";
  /** Its number. */
  readonly connection: number;
  readonly templates: number;
  readonly own: number;
  readonly theirs: number;
}

/** Whether this side of a connection is a program of ours. */
function isOurs({ frames }: Decoded, { by, connection, templates, own, theirs }: Side): boolean {
  const on = frames.filter((frame) => frame.connection.id === connection);
  const port = on[0]?.connection.server.port;
  if (port === templates && by === "client") {
    // Our pool says so.
    return on.some(({ value }) => value?.["vendor"] === "Headframe");
  }
  return by === "server" ? port === templates || port === own : port === theirs;
}
