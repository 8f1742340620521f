import { MAX_EXTRANONCE_SIZE, scriptSigTagRoom } from "../../bitcoin/coinbase.ts";
import type { Network } from "../../bitcoin/network.ts";
import { type ExtranonceLayout } from "../../channel/extranonce.ts";
import { OperatorError } from "../../errors.ts";
import type { Address } from "../../ports.ts";
import type { Limits } from "../../session/limits.ts";

/** A server that gives templates, SV2 §7. */
export interface TemplateProviderConfig extends Address {
  /** Names it in logs and in the records of found blocks; unique among the pool's. */
  readonly name: string;
  /** Whose signature it must show, x-only, 32 bytes. Undefined: anyone is believed. */
  readonly authorityKey: Uint8Array | undefined;
}

/** What a pool pays and how it treats its miners: all that the machine has to know. */
export interface PoolPolicy {
  /** Addresses in identities must be of this network. */
  readonly network: Network;
  /** Script that the pool's reward is paid to: `coinbase_reward_script`. */
  readonly rewardScript: Uint8Array;
  /** Written into every coinbase, `Sv2/<signature>//`. UTF-8; see {@link poolSignatureRoom}. */
  readonly poolSignature: string;
  /** Shares asked of a channel, on average. Above 0. */
  readonly sharesPerMinute: number;
  /** Accepted shares in a SubmitShares.Success: from 1. */
  readonly shareBatchSize: number;
  /** Milliseconds after which fewer are acknowledged too. */
  readonly ackIntervalMs: number;
  /** Difficulty that no channel's target goes below, unless its `max_target` is harder; from 0. */
  readonly minDifficulty: number;
  /** Difficulty that no channel's target goes above, unless its `max_target` is harder. */
  readonly maxDifficulty: number;
  /** First byte of all extranonces: tells apart the processes of one pool. */
  readonly serverId: number;
  /** Bytes that a channel rolls if it asks for no more. */
  readonly rollableExtranonceSize: number;
  /** Older jobs on the same tip that shares are taken for. */
  readonly maxPastJobs: number;
  /** Milliseconds after which the same template becomes a new job; 0: never. */
  readonly jobRefreshMs: number;
  /** Channels at a time: of all connections, and of one. */
  readonly maxChannels: number;
  readonly maxChannelsPerConnection: number;
  /** Milliseconds that a connection may be without a channel. */
  readonly channellessMs: number;
  /** Shares a channel may have remembered as submitted, over the last tips. */
  readonly maxSharesPerChannel: number;
  /** Workers told apart on a channel, extension 0x0002. */
  readonly maxWorkersPerChannel: number;
}

/** All that a person decides about a pool. */
export interface PoolConfig extends PoolPolicy {
  readonly listen: Address;
  /** Signs the certificates, 32 bytes. */
  readonly authoritySecretKey: Uint8Array;
  /** Lifetime of a certificate, in seconds. */
  readonly certValiditySec: number;
  /** In order of preference, at least one. */
  readonly templateProviders: readonly TemplateProviderConfig[];
  /** Extensions that clients may negotiate; of those the pool knows 0x0002. */
  readonly supportedExtensions: readonly number[];
  /** Those without which nobody is served. */
  readonly requiredExtensions: readonly number[];
  /** Directory for found blocks. */
  readonly blocksDirectory: string;
  readonly limits: Limits;
  /** SetupConnection.firmware towards template providers: this program and its version. */
  readonly firmware: string;
}

/** Everything that has a value nobody needs to think about. */
export const DEFAULT_POOL_POLICY = {
  poolSignature: "Headframe",
  sharesPerMinute: 6,
  shareBatchSize: 10,
  ackIntervalMs: 1_000,
  minDifficulty: 0,
  maxDifficulty: 1e15,
  serverId: 0,
  rollableExtranonceSize: 16,
  maxPastJobs: 16,
  jobRefreshMs: 30_000,
  maxChannels: 100_000,
  maxChannelsPerConnection: 20_000,
  channellessMs: 60_000,
  maxSharesPerChannel: 1 << 20,
  maxWorkersPerChannel: 1_000,
} as const satisfies Partial<PoolPolicy>;

/**
 * Bytes in each job's coinbase, before the extranonce, that no other job has. Two templates can be
 * the same, the jobs made of them then are not: no device searches where another did, and no share
 * is good twice.
 */
export const JOB_SALT_SIZE = 4;

/** Bytes that number channels in an extranonce. */
const INDEX_SIZE = 3;

/**
 * How this pool divides an extranonce: its own part, the channel's number, what the client rolls.
 */
export function layoutOf({ serverId, rollableExtranonceSize }: PoolPolicy): ExtranonceLayout {
  return { serverId, indexSize: INDEX_SIZE, rollableSize: rollableExtranonceSize };
}

/** The longest extranonce, prefix included, that a channel of this pool can have. */
export const MAX_FULL_EXTRANONCE: number = MAX_EXTRANONCE_SIZE - JOB_SALT_SIZE;

/** Bytes that the pool's signature may have: what the coinbase's script has room for. */
export function poolSignatureRoom(): number {
  return scriptSigTagRoom(MAX_EXTRANONCE_SIZE);
}

/** @throws {OperatorError} If the pool could not work so: the first reason found. */
export function checkPolicy(policy: PoolPolicy): void {
  const signature = new TextEncoder().encode(policy.poolSignature).length;
  const room = poolSignatureRoom();
  if (signature > room) refuse(`pool_signature has ${signature} bytes: at most ${room} fit`);
  if (!(policy.sharesPerMinute > 0 && policy.sharesPerMinute < Infinity)) {
    refuse("shares_per_minute must be above 0");
  }
  if (!(policy.shareBatchSize >= 1)) refuse("share_batch_size must be at least 1");
  if (!(policy.minDifficulty >= 0 && policy.minDifficulty < Infinity)) {
    refuse("min_difficulty must not be below 0");
  }
  const { minDifficulty, maxDifficulty } = policy;
  if (!(maxDifficulty > 0 && maxDifficulty >= minDifficulty && maxDifficulty < Infinity)) {
    refuse("max_difficulty must be above 0 and not below min_difficulty");
  }
  if (policy.rewardScript.length === 0) refuse("coinbase_reward_script pays to nobody");
  const full = 1 + INDEX_SIZE + policy.rollableExtranonceSize;
  if (full > MAX_FULL_EXTRANONCE) {
    refuse(`an extranonce of ${full} bytes is above ${MAX_FULL_EXTRANONCE}`);
  }
}

function refuse(why: string): never {
  throw new OperatorError("config", `Cannot run a pool so: ${why}`);
}
