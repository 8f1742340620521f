import { difficultyOfTarget } from "../../pow/target.ts";
import { escapeText } from "../../telemetry/escape.ts";
import { formatSi } from "../../telemetry/si.ts";
import type { Miner } from "./miner.ts";

/** How a miner is doing, as of now. */
export interface MineStatus {
  /** Server in use, `host:port`. */
  readonly upstream: string | undefined;
  /** h/s, measured by the devices over the last seconds. */
  readonly hashRate: number;
  readonly devices: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Sent, not answered. */
  readonly pending: number;
  readonly stale: number;
  readonly hardwareErrors: number;
  readonly blocks: number;
  /** Of the hardest share yet; 0 before the first. */
  readonly best: number;
  /** What a share must be worth now, on the hardest channel. */
  readonly difficulty: number | undefined;
  /** Why shares were rejected, and how often, most frequent first. Text is the servers' own. */
  readonly reasons: readonly (readonly [reason: string, count: number])[];
  /** Milliseconds that the last answered share waited. */
  readonly latencyMs: number | undefined;
  /** °C at the hottest place. */
  readonly celsius: number | undefined;
}

/**
 * Sums up a miner for whoever looks on. Absent is what nobody knows, such as the latency before a
 * share.
 */
export function statusOf({ peer, rigs, seats, tally, latencyMs }: Miner): MineStatus {
  const telemetry = Array.from(rigs, ({ device }) => device.telemetry());
  const temperatures = telemetry.flatMap((t) => t.temperatures.map(({ celsius }) => celsius));
  const difficulties = seats.flatMap(({ channel }) => channel?.current ?? [])
    .map(({ target }) => difficultyOfTarget(target));
  return {
    upstream: peer?.address,
    hashRate: telemetry.reduce((sum, { hashRate }) => sum + hashRate, 0),
    devices: rigs.size,
    accepted: tally.accepted,
    rejected: tally.rejected,
    pending: tally.pending,
    stale: tally.stale,
    hardwareErrors: tally.hardwareErrors,
    blocks: tally.blocks,
    best: tally.best,
    difficulty: difficulties.length === 0 ? undefined : Math.max(...difficulties),
    reasons: [...tally.reasons].sort(([, a], [, b]) => b - a),
    latencyMs,
    celsius: temperatures.length === 0 ? undefined : Math.max(...temperatures),
  };
}

/** The status in one line, for a person. */
export function statusLine(status: MineStatus): string {
  const { upstream, difficulty, best, blocks, celsius, devices } = status;
  return [
    formatSi(status.hashRate, "H/s"),
    ...(devices === 1 ? [] : [`${devices} devices`]),
    sharesOf(status),
    ...(difficulty === undefined ? [] : [`difficulty ${formatSi(difficulty)}`]),
    ...(best === 0 ? [] : [`best ${formatSi(best)}`]),
    `${blocks} ${blocks === 1 ? "block" : "blocks"}`,
    ...(celsius === undefined ? [] : [`${Math.round(celsius)} °C`]),
    upstream ?? "no upstream",
  ].join(" | ");
}

function sharesOf(status: MineStatus): string {
  const { accepted, rejected, pending, stale, hardwareErrors } = status;
  const [worst] = status.reasons;
  const why = worst === undefined ? "" : ` (${escapeText(worst[0], 40)})`;
  return [
    `${accepted} accepted`,
    ...(rejected === 0 ? [] : [`${rejected} rejected${why}`]),
    ...(stale === 0 ? [] : [`${stale} stale`]),
    ...(hardwareErrors === 0 ? [] : [`${hardwareErrors} hardware errors`]),
    ...(pending === 0 ? [] : [`${pending} pending`]),
  ].join(", ");
}
