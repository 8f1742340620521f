import type { Network } from "../../bitcoin/network.ts";
import type { Host } from "../../ports.ts";

/** Which node, and how it is treated; all of it comes from the operator. */
export interface IpcNodeOptions {
  /** Of the socket: `<datadir>/<network>/node.sock`, unless the node was told otherwise. */
  readonly path: string;
  readonly network: Network;
  readonly host: Pick<Host, "clock" | "log" | "connectLocal">;
  /**
   * Whether to wait for a node that is catching up with its network. By default everywhere but on
   * regtest, where a node thinks so until somebody mines.
   */
  readonly cooldown?: boolean;
  /** Milliseconds between two looks at the fees; 1,000 at least, and usually. */
  readonly feeIntervalMs?: number;
  /** Milliseconds in which the node must answer what it can answer at once; usually 10,000. */
  readonly callTimeoutMs?: number;
  /** Bytes of transactions kept of templates; usually 64 MiB. */
  readonly transactionBytes?: number;
}

/** The same with what is usual where nothing else was said. */
export function settled(options: IpcNodeOptions): Required<IpcNodeOptions> {
  return {
    cooldown: options.network !== "regtest",
    callTimeoutMs: 10_000,
    transactionBytes: 64 * 2 ** 20,
    ...options,
    feeIntervalMs: Math.max(MIN_FEE_INTERVAL_MS, options.feeIntervalMs ?? 0),
  };
}

/** As often as the port may tell of fees. */
const MIN_FEE_INTERVAL_MS = 1_000;
