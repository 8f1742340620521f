import { displayHash } from "../../../lib/bitcoin/header.ts";
import { blockHash, encodeHeader } from "../../../lib/bitcoin/header.ts";
import { foldMerklePath } from "../../../lib/bitcoin/merkle.ts";
import { decodeTransaction, txid } from "../../../lib/bitcoin/transaction.ts";
import { connect } from "../../../lib/host/tcp.ts";
import {
  CoinbaseOutputConstraints,
  NewTemplate,
  SetNewPrevHash,
  SubmitSolution,
} from "../../../lib/messages/template.ts";
import { RawClient } from "../../support/raw_client.ts";
import { solveTemplate } from "../../support/tp_bench.ts";
import { until } from "./until.ts";

const CONSTRAINTS = { coinbaseOutputMaxAdditionalSize: 100, coinbaseOutputMaxAdditionalSigops: 4 };

/** What a client was told to work on. */
export interface Task {
  readonly template: NewTemplate;
  readonly prevHash: SetNewPrevHash;
}

/** A client of a template provider that hashes by itself, where a block costs two tries. */
export class TemplateClient {
  readonly raw: RawClient;

  private constructor(raw: RawClient) {
    this.raw = raw;
  }

  /** Connects, and asks for templates. */
  static async connect(port: number): Promise<TemplateClient> {
    const raw = await RawClient.handshake(await connect({ hostname: "127.0.0.1", port }, 5_000));
    await raw.setup({ protocol: 2 });
    await raw.send(CoinbaseOutputConstraints, CONSTRAINTS);
    return new TemplateClient(raw);
  }

  /** Waits for something to work on. @param after A block, as people read it, that is not built on. */
  task(timeoutMs = 10_000, after?: string): Promise<Task> {
    return until("a template and its SetNewPrevHash", () => {
      const prevHash = this.raw.all(SetNewPrevHash).at(-1);
      if (prevHash === undefined || displayHash(prevHash.prevHash) === after) {
        if (this.raw.closed) throw new Error("the template provider hung up");
        return undefined;
      }
      const template = this.raw.all(NewTemplate).at(-1);
      return template && { template, prevHash };
    }, timeoutMs);
  }

  /** The block that {@link TemplateClient.submit} would make of a task. */
  solve(
    { template, prevHash }: Task,
  ): { readonly hash: string; readonly solution: SubmitSolution } {
    const solution = solveTemplate(template, prevHash);
    const header = encodeHeader({
      version: solution.version,
      prevHash: prevHash.prevHash,
      merkleRoot: foldMerklePath(
        txid(decodeTransaction(solution.coinbaseTx)),
        template.merklePath,
      ),
      time: solution.headerTimestamp,
      nBits: prevHash.nBits,
      nonce: solution.headerNonce,
    });
    return { hash: displayHash(blockHash(header)), solution };
  }

  async submit(solution: SubmitSolution): Promise<void> {
    await this.raw.send(SubmitSolution, solution);
  }

  close(): void {
    this.raw.socket.close();
  }
}
