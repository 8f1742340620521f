import type { Network } from "../../../lib/bitcoin/network.ts";
import { publicKeyOf } from "../../../lib/noise/crypto.ts";
import { formatAuthorityKey, formatSecretKey } from "../../../lib/noise/keys.ts";
import { freePort, start, type Started } from "./process.ts";

/** SRI's published pair, which its examples and programs use; good for regtest and nothing else. */
export const PUBLIC_KEY = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72";
export const SECRET_KEY = "mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n";
/** A valid key that belongs to nobody here. */
export const OTHER_KEY = "9bnnNKKTbhwKVdPNaDYHvd8ezKqsBjB3kifgYsjswgQNtEGWXp6";

/** A pair for networks where SRI's is refused. */
const OWN_SECRET = new Uint8Array(32).fill(7);

/** Pays to anyone; there is nothing to lose on the embedded chain. */
export const REWARD = "raw(51)";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

/** What our template provider is told. */
export interface TpFile {
  readonly port?: number;
  readonly node: string | readonly string[];
  /** Lines of TOML. */
  readonly more?: string;
}

/** A folder for one pairing, and what was started in it; all gone when disposed. */
export class Bench implements AsyncDisposable {
  readonly directory: string;
  readonly network: Network;
  /** Authority key of our servers. */
  readonly publicKey: string;
  /** File that our programs write their session keys to, if any. */
  keyLog: string | undefined;
  readonly #secretKey: string;
  readonly #started: Started[] = [];
  #isOver = false;

  constructor(network: Network = "regtest") {
    this.network = network;
    const own = network !== "regtest";
    this.publicKey = own ? formatAuthorityKey(publicKeyOf(OWN_SECRET)) : PUBLIC_KEY;
    this.#secretKey = own ? formatSecretKey(OWN_SECRET) : SECRET_KEY;
    this.directory = Deno.makeTempDirSync({ prefix: "headframe-interop-" });
  }

  /** Writes a file and tells where. */
  file(name: string, text: string): string {
    const path = `${this.directory}/${name}`;
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    return path;
  }

  start(
    name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Started {
    if (this.#isOver) throw new Error(`${name} comes too late: the pairing is over`);
    const started = start({ name, command, args, env, cwd: this.directory });
    this.#started.push(started);
    return started;
  }

  /** One of our own commands, from a file; its log as JSON lines. */
  headframe(
    command: string,
    config: string,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Started {
    const file = this.file(`${command}-${this.#started.length}.toml`, config);
    const log = ["--log-format", "json", "--log-level", "debug"];
    return this.run([command, "-c", file, ...more, ...log], env);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const { keyLog } = this;
    const all = { ...keyLog !== undefined && { HEADFRAME_KEYLOG: keyLog }, ...env };
    return this.start(`headframe ${args[0]}`, Deno.execPath(), ["run", "-A", MAIN, ...args], all);
  }

  /** Our template provider on the embedded chain. */
  tp(blockTime = 10): Promise<{ readonly tp: Started; readonly port: number }> {
    return this.tpOn("embedded", `block_time = ${blockTime}`);
  }

  /** Our template provider on a node, or on several, the best first. Serves when it resolves. */
  async tpOn(
    node: string | readonly string[],
    more = "",
  ): Promise<{ readonly tp: Started; readonly port: number }> {
    const port = freePort();
    const tp = this.startTp({ port, node, more });
    await tp.sees(/"tp\.listening"/, 60_000);
    return { tp, port };
  }

  /** The same, which may never serve. */
  startTp({ port = freePort(), node, more = "" }: TpFile): Started {
    return this.headframe(
      "tp",
      `listen_address = "127.0.0.1:${port}"
authority_secret_key = "${this.#secretKey}"
network = "${this.network}"
node = ${JSON.stringify(node)}
${more}
`,
    );
  }

  /** Our miner, on a pool with our servers' key. */
  mine(port: number, more: readonly string[] = []): Started {
    const pool = `stratum2+tcp://127.0.0.1:${port}/${this.publicKey}`;
    return this.run(["mine", pool, "--threads", "1", "--status-seconds", "2", ...more]);
  }

  /** SRI's miner, on a pool of anyone's with the published key. */
  device(bin: string, port: number): Started {
    return this.start("mining_device", `${bin}/mining_device`, [
      "--address-pool",
      `127.0.0.1:${port}`,
      "--pubkey-pool",
      PUBLIC_KEY,
      "--id-user",
      "rig.one",
      "--cores",
      "1",
    ], { RUST_LOG: "info" });
  }

  /** Our pool, on a template provider. */
  async pool(
    templates: number,
    more = "",
    { env = {}, port = freePort() }: {
      readonly env?: Readonly<Record<string, string>>;
      readonly port?: number;
    } = {},
  ): Promise<{ readonly pool: Started; readonly port: number }> {
    const pool = this.headframe(
      "pool",
      `listen_address = "127.0.0.1:${port}"
authority_public_key = "${this.publicKey}"
authority_secret_key = "${this.#secretKey}"
network = "${this.network}"
coinbase_reward_script = "${REWARD}"
shares_per_minute = 60.0
share_batch_size = 1
${more}
[template_provider_type.Sv2Tp]
address = "127.0.0.1:${templates}"
public_key = "${this.publicKey}"
`,
      [],
      env,
    );
    await pool.sees(/listening/, 60_000);
    return { pool, port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    // Those that depend on others were started last, and end first.
    for (const started of this.#started.reverse()) await started.stop();
    await Deno.remove(this.directory, { recursive: true });
  }
}
