import type { NewTemplate } from "../../messages/template.ts";
import { kept, keptHashes } from "./read.ts";
import type { ConnectionState } from "./connection.ts";
import type { Moment } from "./timeline.ts";

/** A NewTemplate that was seen. */
export interface Template extends Moment {
  readonly on: ConnectionState;
  readonly id: bigint;
  readonly future: boolean;
  /** Undefined once there is no room for it any more. */
  value: NewTemplate | undefined;
  /** When the first job that was made of it was sent. */
  firstJob: Moment | undefined;
}

/** The template of a NewTemplate. */
export function templateFrom(value: NewTemplate, on: ConnectionState, at: Moment): Template {
  return {
    ...at,
    on,
    id: value.templateId,
    future: value.futureTemplate,
    value: {
      ...value,
      coinbasePrefix: kept(value.coinbasePrefix),
      coinbaseTxOutputs: kept(value.coinbaseTxOutputs),
      merklePath: keptHashes(value.merklePath),
    },
    firstJob: undefined,
  };
}

/** Bytes that it takes to remember. */
export function templateWeight({ value }: Template): number {
  if (value === undefined) return 0;
  const { coinbasePrefix, coinbaseTxOutputs, merklePath } = value;
  return coinbasePrefix.length + coinbaseTxOutputs.length + 32 * merklePath.length;
}

/** What jobs and templates that may belong together have in common. */
export function pathKey(merklePath: readonly (Uint8Array | string)[]): string {
  const [first = ""] = merklePath;
  const last = merklePath.at(-1) ?? "";
  return `${merklePath.length}:${hex(first)}:${hex(last)}`;
}

function hex(part: Uint8Array | string): string {
  return typeof part === "string" ? part : part.toHex();
}
