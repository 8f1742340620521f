import type { Address } from "../../ports.ts";

/** Where work comes from. */
export interface MineUpstream extends Address {
  /** Whose signature the server must show, x-only, 32 bytes. Undefined: anyone is believed. */
  readonly authorityKey: Uint8Array | undefined;
}

/** What a person decides about a miner. */
export interface MineConfig {
  /** In order of preference, at least one. */
  readonly upstreams: readonly MineUpstream[];
  /** Who is paid, in the pool's own form; up to 255 bytes. */
  readonly userIdentity: string;
  /** Name of this machine towards pools that tell workers apart; cut to 32 bytes. Empty: none. */
  readonly worker: string;
  /**
   * `extended`: one channel for everything. `standard`: one for each device, with headers that the
   * server makes.
   */
  readonly channel: "extended" | "standard";
  /** Tell the server that only standard jobs will do, as simple devices must; with `standard` only. */
  readonly requireStandardJobs: boolean;
  /** Tell the server this hash rate, in h/s, instead of what the devices say. */
  readonly nominalHashRate: number | undefined;
  /** SetupConnection.device_id: empty unless the operator wants to be recognised, SV2 §3.6.1. */
  readonly deviceId: string;
  /** SetupConnection.firmware: this program and its version. */
  readonly firmware: string;
  /** Seconds between status lines where there is no terminal; 0: none. */
  readonly statusSeconds: number;
}
