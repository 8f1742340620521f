import type { Device, FoundNonce, Work } from "../../../drivers/driver.ts";
import { blockHash, decodeHeader, encodeHeader, rolledHeader } from "../../bitcoin/header.ts";
import { difficultyOfTarget, targetForPace, targetFromBytes } from "../../pow/target.ts";
import type { Instant } from "../../time.ts";
import type { MiningChannel } from "./channel.ts";
import type { ActiveJob } from "./job.ts";

/** What the miner needs of a device. */
export type RigDevice = Pick<Device, "info" | "renew" | "telemetry">;

/** Units that a device may still report nonces for. A chip holds 32 jobs at most. */
const MAX_UNITS = 64;
/** Hashes remembered to tell a nonce that is reported twice. */
const MAX_RECENT = 256;
/**
 * Most shares a second that a device is asked for. Its server sets the target, and one that sets it
 * to everything would have us send millions.
 */
const MAX_SHARES_PER_SECOND = 50;

/** A share, hashed again by us. */
export interface Share {
  readonly channel: MiningChannel;
  readonly active: ActiveJob;
  readonly extranonce: Uint8Array;
  readonly found: FoundNonce;
  /** In the header's byte order. */
  readonly hash: Uint8Array;
  /** Of the hash itself, not of the target that it had to meet. */
  readonly difficulty: number;
  readonly isBlock: boolean;
}

/** What a nonce that a device reported is worth: to be sent, or not and why. */
export type Judgement =
  | { readonly verdict: "share"; readonly share: Share }
  | { readonly verdict: "stale" | "duplicate" | "hardware-error"; readonly why: string };

interface Issued {
  readonly work: Work;
  readonly channel: MiningChannel;
  readonly active: ActiveJob;
  readonly extranonce: Uint8Array;
  readonly seconds: number;
}

/** One device at work: what it was given, and whether what it reports is true. */
export class Rig {
  readonly device: RigDevice;
  /** It asked for work when there was none. */
  starving = false;
  readonly #issued = new Map<number, Issued>();
  readonly #recent = new Set<string>();
  #nextWorkId = 1;

  constructor(device: RigDevice) {
    this.device = device;
  }

  /** The next header for the device. Undefined: the job has none left in this second. */
  issue(channel: MiningChannel, active: ActiveJob, now: Instant): Work | undefined {
    const { hashRate, abilities } = this.device.info;
    const unit = active.supply.take(abilities, secondsSince(active.since, now));
    if (unit === undefined) return undefined;
    const pace = targetForPace(hashRate, 1 / MAX_SHARES_PER_SECOND);
    const work: Work = {
      id: this.#nextWorkId,
      header: encodeHeader({
        version: unit.version,
        prevHash: active.prevHash,
        merkleRoot: active.job.merkleRoot(unit.extranonce),
        time: (active.minNtime + unit.seconds) >>> 0,
        nBits: active.nbits,
        nonce: unit.nonces[0],
      }),
      versionMask: unit.versionMask,
      nonces: unit.nonces,
      rollTime: abilities.rollsTime,
      target: active.target < pace ? active.target : pace,
    };
    this.#nextWorkId = (this.#nextWorkId + 1) >>> 0;
    const { extranonce, seconds } = unit;
    this.#issued.set(work.id, { work, channel, active, extranonce, seconds });
    forgetOldest(this.#issued, MAX_UNITS);
    return work;
  }

  /** Checks a report against the work it names, then hashes it. */
  judge(found: FoundNonce, now: Instant): Judgement {
    const issued = this.#issued.get(found.workId);
    if (issued === undefined) return { verdict: "stale", why: "work long gone" };
    const { work, channel, active, extranonce } = issued;
    const fault = this.#fault(found, issued, now);
    if (fault !== undefined) return { verdict: "hardware-error", why: fault };
    const { version, ntime: time, nonce } = found;
    const hash = blockHash(rolledHeader(work.header, { version, time, nonce }));
    const value = targetFromBytes(hash);
    if (value > work.target) return { verdict: "hardware-error", why: "hash above the target" };
    const key = hash.toHex();
    if (this.#recent.has(key)) return { verdict: "duplicate", why: "reported before" };
    this.#recent.add(key);
    forgetOldest(this.#recent, MAX_RECENT);
    if (!channel.isLive(active)) return { verdict: "stale", why: "job is over" };
    return {
      verdict: "share",
      share: {
        channel,
        active,
        extranonce,
        found,
        hash,
        difficulty: difficultyOfTarget(value),
        isBlock: value <= active.networkTarget,
      },
    };
  }

  #fault(found: FoundNonce, { work, active, seconds }: Issued, now: Instant): string | undefined {
    const { version: base } = decodeHeader(work.header);
    const [first, last] = work.nonces;
    const rolled = found.ntime - active.minNtime - seconds;
    const mayRoll = work.rollTime ? secondsSince(active.since, now) - seconds : 0;
    if (((found.version ^ base) & ~work.versionMask) !== 0) return "version bit rolled unasked";
    if (found.nonce < first || found.nonce > last) return "nonce out of range";
    if (rolled < 0 || rolled > mayRoll) return "nTime out of range";
    return undefined;
  }
}

function secondsSince(since: Instant, now: Instant): number {
  return Math.max(0, Math.floor((now - since) / 1_000));
}

function forgetOldest<K>(keys: Map<K, unknown> | Set<K>, limit: number): void {
  const [oldest] = keys.keys();
  if (keys.size > limit && oldest !== undefined) keys.delete(oldest);
}
