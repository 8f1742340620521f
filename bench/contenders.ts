import type { CoreNode } from "../tests/interop/support/core_node.ts";
import { type Bench, PUBLIC_KEY, REWARD, SECRET_KEY } from "../tests/interop/support/headframe.ts";
import { freePort, reachable, type Started } from "../tests/interop/support/process.ts";
import { poolOnCore } from "../tests/interop/support/sri.ts";
import { startRole } from "./roles.ts";
import type { Watched } from "./tip_watch.ts";

/** Somebody who tells of new tips. */
export interface Contender {
  readonly name: string;
  readonly what: Watched;
  /** Starts it, and all that it takes. */
  start(bench: Bench, node: CoreNode, bin: string): Promise<Running>;
}

export interface Running {
  readonly port: number;
  /** The one that speaks to the node. */
  readonly process: Started;
}

/** Ours by every way there is, and SRI's. */
export const CONTENDERS = {
  tp: {
    name: "tp over IPC",
    what: "template provider",
    start: (bench, node) => ourTp(bench, node.node),
  },
  rpc: {
    name: "tp over RPC",
    what: "template provider",
    start: (bench, node) => ourTp(bench, node.overRpc),
  },
  pool: { name: "pool over IPC, at a miner", what: "pool", start: ourPoolOnCore },
  both: { name: "tp over IPC and pool, at a miner", what: "pool", start: ourTpAndPool },
  sri: { name: "SRI's pool over IPC, at a miner", what: "pool", start: sriPoolOnCore },
} as const satisfies Record<string, Contender>;

async function ourTp(bench: Bench, node: string): Promise<Running> {
  const port = freePort();
  const tp = startRole(
    bench,
    "tp",
    `listen_address = "127.0.0.1:${port}"
authority_secret_key = "${SECRET_KEY}"
network = "regtest"
node = "${node}"
`,
  );
  await reachable(port, tp);
  return { port, process: tp };
}

async function ourTpAndPool(bench: Bench, node: CoreNode): Promise<Running> {
  const { port: templates, process } = await ourTp(bench, node.node);
  const port = freePort();
  const pool = startRole(
    bench,
    "pool",
    `listen_address = "127.0.0.1:${port}"
network = "regtest"
authority_public_key = "${PUBLIC_KEY}"
authority_secret_key = "${SECRET_KEY}"
coinbase_reward_script = "${REWARD}"

[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${PUBLIC_KEY}"
`,
  );
  await reachable(port, pool);
  return { port, process };
}

/** Both pools read the same file. */
async function ourPoolOnCore(bench: Bench, node: CoreNode): Promise<Running> {
  const port = freePort();
  const pool = startRole(bench, "pool", poolOnCore({ port, dataDir: node.folder }));
  await reachable(port, pool);
  return { port, process: pool };
}

async function sriPoolOnCore(bench: Bench, node: CoreNode, bin: string): Promise<Running> {
  const port = freePort();
  const config = bench.file("sri.toml", poolOnCore({ port, dataDir: node.folder }));
  const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, ["-c", config], { RUST_LOG: "error" });
  await reachable(port, pool);
  return { port, process: pool };
}
