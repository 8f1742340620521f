import { quoteText } from "../../telemetry/escape.ts";
import type { Sight } from "../understand/sight.ts";
import { belongingsOf } from "./belongs.ts";

/** What an entry belongs to and can be followed by. */
export interface FollowTarget {
  /** For a person, escaped: `channel 7`. */
  readonly label: string;
  /** What `parseFollowed` reads. May have a peer's text in it, as it came. */
  readonly follow: string;
}

/** Of each kind: a group has many channels, and an answer is about many shares. */
const MOST_OF_A_KIND = 4;
/** Digits of a token; whoever follows it by so many finds no other. */
const TOKEN_DIGITS = 32;

/** All that can be followed from an entry, channels and their groups first. */
export function followTargetsOf(sight: Sight): FollowTarget[] {
  const { channelIds, channels, job, jobId, shares, tokens, users } = belongingsOf(sight);
  const groups = channels.filter(({ kind }) => kind === "group").map(({ id }) => id);
  const on = sight.on.id;
  const targets = [
    ...channelIds.slice(0, MOST_OF_A_KIND).map((id) => ({
      label: `${groups.includes(id) ? "group" : "channel"} ${id}`,
      follow: `channel=${on}:${id}`,
    })),
    ...jobTarget(job?.to.on.id ?? on, job?.to.id ?? channelIds[0], job?.id ?? jobId),
    ...shares.slice(0, MOST_OF_A_KIND).map(({ channel, sequence }) => ({
      label: `share ${sequence}`,
      follow: `share=${channel.on.id}:${channel.id}:${sequence}`,
    })),
    ...tokens.slice(0, MOST_OF_A_KIND).map((hex) => ({
      label: `token ${hex.slice(0, 16)}${hex.length > 16 ? "…" : ""}`,
      follow: `token=${hex.slice(0, TOKEN_DIGITS)}`,
    })),
    ...users.filter(canBeAsked).slice(0, MOST_OF_A_KIND).map((name) => ({
      label: `user ${quoteText(name, 40)}`,
      follow: `user=${name}`,
    })),
  ];
  return [...new Map(targets.map((target) => [target.follow, target])).values()];
}

function jobTarget(
  connection: number,
  channel: number | undefined,
  job: number | undefined,
): FollowTarget[] {
  if (job === undefined || channel === undefined) return [];
  return [{ label: `job ${job}`, follow: `job=${connection}:${channel}:${job}` }];
}

/** Spaces around a name are lost on the way, and so is what is no text. */
function canBeAsked(name: string | undefined): name is string {
  return name !== undefined && name !== "" && name.trim() === name && name.isWellFormed();
}
