import { Bench, PUBLIC_KEY } from "../tests/interop/support/headframe.ts";

/**
 * Million headers a second that one thread of SRI's `mining_device` scans, as it says at its start. It
 * says so once a pool has answered, so one is started for it.
 *
 * @returns A whole number, because it prints no other.
 */
export async function nativeScanRate(bin: string): Promise<number> {
  await using bench = new Bench();
  const { port: templates } = await bench.tp(3600);
  const { port } = await bench.pool(templates);
  const device = bench.start("mining_device", `${bin}/mining_device`, [
    "--address-pool",
    `127.0.0.1:${port}`,
    "--pubkey-pool",
    PUBLIC_KEY,
    "--id-user",
    "bench",
    "--cores",
    "1",
  ], { RUST_LOG: "info" });
  const [, rate] = await device.sees(/Measured CPU hashrate ≈ ([\d.]+) MH\/s/, 60_000);
  return Number(rate);
}
