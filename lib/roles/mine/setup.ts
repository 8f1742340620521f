import type { DeviceInfo } from "../../../drivers/driver.ts";
import type { SetupConnection } from "../../messages/common.ts";
import { WORKER_SPECIFIC_HASHRATE_TRACKING } from "../../messages/extensions.ts";
import { MINING_CLIENT_FLAGS } from "../../messages/flags.ts";
import type { MineConfig } from "./config.ts";

/** Hashes in one header without a version to roll. */
const NONCES = 2 ** 32;
const MINING = 0;
const VERSION = 2;

/** What the miner says about itself, SV2 §3.6.1, all but the endpoint. */
export function minerSetup(
  config: Pick<MineConfig, "requireStandardJobs" | "channel" | "deviceId" | "firmware">,
  devices: readonly DeviceInfo[],
): Omit<SetupConnection, "endpointHost" | "endpointPort"> {
  const headersOnly = config.channel === "standard" && config.requireStandardJobs;
  // A device that is through with a header within a second cannot live on new ones alone.
  const rolls = headersOnly && devices.some(({ hashRate }) => hashRate > NONCES);
  return {
    protocol: MINING,
    minVersion: VERSION,
    maxVersion: VERSION,
    flags: (headersOnly ? MINING_CLIENT_FLAGS.requiresStandardJobs : 0) |
      (rolls ? MINING_CLIENT_FLAGS.requiresVersionRolling : 0),
    vendor: "Headframe",
    hardwareVersion: hardwareOf(devices),
    firmware: config.firmware,
    deviceId: config.deviceId,
  };
}

/** Extensions worth asking for, EXT-9. */
export function minerExtensions({ worker, channel }: MineConfig): number[] {
  return worker !== "" && channel === "extended" ? [WORKER_SPECIFIC_HASHRATE_TRACKING] : [];
}

/** `"2 × Bitaxe Gamma, CPU, 8 threads"`, at most 255 bytes of ASCII. */
function hardwareOf(devices: readonly DeviceInfo[]): string {
  const counts = new Map<string, number>();
  for (const { model } of devices) counts.set(model, (counts.get(model) ?? 0) + 1);
  const parts = Array.from(counts, ([model, count]) => count === 1 ? model : `${count}x ${model}`);
  return parts.join("; ").replace(/[^\x20-\x7e]/g, "?").slice(0, 255) || "no device";
}
