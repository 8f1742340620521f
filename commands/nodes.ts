import { EmbeddedNode } from "../lib/chain/embedded.ts";
import { measureHashRate } from "../lib/chain/hash_rate.ts";
import { OperatorError } from "../lib/errors.ts";
import { FailoverNode } from "../lib/node/failover.ts";
import { IpcNode } from "../lib/node/ipc/ipc_node.ts";
import { socketPath } from "../lib/node/ipc/socket_path.ts";
import type { Node } from "../lib/node/node.ts";
import {
  certificateFile,
  cookieFile,
  type Credentials,
  userAndPassword,
} from "../lib/node/rpc/credentials.ts";
import { RpcNode } from "../lib/node/rpc/rpc_node.ts";
import type { Files, Host } from "../lib/ports.ts";
import type { TpNodes } from "../lib/roles/tp/serve.ts";
import {
  defaultDataDir,
  networkDir,
  type NodeAddress,
  RPC_PORTS,
  type RpcAddress,
} from "./node_address.ts";
import type { NodeValues } from "./node_settings.ts";
import { type TemplateThread, templateThread } from "./template_thread.ts";

/** What the embedded chain can be told. */
export interface EmbeddedValues {
  readonly blockTime: number;
  readonly hashRateHint: number;
  readonly transactionsPerSecond: number;
}

/** Nodes, none of them run yet, and what stands behind them. */
export type OpenNodes = TpNodes & Disposable;

/**
 * The nodes that the settings name: one to take templates from, all of them to give blocks to.
 *
 * @throws {OperatorError} If a password or an address is of no use.
 */
export async function openNodes(
  values: NodeValues & Partial<EmbeddedValues>,
  host: Host,
): Promise<OpenNodes> {
  if (values.node.some(({ kind }) => kind === "embedded")) {
    return { node: embeddedNode(values, host), [Symbol.dispose]() {} };
  }
  const stop = new AbortController();
  const thread = templateThread(stop.signal);
  const open = (address: NodeAddress): Promise<Node> => openNode(address, values, host, thread);
  const nodes = await Promise.all(values.node.map(open));
  const others = await Promise.all(values.alsoSubmit.map(open));
  const [only] = nodes;
  if (only === undefined) throw new OperatorError("config", "node: names none");
  const node = nodes.length === 1 ? only : new FailoverNode(nodes, host);
  return { node, targets: [...nodes, ...others], [Symbol.dispose]: () => stop.abort() };
}

async function openNode(
  address: NodeAddress,
  values: NodeValues,
  host: Host,
  thread: TemplateThread,
): Promise<Node> {
  const { network, dataDir = defaultDataDir(), rpcCaFile, preciousBlock } = values;
  if (address.kind === "embedded") throw new OperatorError("config", "node: embedded stands alone");
  if (address.kind === "ipc") {
    return new IpcNode({ path: address.path ?? socketPath(dataDir, network), network, host });
  }
  const caFile = address.caFile ?? rpcCaFile;
  return new RpcNode({
    url: address.url ?? `http://127.0.0.1:${RPC_PORTS[network]}`,
    network,
    credentials: await credentialsOf(
      address,
      values,
      `${networkDir(dataDir, network)}/.cookie`,
      host.files,
    ),
    ca: caFile === undefined ? undefined : certificateFile(host.files, caFile),
    digest: thread.digest(),
    host,
    precious: preciousBlock,
  });
}

async function credentialsOf(
  { cookieFile: cookie, user, passwordFile }: RpcAddress,
  { rpcUser, rpcPassword }: NodeValues,
  usualCookie: string,
  files: Files,
): Promise<Credentials> {
  const name = user ?? (cookie === undefined ? rpcUser : undefined);
  if (name === undefined) return cookieFile(files, cookie ?? usualCookie);
  const password = passwordFile === undefined ? rpcPassword : await passwordIn(files, passwordFile);
  if (password !== undefined) return userAndPassword({ user: name, password });
  throw new OperatorError(
    "config",
    `The password of the node's user ${name} is not given: name a password_file, ` +
      "or give rpc_password_file",
  );
}

async function passwordIn(files: Files, path: string): Promise<string> {
  const bytes = await files.read(path);
  if (bytes === undefined) {
    throw new OperatorError("config", `Cannot read the password in ${path}: there is no such file`);
  }
  return new TextDecoder().decode(bytes).trim();
}

/** The chain in this process; without a hint, for a miner on this computer. */
function embeddedNode(
  { blockTime = 20, hashRateHint = 0, transactionsPerSecond = 0 }: Partial<EmbeddedValues>,
  { clock, random }: Host,
): Node {
  const hint = hashRateHint ||
    measureHashRate(clock) * Math.max(1, navigator.hardwareConcurrency - 1);
  return new EmbeddedNode({ clock, random, blockTime, hashRateHint: hint, transactionsPerSecond });
}
