/**
 * Feature bits of SetupConnection and SetupConnection.Success, by protocol and side. A bit that has
 * no name here has no meaning in this version; a server refuses a client that sets one (SV2 §3.6.3).
 *
 * @module
 */

import type { Protocol } from "../codec/message.ts";

/** SV2 §5.3.1, in SetupConnection. */
export const MINING_CLIENT_FLAGS = {
  /** The client works on standard jobs only: no extended channel, no group. */
  requiresStandardJobs: 1 << 0,
  /** The client will send SetCustomMiningJob. */
  requiresWorkSelection: 1 << 1,
  /** The client cannot do without version rolling. */
  requiresVersionRolling: 1 << 2,
} as const;

/** SV2 §5.3.1, in SetupConnection.Success. */
export const MINING_SERVER_FLAGS = {
  /** No bit of the version may be rolled. */
  requiresFixedVersion: 1 << 0,
  /** Standard channels are refused. */
  requiresExtendedChannels: 1 << 1,
} as const;

/** SV2 §6.4.1, in SetupConnection. */
export const DECLARATION_CLIENT_FLAGS = {
  /** The client will show its transactions: full-template mode. */
  declareTxData: 1 << 0,
} as const;

const NAMED: Partial<Record<Protocol, Record<"client" | "server", Record<string, number>>>> = {
  mining: { client: MINING_CLIENT_FLAGS, server: MINING_SERVER_FLAGS },
  declaration: { client: DECLARATION_CLIENT_FLAGS, server: {} },
};

/** The bits that `flags` sets, by name, or as `bit7` where this version has none. For people. */
export function flagNames(
  protocol: Protocol,
  from: "client" | "server",
  flags: number,
): string[] {
  const names = Object.entries(NAMED[protocol]?.[from] ?? {});
  const set: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if ((flags >>> bit & 1) === 0) continue;
    set.push(names.find(([, mask]) => mask === 1 << bit)?.[0] ?? `bit${bit}`);
  }
  return set;
}
