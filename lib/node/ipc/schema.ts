/**
 * Bitcoin Core's interfaces by their numbers, as `src/ipc/capnp/*.capnp` of Bitcoin Core 31 has them.
 * Core 30 uses the same interface numbers with other methods behind them.
 *
 * @module
 */

import type { StructBuilder } from "../../capnp/builder.ts";
import type { Capability } from "../../capnp/capability.ts";
import { RemoteError } from "../../capnp/remote_error.ts";

/** Numbers of the interfaces. */
export const INTERFACE = {
  init: 0x8838_c700_ba5c_ba65n,
  mining: 0xf9c6_8436_df3a_f39en,
  blockTemplate: 0xf967_1ad8_41b2_f622n,
  threadMap: 0xee5e_3717_9ad9_dc9dn,
  rpc: 0xacb1_d37f_0a71_3129n,
} as const;

/** Methods of the object at the entrance. */
export const INIT = { construct: 0, makeMining: 3, makeRpc: 4 } as const;

/** Methods of what makes threads. */
export const THREAD_MAP = { makeThread: 0 } as const;

/** Methods of the mining interface. */
export const MINING = {
  isTestChain: 0,
  isInitialBlockDownload: 1,
  getTip: 2,
  createNewBlock: 4,
  checkBlock: 5,
  interrupt: 6,
  submitBlock: 7,
} as const;

/** Methods of a template. */
export const BLOCK_TEMPLATE = {
  getBlockHeader: 1,
  getBlock: 2,
  getCoinbaseTx: 5,
  getCoinbaseMerklePath: 6,
  submitSolution: 7,
  waitNext: 8,
  interruptWait: 9,
} as const;

/** Methods of JSON-RPC over this connection. */
export const RPC = { executeRpc: 0 } as const;

/** What fields have that are not written: the wire carries the difference from it. */
export const DEFAULTS = {
  reservedWeight: 8_000n,
  reservedSigops: 400n,
  /** Satoshis; also stands for "not because of fees". */
  feeThreshold: 2_100_000_000_000_000n,
  timeoutMs: Number.MAX_VALUE,
} as const;

/**
 * The first parameter of nearly every method: which of the node's threads does the work. A thread does
 * one thing at a time, so whoever may have to wait needs one of his own.
 *
 * @param rest Writes the other parameters.
 */
export function onThread(
  thread: Capability,
  rest: (params: StructBuilder) => void = () => {},
): (params: StructBuilder) => readonly Capability[] {
  return (params) => {
    params.struct(0, { data: 0, pointers: 2 }).capability(0, 0);
    rest(params);
    return [thread];
  };
}

/** Whether the node does not know a method, since it is too old. */
export function isUnimplemented(error: unknown): boolean {
  return error instanceof RemoteError && error.kind === "unimplemented";
}
