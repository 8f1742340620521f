/**
 * Our pool and SRI's under the same load, on templates of the same provider, one after the other in turn.
 *
 * @module
 */

import { Bench, PUBLIC_KEY, REWARD, SECRET_KEY } from "../tests/interop/support/headframe.ts";
import { freePort, reachable, type Started } from "../tests/interop/support/process.ts";
import { startRole } from "./roles.ts";
import type { Row } from "./table.ts";

export interface PoolBenchOptions {
  /** Where SRI's programs are. */
  readonly bin: string;
  /** Runs of each measurement, of which the median counts. */
  readonly runs: number;
  /** Of a run. */
  readonly seconds: number;
  readonly idleConnections: number;
  readonly handshakes: number;
  readonly say: (line: string) => void;
}

const SRI = "SRI's pool_sv2 0.7.0";
const WARMUP = 2;
const BLOCKS = 5;
const LOAD = new URL("load.ts", import.meta.url).pathname;

interface Pool {
  readonly port: number;
  readonly process: Started;
}

interface Pair {
  readonly ours: Pool;
  readonly sri: Pool;
}

/** What bench/load.ts prints, of one run. */
type Report = Readonly<Record<string, unknown>>;

/** Shares as fast as they go, and shares at a pace. No share is a block: the chain's target is hard. */
export async function shareRows(options: PoolBenchOptions): Promise<Row[]> {
  await using bench = new Bench();
  const pair = await startPair(bench, options.bin, { blockTime: 3600, transactions: 2 });
  const timing = ["--warmup", `${WARMUP}`, "--seconds", `${options.seconds}`];
  const rows: Row[] = [];
  for (const { what, args } of LOADS) {
    const { ours, theirs } = await measure(pair, options, [...args, ...timing]);
    for (const report of [...ours, ...theirs]) assertWhole(report);
    const perSecond = `${thousands(ours, "perSecond")} / ${thousands(theirs, "perSecond")}`;
    options.say(`${what}: ${perSecond} shares a second, ours / SRI's`);
    rows.push({
      what: `accepted shares per pool processor second: ${what}`,
      unit: "/s",
      ours: median(ours, "perProcessorSecond"),
      theirs: median(theirs, "perProcessorSecond"),
      than: SRI,
      better: "more",
      ...(what.includes("window 32") && { goal: 0.5 }),
    });
    if (!args.includes("--rate")) continue;
    for (const [key, name] of [["p50", "half"], ["p99", "99 of 100"]] as const) {
      rows.push({
        what: `${what}: ${name} acknowledged within`,
        unit: "ms",
        ours: median(ours, key),
        theirs: median(theirs, key),
        than: SRI,
        better: "less",
      });
    }
  }
  return rows;
}

const LOADS = [
  { what: "extended, window 32", args: ["--kind", "extended", "--window", "32"] },
  { what: "standard, window 32", args: ["--kind", "standard", "--window", "32"] },
  { what: "extended, one at a time", args: ["--kind", "extended", "--window", "1"] },
  { what: "extended, 1,000 a second in all", args: ["--kind", "extended", "--rate", "1000"] },
];

/** Connections that do nothing, a new block for all of them, and handshakes. */
export async function connectionRows(options: PoolBenchOptions): Promise<Row[]> {
  const { runs, idleConnections, handshakes } = options;
  const idle = { ours: [] as Report[], theirs: [] as Report[] };
  const greeted = { ours: [] as Report[], theirs: [] as Report[] };
  for (let run = 0; run < runs; run++) {
    // Memory is that of processes which have done nothing before.
    await using bench = new Bench();
    const pair = await startPair(bench, options.bin, { blockTime: 0, transactions: 0 });
    const once = { ...options, runs: 1 };
    for (
      const [into, args] of [
        [idle, ["--mode", "idle", "--connections", `${idleConnections}`, "--blocks", `${BLOCKS}`]],
        [greeted, ["--mode", "handshakes", "--connections", `${handshakes}`]],
      ] as const
    ) {
      const { ours, theirs } = await measure(pair, once, args);
      into.ours.push(...ours);
      into.theirs.push(...theirs);
    }
  }
  const row = (
    from: typeof idle,
    key: string,
    rest: Pick<Row, "what" | "unit" | "better" | "limit">,
  ): Row => ({
    ours: median(from.ours, key),
    theirs: median(from.theirs, key),
    than: SRI,
    ...rest,
    ...(rest.limit === undefined ? {} : { limit: rest.limit }),
  });
  const count = idleConnections.toLocaleString("en-US");
  return [
    row(greeted, "perProcessorSecond", {
      what: "handshakes and set-ups per pool processor second",
      unit: "/s",
      better: "more",
    }),
    row(idle, "perConnectionKiB", {
      what: `resident memory of an idle connection with a channel, of ${count}`,
      unit: "KiB",
      better: "less",
      limit: 64,
    }),
    row(idle, "perConnectionAfterBlocksKiB", {
      what: `the same after ${BLOCKS} blocks`,
      unit: "KiB",
      better: "less",
    }),
    row(idle, "lastMs", {
      what: `a new block's jobs to ${count} connections, from the first to the last`,
      unit: "ms",
      better: "less",
    }),
    row(idle, "processorMs", {
      what: "the same, the pool's processor time",
      unit: "ms",
      better: "less",
    }),
  ];
}

