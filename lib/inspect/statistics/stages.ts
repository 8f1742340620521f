import type { Micros } from "../../capture/capture.ts";
import type { NoteEntry } from "../entry.ts";
import type { ConnectionState } from "../understand/connection.ts";
import type { Sight } from "../understand/sight.ts";
import { Quantiles, type Summary } from "./quantiles.ts";

/** How long connections took to get from one stage to the next, in seconds. */
export interface StageTimes {
  /** Such as `SYN → Act 1`. */
  readonly step: string;
  readonly seconds: Summary;
}

/** In their order. What comes before the first frame is known from notes, where there are any. */
const STAGES = [
  "SYN",
  "Act 1",
  "Act 2",
  "SetupConnection",
  "SetupConnection.Success",
  "channel asked for",
  "channel open",
  "first job",
  "first share",
  "first share accepted",
] as const;
type Stage = typeof STAGES[number];

/** Times how connections start. */
export class Stages {
  readonly #reached = new WeakMap<ConnectionState, Map<Stage, Micros>>();
  readonly #steps = new Map<string, Quantiles>();

  see({ entry, on, about }: Sight): void {
    if (!on.connection.isWhole) return;
    if (entry.kind === "note") {
      this.#note(entry, on);
      return;
    }
    if (about.kind === "setup") this.#reach(on, "SetupConnection", entry.time);
    if (about.kind === "setup-answer" && about.accepted) {
      this.#reach(on, "SetupConnection.Success", entry.time);
    }
    if (about.kind === "open") this.#reach(on, "channel asked for", entry.time);
    if (about.kind === "opened") this.#reach(on, "channel open", entry.time);
    if (about.kind === "job") this.#reach(on, "first job", entry.time);
    if (about.kind === "share") this.#reach(on, "first share", entry.time);
    if (about.kind === "accepted") this.#reach(on, "first share accepted", entry.time);
  }

  report(): StageTimes[] {
    return [...this.#steps].flatMap(([step, quantiles]) => {
      const seconds = quantiles.summary(1e6);
      return seconds === undefined ? [] : [{ step, seconds }];
    }).sort((a, b) => rank(a.step) - rank(b.step));
  }

  #note({ code, time, facts }: NoteEntry, on: ConnectionState): void {
    if (code === "connection-opened") this.#reach(on, "SYN", time);
    if (code !== "handshake-done") return;
    const act2 = facts["act_2_us"];
    if (typeof act2 === "number") this.#reach(on, "Act 1", time - act2);
    this.#reach(on, "Act 2", time);
  }

  #reach(on: ConnectionState, stage: Stage, time: Micros): void {
    const reached = this.#reached.get(on) ?? new Map<Stage, Micros>();
    this.#reached.set(on, reached);
    if (reached.has(stage)) return;
    reached.set(stage, time);
    const before = STAGES.slice(0, STAGES.indexOf(stage)).findLast((other) => reached.has(other));
    if (before === undefined) return;
    const step = `${before} → ${stage}`;
    const quantiles = this.#steps.get(step) ?? new Quantiles();
    quantiles.add(time - (reached.get(before) ?? time));
    this.#steps.set(step, quantiles);
  }
}

function rank(step: string): number {
  const [from = "", to = ""] = step.split(" → ");
  return STAGES.findIndex((stage) => stage === to) * STAGES.length +
    STAGES.findIndex((stage) => stage === from);
}
