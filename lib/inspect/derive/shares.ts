import { displayHash } from "../../bitcoin/header.ts";
import { ERROR_CODES } from "../../messages/errors.ts";
import { targetFromCompact } from "../../bitcoin/compact.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import { quoteText } from "../../telemetry/escape.ts";
import { coinbaseOf } from "../understand/job.ts";
import { creditOf, type Share, workOf } from "../understand/share.ts";
import type { ShareAbout } from "../understand/sight.ts";
import type { ShareTwin } from "../understand/sv1.ts";
import { count, type Derived, difficulty, said, span, yes } from "./derived.ts";
import { coinbaseValues, networkOf } from "./outputs.ts";

/** Of SubmitSharesStandard and SubmitSharesExtended. */
export function shareValues(share: Share, twins: readonly ShareTwin[]): Derived[] {
  const { job, standing, target } = share;
  const values: Derived[] = [];
  if (job !== undefined) {
    values.push(
      said("job_entry", `${job.entry}`, `job of entry ${job.entry}, ${stateText(share)}`),
      span("since_job", Math.max(0, share.time - job.time)),
    );
  } else values.push(said("job_entry", "", "no such job was seen"));
  if (standing?.state !== "future" && standing?.tip !== undefined) {
    values.push(said("prev_block", displayHash(standing.tip.prevHash)));
  }
  values.push(...workValues(share));
  if (target !== undefined) {
    values.push(difficulty("target_difficulty", difficultyOfTarget(target)));
  }
  return [...values, ...twinValues(twins, "v1")];
}

/** Of SubmitShares.Success. */
export function acceptedValues(
  { shares, value }: Extract<ShareAbout, { readonly kind: "accepted" }>,
  time: number,
): Derived[] {
  const [first] = shares;
  const last = shares.at(-1);
  if (first === undefined || last === undefined) {
    return [said("shares", "", "of shares that were not seen")];
  }
  const entries = first === last
    ? `share of entry ${first.entry}`
    : `${shares.length} shares, entries ${first.entry} to ${last.entry}`;
  const credits = shares.map(creditOf);
  const sum = credits.reduce<number>((total, credit) => total + (credit ?? 0), 0);
  return [
    count("shares", shares.length, entries),
    span("longest_wait", Math.max(0, time - first.time)),
    ...(credits.includes(undefined) ? [] : [difficulty("expected_sum", sum)]),
    ...(value.newSubmitsAcceptedCount === shares.length
      ? []
      : [count("expected_count", shares.length)]),
  ];
}

/** Of SubmitShares.Error. */
export function rejectedValues(
  { share }: Extract<ShareAbout, { readonly kind: "rejected" }>,
  time: number,
): Derived[] {
  if (share === undefined) return [said("share", "", "of a share that was not seen")];
  const values: Derived[] = [];
  values.push(
    said("share_entry", `${share.entry}`, `share of entry ${share.entry}`),
    span("wait", Math.max(0, time - share.time)),
  );
  const work = workOf(share);
  if (work !== undefined) {
    values.push(
      difficulty("reached", work.reached),
      ...(share.target === undefined
        ? []
        : [difficulty("target_difficulty", difficultyOfTarget(share.target))]),
    );
  }
  return values;
}

/**
 * A code in plain words, as far as it is known.
 *
 * @param code A peer's.
 * @param message Name of the message that it came in.
 */
export function reasonText(code: string, message = "SubmitShares.Error"): string {
  const codes = CODES[message] ?? {};
  return Object.hasOwn(codes, code)
    ? codes[code] ?? ""
    : `${quoteText(code, 60)}, not a known code`;
}

const CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = ERROR_CODES;

/** What the other side of a translator said of the same share. */
export function twinValues(twins: readonly ShareTwin[], of: "v1" | "v2"): Derived[] {
  const [best, second] = twins;
  if (best === undefined) return [];
  const { share, submitted, because } = best;
  const place = of === "v1"
    ? `mining.submit, entry ${submitted.entry} on connection ${submitted.on.id}`
    : `share ${share.sequence} of channel ${share.channel.id}, entry ${share.entry} on connection ` +
      `${share.channel.on.id}`;
  // Two that are as good as one another are both only possible.
  const sureness = second?.because.length === because.length ? "possible" : best.sureness;
  const agree = ["nonce", "ntime", ...because].join(", ");
  return [
    said(
      "twin",
      `${(of === "v1" ? submitted : share).entry}`,
      `${place}: ${sureness} (${agree} agree)`,
    ),
  ];
}

function workValues(share: Share): Derived[] {
  const work = workOf(share);
  const { job } = share;
  if (work === undefined || job === undefined) return [];
  const { hash, extranonce, merkleRoot, reached, meetsTarget, meetsNetwork, nBits } = work;
  const values: Derived[] = [];
  if (job.work.kind === "extended" || job.work.kind === "custom") {
    const coinbase = coinbaseOf(job.work, extranonce);
    if (coinbase !== undefined) {
      values.push(
        said("extranonce_whole", extranonce.toHex()),
        said("coinbase", coinbase.toHex(), `${coinbase.length} bytes`),
        ...coinbaseValues(coinbase, networkOf(nBits)),
      );
    }
  }
  values.push(
    said("merkle_root", displayHash(merkleRoot)),
    said("hash", displayHash(hash)),
    difficulty("reached", reached),
  );
  if (meetsTarget !== undefined) values.push(yes("meets_target", meetsTarget));
  const network = difficultyOfTarget(targetFromCompact(nBits));
  values.push(yes("meets_network", meetsNetwork, meetsNetwork ? "yes: it is a block" : "no"));
  return [...values, difficulty("network_difficulty", network)];
}

function stateText({ standing }: Share): string {
  if (standing === undefined) return "not known";
  if (standing.state === "active") return "active";
  if (standing.state === "future") return "not begun yet";
  return `ended by entry ${standing.by.entry}`;
}
