/**
 * What runs in one thread: the `*_bench.ts` files, each beside what it measures, and the comparisons
 * that are made of their figures.
 *
 * @module
 */

import type { Row } from "./table.ts";

const FILES = [
  "lib/messages/mining_bench.ts",
  "lib/noise/handshake_bench.ts",
  "lib/noise/transport_bench.ts",
  "lib/kernel/shares_bench.ts",
  "lib/kernel/scan_bench.ts",
];

/** Nanoseconds by the name of the bench: of its fastest run, which other programs disturbed least. */
export type Times = ReadonlyMap<string, number>;

interface Report {
  readonly benches: readonly {
    readonly name: string;
    readonly results: readonly { readonly ok?: { readonly min: number } }[];
  }[];
}

/** @throws {Error} If one of them does not run. */
export async function runBenches(): Promise<Times> {
  const root = new URL("..", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bench", "-A", "--no-check", "--json", ...FILES],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (code !== 0) throw new Error(`deno bench failed: ${new TextDecoder().decode(stderr)}`);
  const { benches }: Report = JSON.parse(new TextDecoder().decode(stdout));
  const times = new Map<string, number>();
  for (const { name, results } of benches) {
    if (times.has(name)) throw new Error(`two benches are called "${name}"`);
    const time = results[0]?.ok?.min;
    if (time === undefined) throw new Error(`the bench "${name}" failed`);
    times.set(name, time);
  }
  return times;
}

/** A comparison of two benches, each of which does `times` of what the row is about. */
interface Comparison extends Pick<Row, "what" | "than" | "goal"> {
  /** How the names of the benches begin. */
  readonly ours: string;
  readonly theirs: string;
  readonly times?: number;
}

const COMPARISONS: readonly Comparison[] = [
  {
    what: "encode SubmitSharesExtended",
    ours: "encode a share: derived",
    theirs: "encode a share: by hand",
    than: "written by hand",
  },
  {
    what: "decode SubmitSharesExtended",
    ours: "decode a share: derived",
    theirs: "decode a share: by hand",
    than: "written by hand",
  },
  {
    what: "the same in place, as the pool does",
    ours: "decode a share: in place, as the pool does",
    theirs: "decode a share: JSON of Stratum V1",
    than: "`JSON.parse` of Sv1's `mining.submit`",
  },
  {
    what: "encode NewExtendedMiningJob, 12 levels",
    ours: "encode a job: derived",
    theirs: "encode a job: by hand",
    than: "written by hand",
  },
  {
    what: "decode NewExtendedMiningJob, 12 levels",
    ours: "decode a job: derived",
    theirs: "decode a job: by hand",
    than: "written by hand",
  },
  {
    what: "handshake, server's side",
    ours: "Responder with its ephemeral key",
    theirs: "Responder: @noble/curves, the multiplications alone",
    than: "@noble/curves, its multiplications alone",
  },
  {
    what: "handshake, client's side",
    ours: "Initiator with its ephemeral key",
    theirs: "Initiator: @noble/curves, the multiplications alone",
    than: "@noble/curves, its multiplications alone",
  },
  {
    what: "seal a frame of 30 bytes",
    ours: "seal a 30-byte frame: what is used",
    theirs: "seal a 30-byte frame: node:crypto",
    than: "`node:crypto`",
  },
  {
    what: "the same",
    ours: "seal a 30-byte frame: what is used",
    theirs: "seal a 30-byte frame: @noble/ciphers",
    than: "@noble/ciphers",
  },
  {
    what: "open a frame of 30 bytes, 100 in a chunk",
    ours: "open 100 frames of 30 bytes: what is used",
    theirs: "open 100 frames of 30 bytes: node:crypto",
    than: "`node:crypto`",
    times: 100,
  },
  {
    what: "the same",
    ours: "open 100 frames of 30 bytes: what is used",
    theirs: "open 100 frames of 30 bytes: @noble/ciphers",
    than: "@noble/ciphers",
    times: 100,
  },
  {
    what: "validate a share on 12 levels, alone",
    ours: "32 shares: kernel, one by one",
    theirs: "32 shares: @noble",
    than: "@noble/hashes",
    times: 32,
  },
  {
    what: "the same, four at a time",
    ours: "32 shares: kernel, batches of four",
    theirs: "32 shares: @noble",
    than: "@noble/hashes",
    times: 32,
    goal: 10,
  },
  {
    what: "the same, 32 at a time",
    ours: "32 shares: kernel, one batch",
    theirs: "32 shares: @noble",
    than: "@noble/hashes",
    times: 32,
    goal: 10,
  },
  {
    what: "the same",
    ours: "32 shares: kernel, one batch",
    theirs: "32 shares: node:crypto",
    than: "`node:crypto`",
    times: 32,
  },
  {
    what: "hash a header in a scan, one thread",
    ours: "4,000 headers: kernel",
    theirs: "4,000 headers: @noble",
    than: "@noble/hashes",
    times: 4000,
    goal: 20,
  },
];

export function microRows(times: Times): Row[] {
  return COMPARISONS.map(({ what, ours, theirs, than, times: each = 1, goal }) => ({
    what,
    unit: "µs",
    ours: timeOf(times, ours) / each / 1_000,
    theirs: timeOf(times, theirs) / each / 1_000,
    than,
    better: "less",
    ...(goal !== undefined && { goal }),
  }));
}

/** Million headers a second that a thread of ours scans. */
export function scanRate(times: Times): number {
  return 4_000 / timeOf(times, "4,000 headers: kernel") * 1_000;
}

/** Of the fastest bench whose name begins so: what comes in kinds is used in the kind that is faster. */
function timeOf(times: Times, name: string): number {
  const found = [...times].filter(([each]) => each.startsWith(name)).map(([, time]) => time);
  if (found.length === 0) throw new Error(`no bench is called "${name}"`);
  return Math.min(...found);
}
