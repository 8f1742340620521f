import { PeerError, UsageError } from "../errors.ts";
import type { Instant } from "../time.ts";
import { Evidence, type Stretch } from "./evidence.ts";
import {
  difficultyOfTarget,
  isHashRate,
  MAX_TARGET,
  targetForPace,
  workOfTarget,
} from "./target.ts";

/** The operator's side of it. */
export interface VardiffSettings {
  /** Shares that a channel should find, above 0. */
  readonly sharesPerMinute: number;
  /** Never sets a harder target, unless the client cannot use an easier one. Absent: 1. */
  readonly hardest?: bigint;
  /** Never sets an easier target. Absent: every hash meets it. */
  readonly easiest?: bigint;
}

/** What a client says when it opens or updates a channel. All of it is peer-controlled. */
export interface VardiffClaim {
  /** `nominal_hash_rate` in h/s. Believed until shares say otherwise. */
  readonly nominalHashRate: number;
  /** `max_target`: the easiest that the client can use. Above 0. */
  readonly maxTarget: bigint;
}

/**
 * Chooses the target of one channel, so that shares come at the operator's pace.
 *
 * A fresh channel is *probed*: its target is for a share a second, so that two dozen shares tell its
 * hash rate within half a minute, whatever it claimed. Silence divides a rate that was never seen
 * by a thousand at a time; one that was seen, by sixteen, and not below a 256th. Then the channel
 * is *settled*: its target stays until it cannot reasonably explain the shares, judged over all
 * stretches of time at once. So a change by ten shows in seconds, one by a half in minutes, and
 * the noise of six shares a minute next to never.
 *
 * Whoever gets a target from here sends SetTarget *and* a job, at once: by SV2 §5.3.21 a target
 * holds for the jobs that follow it. Shares of older jobs may come in as long as they like: they
 * are judged by their jobs' targets, and count here by the work that is in them.
 *
 * @see SV2 §5.3.2, §5.3.7, §5.3.21
 */
export class Vardiff {
  readonly #settings: Required<VardiffSettings>;
  readonly #paceMs: number;
  #claim: VardiffClaim;
  #target = MAX_TARGET;
  #difficulty = 0;
  /** Mean hashes for a share of the present target. */
  #work = 1;
  #phase: "probing" | "settled" = "probing";
  /** Hashes per second that explain the present target. */
  #believed = 0;
  /** The last rate that shares proved; undefined before. */
  #proven: number | undefined;
  #evidence: Evidence;
  /** When the first share of the present target came in: time before it is the network's. */
  #firstShare: Instant | undefined;
  #lastShare: Instant;
  #sinceFirst = 0;
  /** Shares at which a settled target is looked at again. */
  #review = 0;
  #unseen = 0;
  #looked: Instant;

  /**
   * @throws {PeerError} `invalid-nominal-hashrate`, `max-target-out-of-range`.
   * @throws {UsageError} If the pace is not a positive number.
   */
  constructor(settings: VardiffSettings, claim: VardiffClaim, now: Instant) {
    const { sharesPerMinute, hardest = 1n, easiest = MAX_TARGET } = settings;
    if (!(sharesPerMinute > 0 && sharesPerMinute < Infinity)) {
      throw new UsageError(`Cannot pace a channel at ${sharesPerMinute} shares a minute`);
    }
    refuseImpossible(claim);
    this.#settings = { sharesPerMinute, hardest, easiest };
    this.#paceMs = 60_000 / sharesPerMinute;
    this.#claim = claim;
    this.#evidence = new Evidence(now, 0);
    this.#lastShare = now;
    this.#looked = now;
    this.#probe(claim.nominalHashRate, now);
  }

  /** The target for new jobs. Never easier than `max_target`. */
  get target(): bigint {
    return this.#target;
  }

  /** Hashes per second: as shares proved, or until then as claimed. */
  get hashRate(): number {
    return this.#proven ?? this.#claim.nominalHashRate;
  }

