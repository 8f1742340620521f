/**
 * Which line of Stratum V1 is which message of Stratum V2, through a translator. A nonce and a time
 * are 64 bits that pass unchanged; what else agrees says how sure it is.
 *
 * @module
 */

import { equalBytes } from "../../bitcoin/bytes.ts";
import type { Job } from "./job.ts";
import type { Share } from "./share.ts";
import type { JobTwin, ShareTwin, Submitted, Sureness } from "./sv1.ts";
import { pathKey } from "./template.ts";
import { nonceKey, type World } from "./world.ts";

/** Microseconds that a translator takes at most to pass a share on. */
const LONGEST = 10_000_000;

/** Lines that may be the share, the surest first. */
export function twinsOfShare(share: Share, world: World): ShareTwin[] {
  return sorted(
    world.submitsByNonce.find(nonceKey(share)).map((submitted) => twin(share, submitted)),
  );
}

/** Shares that may be the line, the surest first. */
export function twinsOfSubmitted(submitted: Submitted, world: World): ShareTwin[] {
  return sorted(
    world.sharesByNonce.find(nonceKey(submitted)).map((share) => twin(share, submitted)),
  );
}

/** What a `mining.notify` says, checked: hexadecimal in lower case. */
export interface NotifiedWork {
  readonly coinbase1: string;
  readonly coinbase2: string;
  readonly merklePath: readonly string[];
  readonly version: number;
}

/** The job that a `mining.notify` passes on. */
export function twinOfNotified(work: NotifiedWork, world: World): JobTwin | undefined {
  const alike = world.jobsByPath.find(pathKey(work.merklePath));
  const same = alike.find((job) => sameCoinbase(job, work));
  if (same !== undefined) return { job: same, sureness: "certain" };
  // A translator may put a part of the extranonce into the halves.
  const close = alike.find((job) => sameEnd(job, work));
  if (close !== undefined) return { job: close, sureness: "likely" };
  const [newest] = work.merklePath.length > 0 ? alike : [];
  return newest && { job: newest, sureness: "possible" };
}

function sorted(twins: readonly (ShareTwin | undefined)[]): ShareTwin[] {
  const found = twins.filter((twin) => twin !== undefined);
  return found.sort((a, b) => b.because.length - a.because.length);
}

function twin(share: Share, submitted: Submitted): ShareTwin | undefined {
  if (Math.abs(share.time - submitted.time) > LONGEST) return undefined;
  if (share.channel.on === submitted.on) return undefined;
  const because: ("job" | "extranonce")[] = [];
  if (submitted.job?.twin?.job === share.job && share.job !== undefined) because.push("job");
  if (sameExtranonce(share, submitted)) because.push("extranonce");
  const sureness: Sureness = (["possible", "likely", "certain"] as const)[because.length] ??
    "possible";
  return { share, submitted, sureness, because };
}

function sameExtranonce({ channel, job, extranonce }: Share, submitted: Submitted): boolean {
  const { extranonce1 } = submitted.on.sv1;
  const { extranonce2 } = submitted;
  const prefix = job === undefined ? channel.prefix : channel.prefixOf(job);
  const rolled = extranonce.toHex();
  if (extranonce1 !== undefined && prefix !== undefined) {
    return extranonce1 + extranonce2 === prefix.toHex() + rolled;
  }
  return extranonce2.length > 0 && rolled.includes(extranonce2);
}

function sameCoinbase({ work }: Job, { coinbase1, coinbase2, merklePath }: NotifiedWork): boolean {
  return work.kind === "extended" && work.prefix.toHex() === coinbase1 &&
    work.suffix.toHex() === coinbase2 && samePath(work.merklePath, merklePath);
}

function sameEnd({ work }: Job, { coinbase1, coinbase2, merklePath }: NotifiedWork): boolean {
  return work.kind === "extended" && coinbase1.startsWith(work.prefix.toHex()) &&
    coinbase2.endsWith(work.suffix.toHex()) && samePath(work.merklePath, merklePath);
}

function samePath(path: readonly Uint8Array[], hex: readonly string[]): boolean {
  return path.length === hex.length &&
    path.every((hash, i) => equalBytes(hash, Uint8Array.fromHex(hex[i] ?? "")));
}
