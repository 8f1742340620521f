import { Address } from "@scure/btc-signer";
import { NETWORKS } from "../../../lib/bitcoin/network.ts";
import { ANYONE_P2WSH } from "../../../lib/chain/scripts.ts";
import type { Bench } from "./headframe.ts";
import type { RpcAddress } from "./json_rpc.ts";
import { NodeProcess } from "./node_process.ts";
import { freePort, type Started } from "./process.ts";

export const USER = "interop";
export const PASSWORD = "a password of this test";

export interface BtcdOptions {
  readonly bench: Bench;
  /** Where the peers' programs are. */
  readonly bin: string;
  /** Of the folder, where a pairing has several. */
  readonly name?: string;
}

/** btcd on regtest, with RPC over TLS behind the certificate that it makes for itself. */
export class BtcdNode extends NodeProcess {
  readonly program = "btcd";
  readonly folder: string;
  readonly #port = freePort();
  readonly #peerPort = freePort();
  readonly #options: BtcdOptions;

  constructor(options: BtcdOptions) {
    super();
    this.#options = options;
    this.folder = `${options.bench.directory}/${options.name ?? "btcd"}`;
    Deno.mkdirSync(this.folder, { recursive: true });
    Deno.writeTextFileSync(`${this.folder}/password`, `${PASSWORD}\n`, { mode: 0o600 });
    Deno.writeTextFileSync(
      `${this.folder}/btcd.conf`,
      `[Application Options]\nrpcuser=${USER}\nrpcpass=${PASSWORD}\n`,
      { mode: 0o600 },
    );
  }

  /** One that runs. */
  static async open(options: BtcdOptions): Promise<BtcdNode> {
    const node = new BtcdNode(options);
    await node.start();
    return node;
  }

  get node(): string {
    return `rpc:${this.url}?user=${USER}` +
      `&password_file=${this.folder}/password&ca_file=${this.certificate}`;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** File with the certificate that it made for itself. */
  get certificate(): string {
    return `${this.folder}/rpc.cert`;
  }

  async mine(count: number): Promise<readonly string[]> {
    return await this.rpc<string[]>("generate", count);
  }

  protected launch(more: readonly string[]): Started {
    const { bench, bin, name = "btcd" } = this.#options;
    return bench.start(`btcd (${name})`, `${bin}/btcd`, [
      "--regtest",
      `--configfile=${this.folder}/btcd.conf`,
      `--datadir=${this.folder}/data`,
      `--logdir=${this.folder}/logs`,
      `--rpccert=${this.certificate}`,
      `--rpckey=${this.folder}/rpc.key`,
      `--rpclisten=127.0.0.1:${this.#port}`,
      `--listen=127.0.0.1:${this.#peerPort}`,
      `--miningaddr=${ANYONE_ADDRESS}`,
      "--nodnsseed",
      ...more,
    ]);
  }

  protected get address(): RpcAddress {
    return {
      url: this.url,
      credentials: () => `${USER}:${PASSWORD}`,
      certificate: () => Deno.readTextFileSync(this.certificate),
    };
  }
}

const ANYONE_ADDRESS = Address({ ...NETWORKS.regtest, wif: 0xef })
  .encode({ type: "wsh", hash: ANYONE_P2WSH.subarray(2) });
