import { decodeBlock } from "../../../lib/bitcoin/block.ts";
import { txid } from "../../../lib/bitcoin/transaction.ts";
import { displayHash } from "../../../lib/bitcoin/header.ts";
import { callNode, type RpcAddress } from "./json_rpc.ts";
import type { Started } from "./process.ts";
import { until } from "./until.ts";

/** A Bitcoin node that nobody here wrote, on a chain of ours in a folder of its own. */
export abstract class NodeProcess {
  /** For results: `Bitcoin Core`. */
  abstract readonly program: string;
  /** As `node` in our configuration. */
  abstract readonly node: string;
  protected abstract readonly address: RpcAddress;
  #process: Started | undefined;

  /** @param flags The program's own, for this run. */
  protected abstract launch(flags: readonly string[]): Started;

  /** Mines `count` blocks whose coins are anyone's. @returns Their hashes. */
  abstract mine(count: number): Promise<readonly string[]>;

  get process(): Started {
    if (this.#process === undefined) throw new Error(`${this.program} does not run`);
    return this.#process;
  }

  /** Starts it, for the first time or again, and waits until it answers. */
  async start(flags: readonly string[] = []): Promise<void> {
    const process = this.launch(flags);
    this.#process = process;
    let ended = false;
    void process.ended.then(() => ended = true);
    await until(`${this.program} to answer`, async () => {
      if (ended) throw new Error(`${this.program} ended:\n${process.output().slice(-2_000)}`);
      return await this.rpc("getblockcount").then(() => true, () => undefined);
    }, 60_000);
  }

  /** Ends it as its user would. */
  async stop(): Promise<void> {
    await this.process.stop("SIGTERM");
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.process.stop("SIGKILL");
  }

  /** Leaves it there, without a sign of life. */
  pause(): void {
    Deno.kill(this.process.pid, "SIGSTOP");
  }

  resume(): void {
    Deno.kill(this.process.pid, "SIGCONT");
  }

  rpc<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    return callNode<T>(this.address, method, params);
  }

  bestBlock(): Promise<string> {
    return this.rpc<string>("getbestblockhash");
  }

  height(): Promise<number> {
    return this.rpc<number>("getblockcount");
  }

  async block(hash: string): Promise<Uint8Array> {
    return Uint8Array.fromHex(await this.rpc<string>("getblock", hash, 0));
  }

  /** Ids of a block's transactions, the coinbase's first. */
  async txids(hash: string): Promise<string[]> {
    const { transactions } = decodeBlock(await this.block(hash));
    return transactions.map((tx) => displayHash(txid(tx)));
  }

  /** Whether it has the block, on its best chain or beside. */
  knows(hash: string): Promise<boolean> {
    return this.rpc("getblock", hash, 0).then(() => true, () => false);
  }

  /** Waits until another block than `hash` is the best. @returns That block's hash. */
  newBest(hash: string, timeoutMs = 60_000): Promise<string> {
    return until(`a block after ${hash}`, async () => {
      const best = await this.bestBlock();
      return best === hash ? undefined : best;
    }, timeoutMs);
  }
}
