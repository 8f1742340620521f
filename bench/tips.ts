/**
 * How soon a client knows of a new tip of Bitcoin Core's: through our template provider, over IPC and
 * over RPC, and through SRI's pool, which has its own way over IPC. All of them on one node, one after
 * the other, each with as many blocks.
 *
 * @module
 */

import { CoreNode } from "../tests/interop/support/core_node.ts";
import { Bench, REWARD } from "../tests/interop/support/headframe.ts";
import { Purse } from "../tests/interop/support/purse.ts";
import { sleep } from "../tests/interop/support/until.ts";
import { type Contender, CONTENDERS } from "./contenders.ts";
import { processorSeconds, residentBytes } from "./process_figures.ts";
import type { Row } from "./table.ts";
import { TipWatch } from "./tip_watch.ts";

export interface TipBenchOptions {
  /** Where the peers' programs are. */
  readonly bin: string;
  /** Measured of each contender, in each state of the mempool. */
  readonly blocks: number;
  /** In the node's mempool when it is full; no block takes them out. */
  readonly transactions: number;
  readonly say: (line: string) => void;
}

const SRI = "SRI's pool_sv2 0.7.0 over IPC, at a miner";
/** As it is on mainnet: on regtest Core checks its whole mempool and index with every block otherwise. */
const FLAGS = ["-logtimemicros=1", "-checkmempool=0", "-checkblockindex=0"];
/** Milliseconds between two blocks: all that follows one has happened before the next. */
const PACE_MS = 300;
/** Blocks that nobody measures, while engines get warm. */
const WARMUP = 10;

/** What was measured of a contender. */
interface Figures {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time for a block, of the process that speaks to the node. */
  readonly processorMs: number;
  /** Of that process, when all was done. */
  readonly residentMiB: number;
}

type Name = keyof typeof CONTENDERS;

/** New tips, with an empty mempool and with a full one. */
export async function tipRows(options: TipBenchOptions): Promise<Row[]> {
  const { bin, transactions, say } = options;
  await using bench = new Bench();
  const node = await CoreNode.open({ bench, bin, flags: FLAGS });
  const purse = await Purse.fill(node, Math.ceil(transactions / 2_000) + 1);
  const rows: Row[] = [];
  for (const count of [0, transactions]) {
    if (count > 0) {
      say(`paying ${count} times`);
      await purse.flood(count);
    }
    const mempool = `${count.toLocaleString("en-US")} transactions wait`;
    const figures = await measure(node, options, mempool);
    rows.push(...latencyRows(figures, mempool));
    if (count > 0) rows.push(...costRows(figures, mempool));
  }
  return rows;
}

async function measure(
  node: CoreNode,
  options: TipBenchOptions,
  mempool: string,
): Promise<Readonly<Record<Name, Figures>>> {
  const of = async (name: Name): Promise<Figures> => {
    const figures = await follow(CONTENDERS[name], node, options);
    options.say(`  ${CONTENDERS[name].name}, ${mempool}: ${JSON.stringify(figures)}`);
    return figures;
  };
  return {
    tp: await of("tp"),
    rpc: await of("rpc"),
    pool: await of("pool"),
    both: await of("both"),
    sri: await of("sri"),
  };
}

function latencyRows(figures: Readonly<Record<Name, Figures>>, mempool: string): Row[] {
  return (["tp", "pool", "both", "rpc"] as const).flatMap((name) =>
    ([["p50", "half"], ["p99", "99 of 100"]] as const).map(([key, part]) => ({
      what: `a new tip to SetNewPrevHash, ${CONTENDERS[name].name}, ${mempool}: ${part} within`,
      unit: "ms",
      ours: figures[name][key],
      theirs: figures.sri[key],
      than: SRI,
      better: "less" as const,
      ...((name === "tp" || name === "pool") && { goal: 1 }),
    }))
  );
}

function costRows(figures: Readonly<Record<Name, Figures>>, mempool: string): Row[] {
  return (["tp", "rpc", "pool"] as const).flatMap((name) => [
    {
      what: `processor time of a new tip and its template, ${CONTENDERS[name].name}, ${mempool}`,
      unit: "ms",
      ours: figures[name].processorMs,
      theirs: figures.sri.processorMs,
      than: "SRI's pool_sv2 0.7.0 over IPC, and its one miner's job",
      better: "less" as const,
    },
    {
      what: `resident memory after all that, ${CONTENDERS[name].name}, ${mempool}`,
      unit: "MiB",
      ours: figures[name].residentMiB,
      theirs: figures.sri.residentMiB,
      than: "SRI's pool_sv2 0.7.0 over IPC",
      better: "less" as const,
    },
  ]);
}

/** Mines block after block, without transactions, and sees how long each takes to a client. */
async function follow(
  contender: Contender,
  node: CoreNode,
  { bin, blocks }: TipBenchOptions,
): Promise<Figures> {
  await using bench = new Bench();
  const { port, process } = await contender.start(bench, node, bin);
  const watch = await TipWatch.on(contender.what, port);
  const took: number[] = [];
  let processorBefore = NaN;
  for (let block = 0; block < WARMUP + blocks; block++) {
    await sleep(PACE_MS);
    if (block === WARMUP) processorBefore = processorSeconds(process.pid);
    const offset = clockOffset();
    const { hash } = await node.rpc<{ hash: string }>("generateblock", REWARD, []);
    const arrived = await arrival(watch, hash);
    if (block >= WARMUP) took.push(arrived + offset - await tipTime(node, hash));
  }
  await sleep(PACE_MS);
  const processor = processorSeconds(process.pid) - processorBefore;
  watch.close();
  took.sort((a, b) => a - b);
  const at = (part: number): number => took[Math.ceil(part * took.length) - 1] ?? NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    processorMs: processor * 1_000 / blocks,
    residentMiB: residentBytes(process.pid) / 2 ** 20,
  };
}

async function arrival(watch: TipWatch, hash: string): Promise<number> {
  for (const deadline = Date.now() + 10_000;;) {
    const at = watch.arrivals.get(hash);
    if (at !== undefined) return at;
    if (watch.closed) throw new Error("the server has hung up");
    if (Date.now() > deadline) throw new Error(`no SetNewPrevHash of ${hash} came`);
    await sleep(20);
  }
}

/** Milliseconds of Unix time when the node made the block its tip, by its own log. */
async function tipTime(node: CoreNode, hash: string): Promise<number> {
  const pattern = new RegExp(`(\\S+)\\.(\\d{6})Z UpdateTip: new best=${hash}`);
  const [, second = "", micros = ""] = await node.process.sees(pattern);
  return Date.parse(`${second}Z`) + Number(micros) / 1_000;
}

/** What to add to `performance.now()` to have Unix time, to some microseconds: `Date` knows whole ones. */
function clockOffset(): number {
  const before = Date.now();
  for (;;) {
    const unix = Date.now();
    if (unix !== before) return unix - performance.now();
  }
}
