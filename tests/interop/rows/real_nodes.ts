import { BtcdNode } from "../support/btcd_node.ts";
import { CoreNode } from "../support/core_node.ts";
import { Bench } from "../support/headframe.ts";
import type { NodeProcess } from "../support/node_process.ts";
import { COINS, findPayments, sendPayments } from "../support/payments.ts";
import { freePort, reachable, type Started } from "../support/process.ts";
import { Purse } from "../support/purse.ts";
import type { Row } from "../support/row.ts";
import { poolOnCore, sriPool, sriSolo } from "../support/sri.ts";

const OURS = "block accepted; best block hash changes; transactions with witness in it";

/** Blocks on real nodes' templates, by our programs and by others'. */
export const realNodes: readonly Row[] = [
  {
    pairing: "Bitcoin Core (IPC) → our tp → our pool → our mine",
    shows: OURS,
    run: (peers) => withCore(peers.bin, (node) => ({ setting: node.node, mine: ourPool })),
  },
  {
    pairing: "Bitcoin Core (RPC) → our tp → our pool → our mine",
    shows: OURS,
    run: (peers) => withCore(peers.bin, (node) => ({ setting: node.overRpc, mine: ourPool })),
  },
  {
    pairing: "Bitcoin Core (IPC) → our pool, by the settings of SRI's pool_sv2 → our mine",
    shows: `${OURS}, without a template provider beside it`,
    async run({ bin }) {
      await using bench = new Bench();
      const node = await CoreNode.open({ bench, bin });
      const payments = await sendPayments(await Purse.fill(node, COINS));
      const before = await node.bestBlock();
      const port = freePort();
      const pool = bench.headframe("pool", poolOnCore({ port, dataDir: node.folder }));
      await reachable(port, pool);
      bench.mine(port);
      const hash = await node.newBest(before, 90_000);
      await accepted(pool, hash);
      const found = await findPayments(node, before, payments);
      return `${found} transactions with witness in the block`;
    },
  },
  {
    pairing: "btcd (RPC over TLS) → our tp → our pool → our mine",
    shows: OURS,
    async run({ bin }) {
      await using bench = new Bench();
      const node = await BtcdNode.open({ bench, bin });
      return await mineBlocks(bench, node, { bin, setting: node.node, mine: ourPool });
    },
  },
  {
    pairing: "Bitcoin Core on a signet (IPC) → our tp → our pool → our mine",
    shows: "blocks that cost millions of hashes are accepted",
    async run({ bin }) {
      await using bench = new Bench("signet");
      const node = await CoreNode.open({ bench, bin, chain: "signet" });
      const before = await node.bestBlock();
      const { tp, port: templates } = await bench.tpOn(node.node);
      await ourPool(bench, { bin, templates });
      const hash = await node.newBest(before, 120_000);
      await accepted(tp, hash);
      const { bits } = await node.rpc<{ bits: string }>("getblockheader", hash);
      return `a block of nBits ${bits} accepted`;
    },
  },
  {
    pairing: "Bitcoin Core → our tp → SRI pool_sv2 (Sv2Tp) → SRI mining_device",
    shows: "SRI's pool lives on our templates and a block comes back",
    run: (peers) => withCore(peers.bin, (node) => ({ setting: node.node, mine: theirPool })),
  },
  {
    pairing: "Bitcoin Core → our tp → SRI jd_client_sv2 (SOLOMINING) → SRI mining_device",
    shows: "SRI's client lives on our templates and a block comes back",
    run: (peers) => withCore(peers.bin, (node) => ({ setting: node.node, mine: theirClient })),
  },
];

/** Starts what mines on templates. */
type Mine = (bench: Bench, to: { readonly bin: string; readonly templates: number }) => Promise<
  unknown
>;

interface Chain {
  /** `node` of our template provider. */
  readonly setting: string;
  readonly mine: Mine;
}

async function withCore(bin: string, chain: (node: CoreNode) => Chain): Promise<string> {
  await using bench = new Bench();
  const node = await CoreNode.open({ bench, bin });
  return await mineBlocks(bench, node, { bin, ...chain(node) });
}

/** Waits for two blocks: the one with the payments, and one on top of it. */
async function mineBlocks(
  bench: Bench,
  node: NodeProcess,
  { bin, setting, mine }: Chain & { readonly bin: string },
): Promise<string> {
  const payments = await sendPayments(await Purse.fill(node, COINS));
  const before = await node.bestBlock();
  const { tp, port: templates } = await bench.tpOn(setting);
  await mine(bench, { bin, templates });
  const first = await node.newBest(before, 90_000);
  const second = await node.newBest(first, 90_000);
  const found = await findPayments(node, before, payments);
  for (const hash of [first, second]) await accepted(tp, hash);
  return `${found} transactions with witness in the block, ${
    tp.count(/"block\.accepted"/g)
  } blocks accepted`;
}

/** @throws {Error} If the block was not one that came through our template provider. */
async function accepted(tp: Started, hash: string): Promise<void> {
  await tp.sees(new RegExp(`"block\\.accepted".*${hash}|${hash}.*"block\\.accepted"`));
}

const ourPool: Mine = async (bench, { templates }) => {
  const { port } = await bench.pool(templates);
  bench.mine(port);
};

const theirPool: Mine = async (bench, { bin, templates }) => {
  const port = freePort();
  const config = bench.file("pool.toml", sriPool({ port, templates }));
  const pool = bench.start("pool_sv2", `${bin}/pool_sv2`, ["-c", config], { RUST_LOG: "info" });
  await pool.sees(/ready to accept connections/, 60_000);
  bench.device(bin, port);
};

const theirClient: Mine = async (bench, { bin, templates }) => {
  const port = freePort();
  const config = bench.file("jdc.toml", sriSolo({ port, templates }));
  const args = ["-c", config];
  const client = bench.start("jd_client_sv2", `${bin}/jd_client_sv2`, args, { RUST_LOG: "info" });
  await reachable(port, client);
  bench.device(bin, port);
};
