import type { ConnectionState } from "../understand/connection.ts";
import type { Job } from "../understand/job.ts";
import type { Sight } from "../understand/sight.ts";
import { pathKey } from "../understand/template.ts";
import { Quantiles, type Summary } from "./quantiles.ts";
import { Spread } from "./spread.ts";

/** How fast work gets from the template to the miner. In seconds; what was not seen is left out. */
export interface WorkReport {
  /** Extended jobs, from the template that they were made of. */
  readonly templateToJob?: Summary;
  /** Jobs on which work was begun at once, to their first share. */
  readonly jobToFirstShare?: Summary;
  /** From the first channel or group of a server that was told of a block to the last. */
  readonly blockSpread?: Summary;
  readonly blockReceivers?: Summary;
  /** The same for jobs that are begun at once. */
  readonly jobSpread?: Summary;
  readonly jobReceivers?: Summary;
  readonly blocks: number;
  readonly templates: number;
  readonly jobs: number;
}

/** Times jobs. */
export class WorkTimes {
  readonly #templateToJob = new Quantiles();
  readonly #jobToFirstShare = new Quantiles();
  readonly #blockSpread = new Spread();
  readonly #jobSpread = new Spread();
  #blocks = 0;
  #templates = 0;
  #jobs = 0;
  #lastTip = "";

  see({ about, at, on }: Sight): void {
    if (about.kind === "template") this.#templates++;
    if (about.kind === "job" && about.job !== undefined) this.#job(about.job, on);
    if (about.kind === "activation") {
      const prevHash = about.value.prevHash.toHex();
      if (prevHash !== this.#lastTip) this.#blocks++;
      this.#lastTip = prevHash;
      const { to } = about;
      if (to !== undefined) this.#blockSpread.told(`${on.server.name} ${prevHash}`, to, at.time);
    }
    if (about.kind === "share" && about.share?.job?.firstShare?.order === at.order) {
      const { job } = about.share;
      if (job.minNtime !== undefined) this.#jobToFirstShare.add(at.time - job.time);
    }
  }

  report(): WorkReport {
    const blocks = this.#blockSpread.report();
    const jobs = this.#jobSpread.report();
    const templateToJob = this.#templateToJob.summary(1e6);
    const jobToFirstShare = this.#jobToFirstShare.summary(1e6);
    return {
      blocks: this.#blocks,
      templates: this.#templates,
      jobs: this.#jobs,
      ...(templateToJob && { templateToJob }),
      ...(jobToFirstShare && { jobToFirstShare }),
      ...(blocks && { blockSpread: blocks.seconds, blockReceivers: blocks.receivers }),
      ...(jobs && { jobSpread: jobs.seconds, jobReceivers: jobs.receivers }),
    };
  }

  #job(job: Job, on: ConnectionState): void {
    this.#jobs++;
    const { template, work, to } = job;
    // Where nobody was there for the job, the time tells nothing.
    if (template?.firstJob?.order === job.order && to.opened.order < template.order) {
      this.#templateToJob.add(job.time - template.time);
    }
    if (work.kind !== "extended" || job.minNtime === undefined) return;
    // What a channel gets beside its group is its own.
    if (to.kind !== "group" && (to.group?.addressed ?? 0) > 0) return;
    const key = `${on.server.name} ${job.version} ${pathKey(work.merklePath)}`;
    this.#jobSpread.told(key, to, job.time);
  }
}
