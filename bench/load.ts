/**
 * A load on a pool that somebody else started, ours or another: many miners that hash nothing.
 *
 * ```sh
 * deno run -A bench/load.ts --address 127.0.0.1:3333 --key KEY --pid PID --connections 100 --seconds 10
 * ```
 *
 * `--mode shares` (the default) keeps a window of shares under way on each connection, or, with
 * `--rate`, sends so many a second in all. `--mode idle` opens connections and looks at memory and, with
 * `--blocks`, at how long a new block takes to reach all of them: the chain must be one on which a share
 * is a block every few tries. `--mode handshakes` opens and closes.
 *
 * Prints one line of JSON. Processor time and memory are those of the process `--pid`, from the kernel.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { denoClock } from "../lib/host/deno.ts";
import type { Role } from "../lib/session/role.ts";
import type { Log } from "../lib/telemetry/log.ts";
import { Arrivals } from "./arrivals.ts";
import { Caller } from "./callers.ts";
import { Miners } from "./miners.ts";
import { processorSeconds, residentBytes } from "./process_figures.ts";

const { values: args } = parseArgs({
  options: {
    address: { type: "string", default: "127.0.0.1:3333" },
    key: { type: "string", default: "" },
    pid: { type: "string", default: `${Deno.pid}` },
    mode: { type: "string", default: "shares" },
    kind: { type: "string", default: "extended" },
    connections: { type: "string", default: "100" },
    window: { type: "string", default: "32" },
    rate: { type: "string", default: "0" },
    warmup: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    blocks: { type: "string", default: "0" },
  },
});

/** Handshakes, or openings of channels, under way at a time. */
const PARALLEL = 16;
/** Milliseconds after which something that should happen never will. */
const PATIENCE = 60_000;

const { pid: _, key, kind, address, mode } = args;
const pid = Number(args.pid);
const connections = Number(args.connections);
const standard = kind === "standard";
const rate = Number(args.rate);
const colon = address.lastIndexOf(":");
const to = { hostname: address.slice(0, colon), port: Number(address.slice(colon + 1)) };

const log: Log = {
  debug() {},
  info() {},
  warn: say,
  error: say,
  with: () => log,
};
const miners = new Miners({
  standard,
  window: mode === "shares" && rate === 0 ? Number(args.window) : 0,
  say,
});
const arrivals = new Arrivals();
const caller = new Caller({
  to,
  key,
  standard,
  role: miners,
  log,
  ...(mode === "idle" && { wrap: arrivals.wrap }),
});

switch (mode) {
  case "shares":
    print(await shares());
    break;
  case "idle":
    print(await idle());
    break;
  case "handshakes":
    print(await handshakes());
    break;
  default:
    throw new TypeError(`Cannot do --mode ${mode}: shares, idle or handshakes`);
}
Deno.exit(0);

async function shares(): Promise<Record<string, unknown>> {
  await openAll(caller, connections);
  const pacing = rate > 0 ? pace() : undefined;
  await denoClock.sleep(Number(args.warmup) * 1_000);
  miners.latencies.clear();
  const before = figures();
  await denoClock.sleep(Number(args.seconds) * 1_000);
  const { accepted, processor, tool, now } = since(before);
  pacing?.abort();
  return {
    kind,
    connections: miners.open,
    ...(rate > 0 ? { rate } : { window: Number(args.window) }),
    seconds: now / 1_000,
    accepted,
    perSecond: accepted / now * 1_000,
    perProcessorSecond: accepted / processor,
    processors: processor / now * 1_000,
    toolProcessors: tool / now * 1_000,
    ...miners.latencies.percentiles,
    rejected: Object.fromEntries(miners.rejected),
    lost: miners.lost,
  };
}

/** Sends shares evenly, one connection after the other. */
function pace(): AbortController {
  const stopping = new AbortController();
  void (async () => {
    const begin = denoClock.now();
    let sent = 0;
    while (!stopping.signal.aborted && miners.all.size > 0) {
      for (const miner of miners.all.values()) {
        while (sent >= (denoClock.now() - begin) * rate / 1_000) await denoClock.sleep(1);
        sent++;
        if (miner.submit()) miners.latencies.sent(miner, miner.sequence);
      }
    }
  })();
  return stopping;
}

