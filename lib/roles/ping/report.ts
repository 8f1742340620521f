import { escapeJson, escapeText } from "../../telemetry/escape.ts";

/** The steps, in their order; `template` takes the place of `channel` and `job` at a provider. */
export type PingStepName =
  | "connect"
  | "handshake"
  | "certificate"
  | "setup"
  | "channel"
  | "job"
  | "template";

/** One step, done or failed. */
export interface PingStep {
  readonly step: PingStepName;
  readonly ok: boolean;
  /** Milliseconds it took. */
  readonly ms: number;
  /** What was found, or what is wrong, in a sentence. May hold text of the server's own. */
  readonly detail: string;
  /** The same for programs. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** What a step found, and what the next one needs of it. */
export type Found<T> = Pick<PingStep, "detail" | "data"> & { readonly found: T };

/** How far it went. A step that failed is the last. */
export interface PingReport {
  /** `host:port`. */
  readonly target: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly steps: readonly PingStep[];
}

const MOST_DETAIL = 600;

/** The report for people: a line each step. */
export function formatPing({ target, ok, ms, steps }: PingReport): string {
  const lines = steps.map(({ step, ok, ms, detail }) => {
    const time = `${ms.toFixed(1)} ms`.padStart(11);
    return `  ${step.padEnd(11)} ${ok ? "ok    " : "FAILED"}${time}  ${
      escapeText(detail, MOST_DETAIL)
    }`;
  });
  const last = steps.at(-1)?.step ?? "nothing";
  const end = ok ? `all well, ${ms.toFixed(1)} ms` : `failed at ${last}`;
  return [target, ...lines, end].join("\n");
}

/** The report for programs: one line of JSON. */
export function pingJson(report: PingReport): string {
  return escapeJson(JSON.stringify(report));
}

/** Why it failed, in a line. Undefined if it did not. */
export function pingFailure({ target, steps }: PingReport): string | undefined {
  const failed = steps.find(({ ok }) => !ok);
  if (failed === undefined) return undefined;
  return `${target}: ${failed.step} failed: ${escapeText(failed.detail, MOST_DETAIL)}`;
}
