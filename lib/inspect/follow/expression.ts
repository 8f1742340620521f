import { OperatorError } from "../../errors.ts";
import { quoteText } from "../../telemetry/escape.ts";

/** What to follow. Ids belong to connections: without one, those of all connections are meant. */
export type Followed =
  | { readonly kind: "channel"; readonly id: number; readonly connection: number | undefined }
  | {
    readonly kind: "job" | "share";
    /** Of the job, or the share's sequence number. */
    readonly id: number;
    readonly channel: number | undefined;
    readonly connection: number | undefined;
  }
  /** The first digits of it, in lower case. */
  | { readonly kind: "token"; readonly hex: string }
  | { readonly kind: "user"; readonly name: string };

const FORMS =
  "channel=7, channel=3:7 (on connection 3), job=5, job=3:5, job=3:7:5 (of channel 7), " +
  "share=12, share=3:12, share=3:7:12, token=a1b2, or user=name";

/**
 * Reads what `--follow` is given.
 *
 * @throws {OperatorError} `usage`, if it is none of the forms.
 */
export function parseFollowed(expression: string): Followed {
  const [, kind, value = ""] = /^\s*(channel|job|share|token|user)\s*=\s*(.*?)\s*$/s
    .exec(expression) ?? [];
  if (kind === "user" && value !== "") return { kind, name: value };
  if (kind === "token" && /^[0-9a-f]+$/i.test(value)) return { kind, hex: value.toLowerCase() };
  const numbers = /^\d+(?::\d+){0,2}$/.test(value) ? value.split(":").map(Number) : [];
  const id = numbers.at(-1);
  if (id !== undefined && numbers.every((number) => number <= 0xffff_ffff)) {
    const connection = numbers.length > 1 ? numbers[0] : undefined;
    const channel = numbers.length > 2 ? numbers[1] : undefined;
    if (kind === "channel" && channel === undefined) return { kind, id, connection };
    if (kind === "job" || kind === "share") return { kind, id, channel, connection };
  }
  throw new OperatorError(
    "usage",
    `Cannot follow ${quoteText(expression, 80)}: it is none of ${FORMS}`,
  );
}