async function idle(): Promise<Record<string, unknown>> {
  const fresh = residentBytes(pid);
  await openAll(caller, connections);
  await denoClock.sleep(Number(args.warmup) * 1_000);
  const opened = residentBytes(pid);
  const blocks = Number(args.blocks);
  const spreads = blocks > 0 ? await spread(blocks) : undefined;
  return {
    kind,
    connections: miners.open,
    freshMiB: fresh / 2 ** 20,
    perConnectionKiB: (opened - fresh) / 1_024 / connections,
    perConnectionAfterBlocksKiB: (residentBytes(pid) - fresh) / 1_024 / connections,
    ...spreads,
    lost: miners.lost,
  };
}

/** Finds blocks on a connection of its own, and looks at when the others hear of each. */
async function spread(blocks: number): Promise<Record<string, unknown>> {
  const finding = new Miners({ standard, window: 0, say });
  await openAll(new Caller({ to, key, standard, role: finding, log }), 1, finding);
  const [finder] = finding.all.values();
  if (finder === undefined) throw new Error("the connection that finds blocks was lost");
  const halves: number[] = [];
  const lasts: number[] = [];
  const processor: number[] = [];
  let missed = 0;
  for (let i = 0; i < blocks; i++) {
    await denoClock.sleep(1_000);
    const before = processorSeconds(pid);
    const { tips } = finder;
    arrivals.watch();
    for (const deadline = denoClock.now() + PATIENCE; finder.tips === tips;) {
      if (denoClock.now() > deadline) throw new Error("no share was a block: is the chain so?");
      finder.submit();
      await denoClock.sleep(50);
    }
    await denoClock.sleep(1_000);
    const { times } = arrivals;
    const [first = NaN] = times;
    halves.push((times[times.length >> 1] ?? NaN) - first);
    lasts.push((times.at(-1) ?? NaN) - first);
    missed += connections - times.length;
    arrivals.release();
    processor.push(processorSeconds(pid) - before);
  }
  return {
    blocks,
    halfMs: median(halves),
    lastMs: median(lasts),
    processorMs: median(processor) * 1_000,
    missed,
  };
}

async function handshakes(): Promise<Record<string, unknown>> {
  await greetAll(connections >> 2);
  const before = figures();
  await greetAll(connections);
  const { processor, tool, now } = since(before);
  return {
    handshakes: connections,
    perSecond: connections / now * 1_000,
    perProcessorSecond: connections / processor,
    processors: processor / now * 1_000,
    toolProcessors: tool / now * 1_000,
  };
}

/** Sets up so many connections, and closes each when it is. */
async function greetAll(count: number): Promise<void> {
  let left = count;
  const role: Role = {
    connected: (peer) => peer.close("done"),
    received() {},
    settled() {},
    disconnected() {},
  };
  const greeting = new Caller({ to, key, standard, role, log });
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    while (left-- > 0) await (await greeting.call()).done;
  }));
}

/** Opens so many connections with a channel each. */
async function openAll(by: Caller, count: number, role: Miners = miners): Promise<void> {
  for (let i = 0; i < count; i++) {
    await by.call();
    await waitFor(() => role.open > i - PARALLEL, "a channel");
  }
  await waitFor(() => role.open === count, "channels");
}

async function waitFor(isSo: () => boolean, what: string): Promise<void> {
  for (const deadline = denoClock.now() + PATIENCE; !isSo();) {
    if (denoClock.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await denoClock.sleep(1);
  }
}

interface Figures {
  readonly accepted: number;
  /** Seconds of the process that is looked at, and of this one. */
  readonly processor: number;
  readonly tool: number;
  readonly now: number;
}

function figures(): Figures {
  return {
    accepted: miners.accepted,
    processor: processorSeconds(pid),
    tool: processorSeconds(Deno.pid),
    now: denoClock.now(),
  };
}

function since(before: Figures): Figures {
  const after = figures();
  return {
    accepted: after.accepted - before.accepted,
    processor: after.processor - before.processor,
    tool: after.tool - before.tool,
    now: after.now - before.now,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function say(event: string, details: unknown): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${event} ${JSON.stringify(details)}\n`));
}

function print(report: Record<string, unknown>): void {
  const rounded = Object.entries(report).map(([name, value]) =>
    [name, typeof value === "number" ? Number(value.toPrecision(4)) : value] as const
  );
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${JSON.stringify(Object.fromEntries(rounded))}\n`),
  );
}
