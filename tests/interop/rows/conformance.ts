import { denoHost } from "../../../lib/host/deno.ts";
import { denoFiles } from "../../../lib/host/files.ts";
import { testNode } from "../../../lib/node/conformance.ts";
import { IpcNode } from "../../../lib/node/ipc/ipc_node.ts";
import type { Node } from "../../../lib/node/node.ts";
import { certificateFile, cookieFile, userAndPassword } from "../../../lib/node/rpc/credentials.ts";
import { digestHere } from "../../../lib/node/rpc/digest_here.ts";
import { RpcNode } from "../../../lib/node/rpc/rpc_node.ts";
import type { Host } from "../../../lib/ports.ts";
import type { Log } from "../../../lib/telemetry/log.ts";
import { BtcdNode, PASSWORD, USER } from "../support/btcd_node.ts";
import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import type { NodeProcess } from "../support/node_process.ts";
import { Purse } from "../support/purse.ts";
import type { Row } from "../support/row.ts";
import { sleep, until } from "../support/until.ts";

const SHOWS = "every check of lib/node/conformance.ts";
/** Milliseconds after which btcd makes a template anew for transactions that came. */
const BTCD_TEMPLATE_AGE_MS = 60_000;

/** The suite that every backend passes, on the nodes themselves. */
export const conformance: readonly Row[] = [
  {
    pairing: "Bitcoin Core (IPC) ↔ our IpcNode",
    shows: SHOWS,
    run: ({ bin }) =>
      conforms(
        bin,
        fresh,
        (node, host) => new IpcNode({ path: node.socket, network: "regtest", host }),
      ),
  },
  {
    pairing: "Bitcoin Core (RPC) ↔ our RpcNode",
    shows: SHOWS,
    run: ({ bin }) =>
      conforms(bin, fresh, (node, host) =>
        new RpcNode({
          url: node.url,
          network: "regtest",
          credentials: cookieFile(denoFiles, node.cookie),
          digest: digestHere(),
          host,
        })),
  },
  {
    pairing: "btcd (RPC over TLS) ↔ our RpcNode",
    shows: SHOWS,
    run: ({ bin }) =>
      conforms(bin, aged, (node, host) =>
        new RpcNode({
          url: node.url,
          network: "regtest",
          credentials: userAndPassword({ user: USER, password: PASSWORD }),
          ca: certificateFile(denoFiles, node.certificate),
          digest: digestHere(),
          host,
        })),
  },
];

/** A node that runs, and coins on its chain. */
interface Ready<P> {
  readonly process: P;
  readonly purse: Purse;
}

/** Makes nodes ready for as many checks. @returns What opens the next one. */
type Prepare<P> = (bench: Bench, bin: string, checks: number) => Promise<() => Promise<Ready<P>>>;

/** Runs the suite. @throws {Error} With every check that failed. */
async function conforms<P extends NodeProcess>(
  bin: string,
  prepare: Prepare<P>,
  backend: (node: P, host: Host) => Node,
): Promise<string> {
  await using bench = new Bench();
  const checks: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  const prepared: (() => Promise<Ready<P>>)[] = [];
  testNode({
    name: "it",
    test: (name, run) => void checks.push({ name, run }),
    async open() {
      const [next] = prepared;
      if (next === undefined) throw new Error("no node was made ready");
      const { process, purse } = await next();
      const { signal } = new AbortController();
      return {
        node: backend(process, denoHost({ log: SILENT, signal })),
        pay: () => pay(process, purse),
        wait: sleep,
        close: () => process.stop(),
      };
    },
  });
  prepared.push(await prepare(bench, bin, checks.length));
  const failures: string[] = [];
  for (const { name, run } of checks) {
    await run().catch((error) => failures.push(`${name}: ${error.stack ?? error}`));
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return `${checks.length} of ${checks.length} checks`;
}

/** A node for each check, started when it is its turn. */
const fresh: Prepare<CoreNode> = (bench, bin) => {
  let number = 0;
  return Promise.resolve(async () => {
    const process = await CoreNode.open({ bench, bin, name: `core-${number++}` });
    return { process, purse: await Purse.fill(process, 1) };
  });
};

/**
 * A node for each check, all of them with a template so old that transactions get into the next one at
 * once: else each check that pays would take that minute.
 */
const aged: Prepare<BtcdNode> = async (bench, bin, checks) => {
  const ready: Ready<BtcdNode>[] = [];
  while (ready.length < checks) {
    const process = await BtcdNode.open({ bench, bin, name: `btcd-${ready.length}` });
    ready.push({ process, purse: await Purse.fill(process, 1) });
    await process.rpc("getblocktemplate", TEMPLATE_REQUEST);
  }
  await sleep(BTCD_TEMPLATE_AGE_MS);
  return () => {
    const next = ready.shift();
    return next ? Promise.resolve(next) : Promise.reject(new Error("too few nodes"));
  };
};

/** Pays, and waits until the node would have it in a block: over RPC it gives old templates for a while. */
async function pay(node: NodeProcess, purse: Purse): Promise<void> {
  const id = await purse.pay();
  await until("a template with the payment", async () => {
    const { transactions } = await node.rpc<{ transactions: { txid: string }[] }>(
      "getblocktemplate",
      TEMPLATE_REQUEST,
    );
    return transactions.some((tx) => tx.txid === id) || undefined;
  });
  // Ours takes an answer of the last second for fresh.
  await sleep(1_000);
}

const TEMPLATE_REQUEST = { rules: ["segwit"] };

const SILENT: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => SILENT,
};
