import { type Bench, PUBLIC_KEY } from "./headframe.ts";
import type { Started } from "./process.ts";

const MINER = new URL("../sv1/miner.js", import.meta.url).pathname;

/** An Sv1 miner: npm's `stratum-client`, on a port of this machine. */
export function sv1Miner(bench: Bench, port: number, worker: string): Started {
  const args = ["run", "-A", MINER, "127.0.0.1", String(port), worker];
  return bench.start(`sv1 ${worker}`, Deno.execPath(), args);
}

/** SRI's translator, as its own example writes it. @param options Ports, and one channel for all. */
export function translatorConfig(
  { listen, port, aggregate }: { listen: number; port: number; aggregate: boolean },
): string {
  return `downstream_address = "127.0.0.1"
downstream_port = ${listen}
max_supported_version = 2
min_supported_version = 2
downstream_extranonce2_size = 4
verify_payout = false
aggregate_channels = ${aggregate}
supported_extensions = [0x0002]
required_extensions = [0x0002]

[downstream_difficulty_config]
min_individual_miner_hashrate = 200000.0
shares_per_minute = 60.0
enable_vardiff = true
job_keepalive_interval_secs = 60

[[upstreams]]
address = "127.0.0.1"
port = ${port}
authority_pubkey = "${PUBLIC_KEY}"
user_identity = "account"
`;
}
