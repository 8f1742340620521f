import { PUBLIC_KEY, REWARD, SECRET_KEY } from "./headframe.ts";

/** Where one of SRI's programs listens, and whose templates it takes. */
export interface SriFile {
  readonly port: number;
  /** Port of a template provider with the published key. */
  readonly templates: number;
  /** Lifetime of its certificates. */
  readonly validSeconds?: number;
}

/** SRI's pool on our template provider, as its own example writes it. */
export function sriPool({ port, templates, validSeconds = 3600 }: SriFile): string {
  return `listen_address = "127.0.0.1:${port}"
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
cert_validity_sec = ${validSeconds}
coinbase_reward_script = "${REWARD}"
server_id = 1
pool_signature = "SRI pool"
shares_per_minute = 60.0
share_batch_size = 1

[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`;
}

/** A pool on Bitcoin Core over IPC, as SRI's own example writes it; ours takes the same file. */
export function poolOnCore({ port, dataDir }: { port: number; dataDir: string }): string {
  return `listen_address = "127.0.0.1:${port}"
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
cert_validity_sec = 3600
coinbase_reward_script = "${REWARD}"
server_id = 1
pool_signature = "a pool"
shares_per_minute = 60.0
share_batch_size = 1

[template_provider_type.BitcoinCoreIpc]
version = 31
network = "regtest"
data_dir = "${dataDir}"
fee_threshold = 1000
min_interval = 5
`;
}

/** SRI's job declarator client for someone who mines alone, as its own example writes it. */
export function sriSolo({ port, templates, validSeconds = 3600 }: SriFile): string {
  return `listening_address = "127.0.0.1:${port}"
max_supported_version = 2
min_supported_version = 2
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
cert_validity_sec = ${validSeconds}
shares_per_minute = 60.0
share_batch_size = 1
mode = "SOLOMINING"
jdc_signature = "SRI alone"
coinbase_reward_script = "${REWARD}"
upstreams = []

[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`;
}

/** SRI's job declarator client for a pool, as its own example writes it. */
export function sriDeclarator(
  { port, templates, pool, jds }: SriFile & {
    readonly pool: number;
    readonly jds: number;
  },
): string {
  return `listening_address = "127.0.0.1:${port}"
max_supported_version = 2
min_supported_version = 2
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
cert_validity_sec = 3600
shares_per_minute = 60.0
share_batch_size = 1
mode = "FULLTEMPLATE"
jdc_signature = "SRI declares"
coinbase_reward_script = "${REWARD}"

[[upstreams]]
authority_pubkey = "${PUBLIC_KEY}"
pool_address = "127.0.0.1"
pool_port = ${pool}
jds_address = "127.0.0.1"
jds_port = ${jds}
user_identity = "declarator"

[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`;
}
