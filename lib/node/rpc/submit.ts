import { blockHash, displayHash } from "../../bitcoin/header.ts";
import type { SolvedBlock, Verdict } from "../node.ts";
import type { CallLimits, RpcClient } from "./client.ts";
import { faultOf, garbage } from "./faults.ts";
import { submitAnswerOf } from "./verdict.ts";

/** Blocks that cannot be decoded get this error, Bitcoin Core's and btcd's. */
const DESERIALIZATION = -22;

/** Whom a block is given to. */
export interface BlockDestination {
  readonly client: RpcClient;
  readonly name: string;
  readonly limits: CallLimits;
  /** Whether it shall prefer this block to another that came first and has as much work. */
  readonly precious: boolean;
}

/**
 * Gives the node a block.
 *
 * @throws {OperatorError} If there is no verdict.
 */
export async function submitBlock(
  { header, block }: SolvedBlock,
  { client, name, limits, precious }: BlockDestination,
): Promise<Verdict> {
  const answer = await client.ask("submitblock", { hex: block }, limits);
  if (answer.type === "garbage") throw garbage(name, "submitblock", answer.reason);
  if (answer.type === "refused") {
    if (answer.code === DESERIALIZATION) return { outcome: "refused", reason: answer.message };
    throw faultOf(name, "submitblock", answer);
  }
  const verdict = submitAnswerOf(answer.result);
  if (verdict === undefined) throw garbage(name, "submitblock", "it is neither null nor a word");
  if (verdict !== "taken" && verdict.outcome !== "side") return verdict;
  const hash = displayHash(blockHash(header));
  // Old and foreign nodes do not know it, and the block is theirs all the same.
  if (precious) await client.call("preciousblock", [hash], limits).catch(() => {});
  if (verdict !== "taken" && !precious) return verdict;
  return { outcome: await isOnBestChain(hash, client, limits) ? "accepted" : "side" };
}

/** Whether a block that the node took is below its tip, or the tip; so if the node does not say. */
async function isOnBestChain(
  hash: string,
  client: RpcClient,
  limits: CallLimits,
): Promise<boolean> {
  try {
    if (await client.call("getbestblockhash", [], limits) === hash) return true;
  } catch {
    return true;
  }
  // Bitcoin Core has -1 confirmations for what is on a side branch, btcd an error.
  const header = await client.ask("getblockheader", JSON.stringify([hash]), limits)
    .catch(() => undefined);
  if (header === undefined) return true;
  if (header.type !== "result") return false;
  const { confirmations } = Object(header.result) as { readonly confirmations?: unknown };
  return typeof confirmations === "number" && confirmations > 0;
}
