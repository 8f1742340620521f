import type { Channel, Tip } from "./channel.ts";
import type { Job } from "./job.ts";
import type { Since } from "./timeline.ts";

/** How far a job has come on a channel. */
export type Standing =
  /** It waits for its SetNewPrevHash. */
  | { readonly state: "future" }
  | { readonly state: "active"; readonly since: number; readonly tip: Tip | undefined }
  /** A SetNewPrevHash that names another ended it. `since` is undefined if it was never active. */
  | {
    readonly state: "retired";
    readonly since: number | undefined;
    readonly tip: Tip | undefined;
    readonly by: Since<Tip>;
  };

/** How a job stands on a channel of those that it was sent to. SV2 §5.3.15, §5.3.17 */
export function standingOf(job: Job, channel: Channel): Standing {
  if (job.work.kind === "custom") {
    const { prevHash, nBits } = job.work;
    const tip = { jobId: job.id, prevHash, nBits, minNtime: job.minNtime ?? 0 };
    return { state: "active", since: job.order, tip };
  }
  const tips = channel.tipsAfter(job.order);
  const [first] = tips;
  if (job.minNtime === undefined) {
    const own = tips.find(({ value }) => value.jobId === job.id);
    if (own === undefined) {
      if (first === undefined) return { state: "future" };
      return { state: "retired", since: undefined, tip: undefined, by: first };
    }
    const by = tips.find(({ order }) => order > own.order);
    const active = { since: own.order, tip: own.value };
    return by === undefined ? { state: "active", ...active } : { state: "retired", ...active, by };
  }
  const active = { since: job.order, tip: channel.tipAt(job.order)?.value };
  return first === undefined
    ? { state: "active", ...active }
    : { state: "retired", ...active, by: first };
}

/** The target that shares of a job have to meet: what held when it became active. SV2 §5.3.21 */
export function targetOfJob(standing: Standing, channel: Channel): bigint | undefined {
  if (standing.state === "future" || standing.since === undefined) return undefined;
  return channel.targetAt(standing.since)?.value;
}
