import type { Entry } from "../entry.ts";
import type { Request } from "../understand/request.ts";
import type { Share } from "../understand/share.ts";
import type { Sight } from "../understand/sight.ts";
import type { Template } from "../understand/template.ts";
import { rootOf, type Token } from "../understand/token.ts";
import { Memory } from "../understand/memory.ts";
import { type Belongings, belongingsOf } from "./belongs.ts";
import type { Followed } from "./expression.ts";

/** Entries that are held back because it is not known yet whether they belong, and their bytes. */
const MOST_HELD = { count: 4_096, weight: 1 << 24 };
/** Of those, with one reason. */
const MOST_ALIKE = 4;

interface Held {
  /** What will tell. */
  readonly key: Request | Template;
  readonly entry: Entry;
}

/** Where a job is. */
interface Place {
  readonly jobId: number;
  readonly on: number;
  /** Channels and groups. */
  readonly to: readonly number[];
}

/**
 * Picks the entries that belong to one channel, job, share, token or user. Some belong by what comes
 * after them, such as the request that opens a channel whose number only the answer tells; they are
 * held back until then.
 */
export class Follower {
  readonly #followed: Followed;
  readonly #held = new Map<Request | Template, Held[]>();
  readonly #memory: Memory<Held>;
  /** Of the followed job. */
  readonly #templates = new WeakSet<Template>();
  /** Tokens that the followed one came from. */
  readonly #tokens = new WeakSet<Token>();

  constructor(followed: Followed) {
    this.#followed = followed;
    this.#memory = new Memory(MOST_HELD, ({ key }) => void this.#held.delete(key));
  }

  /**
   * Takes the next entry.
   *
   * @param sight Of every entry, right when it was seen.
   * @returns What belongs: earlier entries that turned out to, and the entry if it does, by their
   * numbers.
   */
  push(sight: Sight): Entry[] {
    const belongs = belongingsOf(sight);
    const { request, template } = belongs;
    if (!this.#picks(sight, belongs)) {
      this.#hold(sight, belongs);
      return [];
    }
    const keys = [request, template, belongs.job?.template];
    const earlier = keys.flatMap((key) => this.#release(key));
    return [...earlier, sight.entry].sort((a, b) => a.number - b.number);
  }

  #picks(sight: Sight, belongs: Belongings): boolean {
    const followed = this.#followed;
    switch (followed.kind) {
      case "channel":
        return onConnection(sight, followed) && belongs.channelIds.includes(followed.id);
      case "job":
        return this.#picksJob(sight, belongs);
      case "share":
        return this.#picksShare(sight, belongs);
      case "token":
        return this.#picksToken(belongs, followed.hex);
      case "user":
        return belongs.users.includes(followed.name);
      default:
        return followed satisfies never;
    }
  }

  #picksJob(sight: Sight, { jobId, job, shares, channelIds, template }: Belongings): boolean {
    const places: Place[] = shares.map(placeOf);
    if (jobId !== undefined) places.push({ jobId, on: sight.on.id, to: channelIds });
    // A line of Stratum V1 belongs by its job on the other side.
    else if (job !== undefined) places.push({ jobId: job.id, on: job.to.on.id, to: [job.to.id] });
    if (places.some((place) => this.#isJob(place))) {
      if (job?.template !== undefined) this.#templates.add(job.template);
      return true;
    }
    return template !== undefined && this.#templates.has(template);
  }

  #isJob({ jobId, on, to }: Place): boolean {
    const followed = this.#followed;
    if (followed.kind !== "job" || followed.id !== jobId) return false;
    const { channel, connection } = followed;
    return (connection === undefined || on === connection) &&
      (channel === undefined || to.includes(channel));
  }

  #picksShare(sight: Sight, { shares, channelIds }: Belongings): boolean {
    const followed = this.#followed;
    if (followed.kind !== "share") return false;
    const { id, channel, connection } = followed;
    if (
      shares.some((share) =>
        share.sequence === id && (channel === undefined || share.channel.id === channel) &&
        (connection === undefined || share.channel.on.id === connection)
      )
    ) return true;
    // An answer to a share that was not seen still names it.
    const { about } = sight;
    return about.kind === "rejected" && about.value.sequenceNumber === id &&
      onConnection(sight, followed) && (channel === undefined || channelIds.includes(channel));
  }

  #picksToken({ tokens, token }: Belongings, hex: string): boolean {
    const isIt = tokens.some((text) => text.startsWith(hex)) ||
      (token !== undefined &&
        (rootOf(token).hex.startsWith(hex) || this.#tokens.has(rootOf(token))));
    if (isIt && token !== undefined) this.#tokens.add(rootOf(token));
    return isIt;
  }

  #hold({ entry, about }: Sight, { request, template }: Belongings): void {
    const { kind } = this.#followed;
    const asks = about.kind === "open" || about.kind === "allocate" ||
      (about.kind === "custom" && kind === "job");
    const leads = kind === "job" && (about.kind === "template" || about.kind === "tip");
    const key = asks ? request : leads ? template : undefined;
    if (key === undefined) return;
    const held = { key, entry };
    this.#held.set(key, [...this.#held.get(key) ?? [], held].slice(-MOST_ALIKE));
    this.#memory.remember(held, entry.kind === "frame" ? entry.payload.length : 0);
  }

  /** What was held back and belongs after all. */
  #release(key: Request | Template | undefined): Entry[] {
    const held = key === undefined ? undefined : this.#held.get(key);
    if (key === undefined || held === undefined) return [];
    this.#held.delete(key);
    for (const item of held) this.#memory.release(item);
    return held.map(({ entry }) => entry);
  }
}

function onConnection(
  { on }: Sight,
  { connection }: { readonly connection: number | undefined },
): boolean {
  return connection === undefined || on.id === connection;
}

function placeOf({ jobId, channel, job }: Share): Place {
  const to = job === undefined ? [channel.id] : [channel.id, job.to.id];
  return { jobId, on: channel.on.id, to };
}