/** Runs the load tool on both pools in turn. */
async function measure(
  { ours, sri }: Pair,
  { runs, say }: PoolBenchOptions,
  args: readonly string[],
): Promise<{ readonly ours: Report[]; readonly theirs: Report[] }> {
  const reports = { ours: [] as Report[], theirs: [] as Report[] };
  for (let run = 0; run < runs; run++) {
    for (const [pool, into] of [[ours, reports.ours], [sri, reports.theirs]] as const) {
      const report = await load(pool, args);
      say(`  ${pool === ours ? "ours" : "SRI's"} ${args.join(" ")}: ${JSON.stringify(report)}`);
      into.push(report);
    }
  }
  return reports;
}

async function load({ port, process }: Pool, args: readonly string[]): Promise<Report> {
  const to = ["--address", `127.0.0.1:${port}`, "--key", PUBLIC_KEY, "--pid", `${process.pid}`];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", LOAD, ...to, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  if (code !== 0) throw new Error(`bench/load.ts failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Both pools on one template provider, with the same settings but for their names. */
async function startPair(
  bench: Bench,
  bin: string,
  { blockTime, transactions }: { readonly blockTime: number; readonly transactions: number },
): Promise<Pair> {
  const templates = freePort();
  const tp = startRole(
    bench,
    "tp",
    `listen_address = "127.0.0.1:${templates}"
authority_secret_key = "${SECRET_KEY}"
network = "regtest"
block_time = ${blockTime}
transactions_per_second = ${transactions}
blocks_dir = "solved"
`,
  );
  await reachable(templates, tp);
  const ports = { ours: freePort(), sri: freePort() };
  const common = `authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
coinbase_reward_script = "${REWARD}"
share_batch_size = 1
`;
  const provider = `
[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`;
  // Every hash is a share in both: ours because no channel may be harder, SRI's because its first look
  // at the pace comes after a minute.
  const ours = startRole(
    bench,
    "pool",
    `listen_address = "127.0.0.1:${ports.ours}"
network = "regtest"
max_difficulty = 1e-12
blocks_dir = "blocks"
${common}${provider}`,
  );
  const sri = bench.start("pool_sv2", `${bin}/pool_sv2`, [
    "-c",
    bench.file(
      "sri.toml",
      `listen_address = "127.0.0.1:${ports.sri}"
cert_validity_sec = 3600
server_id = 1
pool_signature = "SRI"
shares_per_minute = 1000.0
${common}${provider}`,
    ),
  ], { RUST_LOG: "error" });
  await Promise.all([reachable(ports.ours, ours), reachable(ports.sri, sri)]);
  return { ours: { port: ports.ours, process: ours }, sri: { port: ports.sri, process: sri } };
}

/** @throws {Error} If shares were refused or connections lost: the figure would be of something else. */
function assertWhole({ rejected, lost, accepted }: Report): void {
  if (lost !== 0 || accepted === 0 || JSON.stringify(rejected) !== "{}") {
    throw new Error(
      `shares were refused or connections lost: ${JSON.stringify({ rejected, lost })}`,
    );
  }
}

function median(reports: readonly Report[], key: string): number {
  const values = reports.map((report) => Number(report[key])).sort((a, b) => a - b);
  return values[values.length >> 1] ?? NaN;
}

function thousands(reports: readonly Report[], key: string): string {
  return Math.round(median(reports, key)).toLocaleString("en-US");
}
