/**
 * `deno task bench`: measures ours beside others', in the same run, and writes the comparisons into
 * docs/performance.md. Builds the other programs first if need be.
 *
 *   deno task bench            everything; half an hour
 *   deno task bench --quick    short runs; prints, and leaves the page as it is
 *   deno task bench --micro    only what runs in one thread and needs no other program; prints
 *   deno task bench --captures only how captures are read; prints
 *
 * Exits with 0 whatever the figures are, with 1 if something could not be measured.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { captureRows } from "../bench/captures.ts";
import { machineLine } from "../bench/machine.ts";
import { microRows, runBenches, scanRate } from "../bench/micro.ts";
import { nativeScanRate } from "../bench/native_scan.ts";
import { connectionRows, type PoolBenchOptions, shareRows } from "../bench/pools.ts";
import { type Row, tableOf, withFigures } from "../bench/table.ts";
import { type TipBenchOptions, tipRows } from "../bench/tips.ts";
import { ensurePeers } from "../tests/interop/peers.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

const FULL = { runs: 3, seconds: 8, idleConnections: 1_000, handshakes: 1_000 };
const QUICK = { runs: 1, seconds: 3, idleConnections: 1_000, handshakes: 200 };
const FULL_TIPS = { blocks: 100, transactions: 5_000 };
const QUICK_TIPS = { blocks: 20, transactions: 500 };

const FULL_CAPTURE = 2 ** 30;
const QUICK_CAPTURE = 2 ** 27;

const { values: { quick, micro, captures } } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    micro: { type: "boolean", default: false },
    captures: { type: "boolean", default: false },
  },
});

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const heading = `${new Date().toISOString().slice(0, 10)}. ${machineLine()}.`;
  say(heading);
  const faults: string[] = [];
  const attempt = async (what: string, measure: () => Promise<Row[]>): Promise<Row[]> => {
    say(`measuring ${what}`);
    try {
      return await measure();
    } catch (error) {
      faults.push(`${what}: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  };

  const tables: string[] = [];
  let ourRate = NaN;
  if (!captures) {
    const rows = await attempt("what runs in one thread", async () => {
      const times = await runBenches();
      ourRate = scanRate(times);
      return microRows(times);
    });
    tables.push(tableOf(rows));
  }
  if (!micro && !captures) {
    const { bin } = await ensurePeers(say);
    const options: PoolBenchOptions = { ...(quick ? QUICK : FULL), bin, say };
    const native = await attempt("a native scan", async () => [{
      what: "header scan, one thread",
      unit: "MH/s",
      ours: ourRate,
      theirs: await nativeScanRate(bin),
      than: "SRI's mining_device 0.6.0, native",
      better: "more",
    }]);
    const shares = await attempt("shares", () => shareRows(options));
    const connections = await attempt("connections", () => connectionRows(options));
    tables.push(tableOf([...native, ...shares, ...connections]));
    const tips: TipBenchOptions = { ...(quick ? QUICK_TIPS : FULL_TIPS), bin, say };
    tables.push(tableOf(await attempt("new tips of Bitcoin Core's", () => tipRows(tips))));
  }
  if (!micro) {
    const options = { size: quick ? QUICK_CAPTURE : FULL_CAPTURE, say };
    tables.push(tableOf(await attempt("captures", () => captureRows(options))));
  }

  const figures = [heading, ...tables].join("\n\n");
  say(`\n${figures}\n`);
  for (const fault of faults) say(`could not be measured: ${fault}`);
  if (faults.length > 0) return 1;
  if (!quick && !micro && !captures) {
    await Deno.writeTextFile(PAGE, withFigures(await Deno.readTextFile(PAGE), figures));
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PAGE.pathname] }).output();
  }
  return 0;
}

Deno.exit(await main());
