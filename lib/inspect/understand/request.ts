import type { Channel } from "./channel.ts";
import type { Token } from "./token.ts";
import type { ConnectionState } from "./connection.ts";
import type { SetCustomMiningJob } from "../../messages/mining.ts";
import type { Moment } from "./timeline.ts";

/** A request that its answer will name by `request_id`, until that has come. */
export type Request =
  | OpenRequest
  | CustomRequest
  | AllocateRequest
  | Declaration
  | ExtensionsRequest;

interface Asked extends Moment {
  readonly on: ConnectionState;
  readonly requestId: number;
}

/** OpenStandardMiningChannel or OpenExtendedMiningChannel. */
export interface OpenRequest extends Asked {
  readonly kind: "open";
  readonly channelKind: "standard" | "extended";
  readonly userIdentity: string;
  readonly nominalHashRate: number;
  readonly maxTarget: bigint;
  /** 0 for a standard channel. */
  readonly minExtranonceSize: number;
}

/** SetCustomMiningJob. */
export interface CustomRequest extends Asked {
  readonly kind: "custom";
  readonly channelId: number;
  readonly channel: Channel | undefined;
  readonly value: SetCustomMiningJob;
  readonly token: Token | undefined;
}

/** AllocateMiningJobToken. */
export interface AllocateRequest extends Asked {
  readonly kind: "allocate";
  readonly userIdentifier: string;
}

/** DeclareMiningJob. */
export interface Declaration extends Asked {
  readonly kind: "declare";
  readonly tokenHex: string;
  readonly token: Token | undefined;
  /** How many transactions it lists. */
  readonly transactions: number;
  /** How many the server has asked for. */
  missing: number | undefined;
}

/** RequestExtensions. */
export interface ExtensionsRequest extends Asked {
  readonly kind: "extensions";
  readonly extensions: readonly number[];
}

/** Bytes that it takes to remember, beyond a few hundred. */
export function requestWeight(request: Request): number {
  if (request.kind === "custom") {
    const { coinbaseTxOutputs, coinbasePrefix, merklePath } = request.value;
    return coinbaseTxOutputs.length + coinbasePrefix.length + 32 * merklePath.length;
  }
  return request.kind === "extensions" ? 8 * request.extensions.length : 0;
}