  /** Whether the target rests on shares rather than on a claim. */
  get settled(): boolean {
    return this.#phase === "settled";
  }

  /**
   * A share was accepted. Never call it for one that was not.
   *
   * @param difficulty Of the target that the share's job has.
   * @returns A new target to send, or `undefined` to leave it.
   */
  accepted(difficulty: number, now: Instant): bigint | undefined {
    const worth = Math.min(1, difficulty / this.#difficulty);
    this.#evidence.add(worth, now);
    this.#lastShare = now;
    if (this.#firstShare !== undefined) this.#sinceFirst += worth;
    else if (worth === 1) this.#firstShare = now;
    this.#unseen += 1;
    const enough = this.#unseen >= LOOK_EVERY;
    const soon = this.#phase === "probing" || now - this.#looked >= LOOK_MS;
    return enough && soon ? this.tick(now) : undefined;
  }

  /**
   * Time went by. Call it about once a second.
   *
   * @returns A new target to send, or `undefined` to leave it.
   */
  tick(now: Instant): bigint | undefined {
    const before = this.#target;
    this.#unseen = 0;
    this.#looked = now;
    if (this.#phase === "probing") this.#judgeProbe(now);
    else this.#judgeSettled(now);
    return this.#target === before ? undefined : this.#target;
  }

  /**
   * UpdateChannel came in: shares until now no longer count. Where the last claim was right, the
   * new one is news about a rate that is known already; any other is probed.
   *
   * @returns The target to answer with; may be the same as before.
   * @throws {PeerError} As the constructor. Nothing has changed then.
   */
  update(claim: VardiffClaim, now: Instant): bigint {
    refuseImpossible(claim);
    const before = this.#claim.nominalHashRate;
    const after = claim.nominalHashRate;
    const proven = this.#phase === "settled" ? this.#proven : undefined;
    this.#claim = claim;
    if (proven !== undefined && similar(before, proven)) {
      this.#settle(proven * after / before, now, FIRST_REVIEW);
    } else if (proven !== undefined && similar(after, proven)) {
      this.#settle(proven, now, FIRST_REVIEW);
    } else {
      this.#proven = undefined;
      this.#probe(after, now);
    }
    return this.#target;
  }

  #judgeProbe(now: Instant): void {
    const { shares, ms } = this.#evidence.total(now);
    const patience = ms - GRACE_MS;
    if (this.#firstShare !== undefined && this.#sinceFirst >= PROBE_SHARES) {
      const took = this.#lastShare - this.#firstShare;
      this.#settle(this.#rateOf({ shares: this.#sinceFirst, ms: took }), now, FIRST_REVIEW);
    } else if (shares < 1 && patience >= SILENT_WAITS * this.#waitMs()) {
      this.#probe(this.#rateInSilence(), now);
    } else if (patience >= 2 * PROBE_SHARES * this.#waitMs()) {
      this.#probe(this.#rateOf({ shares: shares + 0.5, ms }), now);
    }
  }

  #judgeSettled(now: Instant): void {
    const waitMs = this.#waitMs();
    const worst = this.#evidence.worstExplained(now, waitMs, ENOUGH);
    if (worst.surprise > ALARM) {
      const rate = this.#rateOf({ ...worst, shares: Math.max(0.5, worst.shares) });
      if (worst.shares >= CERTAIN) this.#settle(rate, now, FIRST_REVIEW);
      else this.#probe(Math.max(rate, this.#believed / SEEN_FLOOR), now);
      return;
    }
    const all = this.#evidence.total(now);
    if (all.shares >= this.#review) this.#settle(this.#rateOf(all), now, 4 * this.#review);
  }

  #rateInSilence(): number {
    return this.#proven === undefined
      ? Math.max(this.#believed / UNSEEN_STEP, this.#claim.nominalHashRate / UNSEEN_FLOOR)
      : Math.max(this.#believed / SEEN_STEP, this.#proven / SEEN_FLOOR);
  }

  /** Asks for shares as fast as they can tell a rate, of a channel believed to have `rate`. */
  #probe(rate: number, now: Instant): void {
    const paceMs = Math.min(this.#paceMs, PROBE_PACE_MS);
    this.#phase = "probing";
    this.#restart(rate, this.#targetFor(rate, paceMs), now);
  }

  #settle(rate: number, now: Instant, review: number): void {
    const target = this.#targetFor(rate, this.#paceMs);
    const ratio = Number(target) / Number(this.#target);
    const material = ratio > MATERIAL || ratio < 1 / MATERIAL || this.#target > this.#limit();
    this.#phase = "settled";
    this.#proven = rate;
    this.#review = Math.min(review, LONGEST_REVIEW);
    this.#restart(rate, material ? target : this.#target, now);
  }

  #restart(rate: number, target: bigint, now: Instant): void {
    this.#believed = rate;
    this.#target = target;
    this.#difficulty = difficultyOfTarget(target);
    this.#work = workOfTarget(target);
    this.#evidence = new Evidence(now, Math.min(BURST_MS, this.#paceMs));
    this.#firstShare = undefined;
    this.#sinceFirst = 0;
    this.#lastShare = now;
  }

  #targetFor(rate: number, paceMs: number): bigint {
    const target = targetForPace(rate, paceMs / 1000, this.#limit());
    const hardest = this.#settings.hardest < this.#limit() ? this.#settings.hardest : this.#limit();
    return target > hardest ? target : hardest;
  }

  #limit(): bigint {
    const { maxTarget } = this.#claim;
    return maxTarget < this.#settings.easiest ? maxTarget : this.#settings.easiest;
  }

  /** Milliseconds between shares if the channel has the rate that it is believed to have. */
  #waitMs(): number {
    return 1000 * this.#work / this.#believed;
  }

