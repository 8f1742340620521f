import type { Micros } from "../../capture/capture.ts";
import type { Sight } from "../understand/sight.ts";
import { ShareCounts, type ShareReport } from "./shares.ts";
import { Stages, type StageTimes } from "./stages.ts";
import { Traffic, type TypeTraffic } from "./traffic.ts";
import { type WorkReport, WorkTimes } from "./work.ts";

/** What went by, in numbers. A plain object, to be printed as JSON as it is; texts are peers'. */
export interface Report {
  readonly entries: number;
  readonly connections: number;
  /** Seconds from the first entry to the last. */
  readonly seconds: number;
  readonly traffic: readonly TypeTraffic[];
  readonly stages: readonly StageTimes[];
  readonly work: WorkReport;
  readonly shares: ShareReport;
}

/** Adds up what goes by, in memory that does not grow with it. */
export class Statistics {
  readonly #traffic = new Traffic();
  readonly #stages = new Stages();
  readonly #work = new WorkTimes();
  readonly #shares = new ShareCounts();
  #entries = 0;
  #connections = 0;
  #first: Micros | undefined;
  #last: Micros = 0;

  see(sight: Sight): void {
    const { entry, on } = sight;
    this.#entries++;
    if (on.entries === 1) this.#connections++;
    this.#first ??= entry.time;
    this.#last = Math.max(this.#last, entry.time);
    this.#traffic.see(entry);
    this.#stages.see(sight);
    this.#work.see(sight);
    this.#shares.see(sight);
  }

  report(): Report {
    return {
      entries: this.#entries,
      connections: this.#connections,
      seconds: Math.max(0, this.#last - (this.#first ?? this.#last)) / 1e6,
      traffic: this.#traffic.report(),
      stages: this.#stages.report(),
      work: this.#work.report(),
      shares: this.#shares.report(),
    };
  }
}
