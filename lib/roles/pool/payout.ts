/**
 * Who is paid for a channel's blocks, read from its `user_identity` as the reference pool reads it:
 *
 * | identity | the block pays |
 * |---|---|
 * | `sri/solo/<address>[/<worker>]` | the address |
 * | `<address>[.<worker>]` | the address |
 * | `sri/donate/<1..99>/<address>[/<worker>]` | the pool that percentage, the address the rest |
 * | `sri/donate[/<worker>]` | the pool |
 * | any other `sri/…` | nobody: the channel is refused |
 * | anything else | the pool |
 *
 * An address of another network is refused as well: whoever gives one expects to be paid to it.
 *
 * @module
 */

import { parseAddress } from "../../bitcoin/address.ts";
import { hexFromBytes } from "../../bitcoin/bytes.ts";
import { sigopCost } from "../../bitcoin/sigops.ts";
import { outputSize, type TxOutput } from "../../bitcoin/transaction.ts";
import type { PoolPolicy } from "./config.ts";

/** How a coinbase is split. */
export interface Payout {
  /** The same for payouts that give the same outputs. */
  readonly key: string;
  /** Outputs that together spend `value` satoshis, the pool's first. */
  outputs(value: bigint): TxOutput[];
}

/** What an identity says. */
export interface Identity {
  readonly payout: Payout;
  /** The part of it that names a device; peer-controlled text. */
  readonly worker: string;
}

/** Bytes of the longest script that an identity can name: a witness program of 32 bytes. */
const LARGEST_MINER_SCRIPT = 34;
/** Most sigop cost of an output for one: that of an old-style address. */
const MOST_MINER_SIGOPS = 4;

/**
 * @param identity Peer-controlled: any text of up to 255 bytes.
 * @returns Undefined if the pool cannot pay whom it names.
 */
export function readIdentity(
  identity: string,
  policy: Pick<PoolPolicy, "network" | "rewardScript">,
): Identity | undefined {
  const { network, rewardScript } = policy;
  const scriptOf = (address: string): Uint8Array | undefined => {
    const payee = parseAddress(address);
    const usable = payee?.networks.includes(network) && payable(payee.scriptPubKey);
    return usable ? payee?.scriptPubKey : undefined;
  };

  if (!identity.startsWith("sri/")) {
    const [account = "", ...rest] = identity.split(".");
    const worker = rest.join(".");
    if (parseAddress(account) === undefined) return { payout: poolPayout(rewardScript), worker };
    const script = scriptOf(account);
    return script && { payout: soloPayout(script), worker };
  }

  const [, kind, ...rest] = identity.split("/");
  if (kind === "solo") {
    const [address = "", ...worker] = rest;
    const script = scriptOf(address);
    return script && { payout: soloPayout(script), worker: worker.join("/") };
  }
  if (kind !== "donate") return undefined;
  if (rest.length < 2) return { payout: poolPayout(rewardScript), worker: rest.join("/") };
  const [percent = "", address = "", ...worker] = rest;
  const script = /^[1-9][0-9]?$/.test(percent) ? scriptOf(address) : undefined;
  return script && {
    payout: sharedPayout(rewardScript, script, Number(percent)),
    worker: worker.join("/"),
  };
}

/** The pool takes it all. */
export function poolPayout(rewardScript: Uint8Array): Payout {
  return {
    key: "pool",
    outputs: (value) => [{ value, scriptPubKey: rewardScript }],
  };
}

/** The one that takes the most room: the pool's own output, and the largest that a miner can have. */
export function largestPayout(rewardScript: Uint8Array): Payout {
  return sharedPayout(rewardScript, new Uint8Array(LARGEST_MINER_SCRIPT), 1);
}

/** What a template provider must leave room for, SV2 §7.1. */
export function outputConstraints(
  rewardScript: Uint8Array,
): { readonly size: number; readonly sigops: number } {
  const outputs = largestPayout(rewardScript).outputs(0n);
  return {
    size: outputs.reduce((size, output) => size + outputSize(output), 0),
    sigops: sigopCost(outputs) + MOST_MINER_SIGOPS,
  };
}

function soloPayout(script: Uint8Array): Payout {
  return {
    key: `solo ${hexFromBytes(script)}`,
    outputs: (value) => [{ value, scriptPubKey: script }],
  };
}

function sharedPayout(rewardScript: Uint8Array, script: Uint8Array, percent: number): Payout {
  return {
    key: `donate ${percent} ${hexFromBytes(script)}`,
    outputs(value) {
      const donated = value * BigInt(percent) / 100n;
      return [
        { value: donated, scriptPubKey: rewardScript },
        { value: value - donated, scriptPubKey: script },
      ];
    },
  };
}

/** Whether an output for it stays within what was reserved in the template. */
function payable(scriptPubKey: Uint8Array): boolean {
  return scriptPubKey.length <= LARGEST_MINER_SCRIPT &&
    sigopCost([{ value: 0n, scriptPubKey }]) <= MOST_MINER_SIGOPS;
}