  #rateOf({ shares, ms }: Stretch): number {
    return 1000 * this.#work * shares / Math.max(CLOCK_MS, ms);
  }
}

const PROBE_PACE_MS = 1000;
/** Tell a rate to about a fifth. */
const PROBE_SHARES = 24;
/** Fewer do not tell a rate, only that it is another. */
const ENOUGH = 8;
/** Settle without a probe. */
const CERTAIN = 40;
/** Silence of so many waits happens once in fifty times. */
const SILENT_WAITS = 4;
/** For SetTarget and the job to arrive and be worked on. */
const GRACE_MS = 1000;
const UNSEEN_STEP = 2 ** 10;
const UNSEEN_FLOOR = 2 ** 30;
const SEEN_STEP = 2 ** 4;
const SEEN_FLOOR = 2 ** 8;
/** Surprise that moves a settled target. At 6 shares a minute, chance has it about once in days. */
const ALARM = 12;
/** What two dozen shares set is looked at again after so many, then four times as many, and so on. */
const FIRST_REVIEW = 60;
const LONGEST_REVIEW = 960;
/** Targets closer than this are not worth a message. */
const MATERIAL = 1.2;
/** A stalled network delivers what piled up within so long. */
const BURST_MS = 2000;
/** The clock's grain. */
const CLOCK_MS = 1;
/** Between ticks, shares are looked at so many at a time, and when settled not more often than this. */
const LOOK_EVERY = 8;
const LOOK_MS = 250;

function refuseImpossible({ nominalHashRate, maxTarget }: VardiffClaim): void {
  if (!isHashRate(nominalHashRate)) throw new PeerError("invalid-nominal-hashrate", "5.3.2");
  if (maxTarget <= 0n) throw new PeerError("max-target-out-of-range", "5.3.2");
}

/** Whether a claim is as good as claims are: within a factor of four. */
function similar(claimed: number, proven: number): boolean {
  return claimed > 0 && claimed <= 4 * proven && proven <= 4 * claimed;
}
