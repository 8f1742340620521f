import { blockHash, displayHash } from "../../bitcoin/header.ts";
import { OperatorError } from "../../errors.ts";
import type { SolvedBlock, Verdict } from "../node.ts";
import type { CallLimits, RpcClient } from "./client.ts";
import { faultOf, garbage } from "./faults.ts";
import { submitAnswerOf } from "./verdict.ts";

/** Blocks that cannot be decoded get this error, Bitcoin Core's and btcd's. */
const DESERIALIZATION = -22;
/** Nobody has heard of that block. */
const NOT_FOUND = -5;

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
  if (verdict === "unjudged") throw unjudged(name);
  if (verdict !== "taken" && verdict.outcome !== "side") return verdict;
  const hash = displayHash(blockHash(header));
  // Old and foreign nodes do not know it, and the block is theirs all the same.
  if (precious) await client.call("preciousblock", [hash], limits).catch(() => {});
  if (verdict !== "taken" && !precious) return verdict;
  const outcome = await standing(hash, client, limits);
  if (outcome === undefined) throw unjudged(name);
  return { outcome };
}

/**
 * Where a block stands that the node took: `accepted` if it is the tip, or below it, or the node does not
 * say; undefined if the node does not know it after all.
 */
async function standing(
  hash: string,
  client: RpcClient,
  limits: CallLimits,
): Promise<"accepted" | "side" | undefined> {
  try {
    if (await client.call("getbestblockhash", [], limits) === hash) return "accepted";
    const header = await client.ask("getblockheader", JSON.stringify([hash]), limits);
    if (header.type === "refused") return header.code === NOT_FOUND ? undefined : "side";
    if (header.type === "garbage") return "accepted";
    // Bitcoin Core has -1 for what is on a side branch; btcd has an error.
    const { confirmations } = Object(header.result) as { readonly confirmations?: unknown };
    return typeof confirmations === "number" && confirmations < 0 ? "side" : "accepted";
  } catch {
    return "accepted";
  }
}

function unjudged(name: string): OperatorError {
  return new OperatorError(
    "peer",
    `Cannot have ${name} judge a block: it has not got the block before it yet`,
  );
}
