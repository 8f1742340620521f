import type { Bench } from "./headframe.ts";
import type { RpcAddress } from "./json_rpc.ts";
import { NodeProcess } from "./node_process.ts";
import { freePort, type Started } from "./process.ts";
import { until } from "./until.ts";

/** P2WSH(OP_TRUE): whoever shows OP_TRUE may spend it. */
export const ANYONE_DESCRIPTOR =
  "raw(00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260)";

/** Hashes until a block is given up: a signet's takes five million. */
const MOST_TRIES = 1_000_000_000;

/** Whoever has a block may add it, and the first block's age does not matter. */
const OWN_SIGNET = ["-signetchallenge=51", "-maxtipage=3153600000"];

export interface CoreOptions {
  readonly bench: Bench;
  /** Where the peers' programs are. */
  readonly bin: string;
  /** Of the folder, where a pairing has several. */
  readonly name?: string;
  /**
   * A signet of our own has blocks that cost some millions of hashes, and needs no signature. A mainnet
   * without connections is in initial download for ever.
   */
  readonly chain?: "regtest" | "signet" | "mainnet";
  /** More of Core's own flags. */
  readonly flags?: readonly string[];
}

/** Bitcoin Core on a chain of our own, with its socket for IPC and with RPC behind a cookie. */
export class CoreNode extends NodeProcess {
  readonly program = "Bitcoin Core";
  readonly folder: string;
  /** Where other nodes connect. */
  readonly peerPort = freePort();
  readonly #chain: "regtest" | "signet" | "mainnet";
  readonly #port = freePort();
  readonly #options: CoreOptions;

  constructor(options: CoreOptions) {
    super();
    this.#options = options;
    this.#chain = options.chain ?? "regtest";
    this.folder = `${options.bench.directory}/${options.name ?? "core"}`;
    Deno.mkdirSync(this.folder, { recursive: true });
  }

  /** One that runs. */
  static async open(options: CoreOptions): Promise<CoreNode> {
    const node = new CoreNode(options);
    await node.start();
    return node;
  }

  get socket(): string {
    return `${this.#files}/node.sock`;
  }

  get node(): string {
    return `ipc:${this.socket}`;
  }

  /** The same node, asked over RPC. */
  get overRpc(): string {
    return `rpc:${this.url}?cookie_file=${this.cookie}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** File with user and password of this run. */
  get cookie(): string {
    return `${this.#files}/.cookie`;
  }

  async mine(count: number): Promise<readonly string[]> {
    return await this.rpc<string[]>(
      "generatetodescriptor",
      count,
      ANYONE_DESCRIPTOR,
      MOST_TRIES,
    );
  }

  /** Has it write all it knows to disk: a node that is killed has only that when it starts again. */
  async flush(): Promise<void> {
    await this.rpc("gettxoutsetinfo", "none");
  }

  /** Connects to another node; blocks go both ways from then on. */
  async connect(other: CoreNode): Promise<void> {
    await this.rpc("addnode", `127.0.0.1:${other.peerPort}`, "onetry");
  }

  /** Ends all connections to other nodes, and waits until they are gone. */
  async disconnect(): Promise<void> {
    const peers = await this.rpc<{ id: number }[]>("getpeerinfo");
    for (const { id } of peers) await this.rpc("disconnectnode", "", id).catch(() => {});
    await until(
      "the nodes to part",
      async () => await this.rpc<number>("getconnectioncount") === 0 || undefined,
    );
  }

  protected launch(more: readonly string[]): Started {
    const { bench, bin, name = "core", flags = [] } = this.#options;
    return bench.start(`bitcoin-node (${name})`, `${bin}/bitcoin-node`, [
      `-chain=${this.#chain === "mainnet" ? "main" : this.#chain}`,
      ...this.#chain === "signet" ? OWN_SIGNET : [],
      `-datadir=${this.folder}`,
      `-ipcbind=unix:${this.socket}`,
      "-server=1",
      `-rpcport=${this.#port}`,
      "-rpcbind=127.0.0.1",
      "-rpcallowip=127.0.0.1",
      `-bind=127.0.0.1:${this.peerPort}`,
      "-discover=0",
      "-dnsseed=0",
      "-fixedseeds=0",
      "-natpmp=0",
      // Nobody is looked for.
      ...this.#chain === "mainnet" ? ["-noconnect"] : [],
      ...flags,
      ...more,
    ]);
  }

  protected get address(): RpcAddress {
    return { url: this.url, credentials: () => Deno.readTextFileSync(this.cookie) };
  }

  /** Mainnet has no folder of its own. */
  get #files(): string {
    return this.#chain === "mainnet" ? this.folder : `${this.folder}/${this.#chain}`;
  }
}
