import { equalBytes } from "../../bitcoin/bytes.ts";
import { blockHash, decodeHeader, displayHash } from "../../bitcoin/header.ts";
import { splitBlock } from "../../bitcoin/split_block.ts";
import { RemoteError } from "../../capnp/remote_error.ts";
import { DecodeError, OperatorError } from "../../errors.ts";
import type { SolvedBlock, Verdict } from "../node.ts";
import type { BlockTemplate } from "./block_template.ts";
import type { Opinion } from "./mining.ts";
import { isUnimplemented } from "./schema.ts";
import type { Session } from "./session.ts";

/** What the node says of a block that does not build on its tip, where it could only check one that does. */
const NOT_ON_TIP = "inconclusive-not-best-prevblk";

/**
 * Milliseconds in which a node may come to know the block before ours: one that was killed has lost its
 * last blocks, and gets them again from others.
 */
const PARENT_MS = 600_000;

const UNEXPLAINED: Verdict = { outcome: "refused", reason: "the node did not say why" };

/**
 * Gives a block to the node, and finds out what became of it.
 *
 * @param remote The template that it was made from, if the node still holds that: then the solution is
 * enough, and the block need not be carried over.
 * @throws {OperatorError} If there is no verdict: the node does not know the block's parent, and has
 * not been there for long; or it is Bitcoin Core 31.0, which takes no block that it holds no template of.
 * @throws {RemoteError} If the connection ends.
 */
export async function submitBlock(
  session: Session,
  solved: SolvedBlock,
  remote: BlockTemplate | undefined,
): Promise<Verdict> {
  const { header, block } = solved;
  const hash = blockHash(header);
  if (session.known.has(hash)) return { outcome: "known" };
  const verdict = remote === undefined
    ? await submitWhole(session, { block, hash }) ?? await checkOnly(session, block)
    : await submitSolution(session, solved, { remote, hash });
  if (verdict.outcome !== "refused") session.known.add(hash);
  return verdict;
}

async function submitSolution(
  session: Session,
  { header, coinbase, block }: SolvedBlock,
  { remote, hash }: { readonly remote: BlockTemplate; readonly hash: Uint8Array },
): Promise<Verdict> {
  const { mining, threads: { submit } } = session;
  const { version, time, nonce } = decodeHeader(header);
  let isProcessed = false;
  try {
    isProcessed = await remote.submitSolution({ version, time, nonce, coinbase }, submit);
  } catch (error) {
    // The node could not read the coinbase, which shows in the whole block as well, or does not.
    if (!(error instanceof RemoteError) || error.kind !== "failed") throw error;
  }
  if (isProcessed) {
    const tip = await mining.getTip(submit);
    if (tip !== undefined && equalBytes(tip.hash, hash)) return { outcome: "accepted" };
  }
  // It may be invalid, or valid and not the best; and if it was not put together as we think, it is not
  // there at all.
  const verdict = await submitWhole(session, { block, hash });
  if (!isProcessed) return verdict ?? await check(session, block) ?? UNEXPLAINED;
  if (verdict !== undefined && verdict.outcome !== "known") return verdict;
  return await check(session, block) ?? await placeOf(session, hash);
}

/** @returns Undefined if the node takes no whole blocks. */
async function submitWhole(
  session: Session,
  what: { readonly block: Uint8Array; readonly hash: Uint8Array },
): Promise<Verdict | undefined> {
  const { mining, threads: { submit } } = session;
  try {
    return await verdictOf(await mining.submitBlock(what.block, submit), session, what);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (isUnimplemented(error)) return undefined;
    if (error.kind === "failed" && !isBlock(what.block)) {
      return { outcome: "refused", reason: "Block decode failed" };
    }
    throw error;
  }
}

async function verdictOf(
  { ok, reason }: Opinion,
  session: Session,
  { block, hash }: { readonly block: Uint8Array; readonly hash: Uint8Array },
): Promise<Verdict> {
  if (ok) return { outcome: "accepted" };
  if (reason === "duplicate") return { outcome: "known" };
  // It was stored, and there was no reason to connect it: it is not the best.
  if (reason === "inconclusive") return await placeOf(session, hash);
  if (reason === "prev-blk-not-found" && session.age < PARENT_MS) {
    throw new OperatorError(
      "peer",
      "it does not know the block before this one; after a crash it needs some time to catch up",
    );
  }
  // It was refused before, and the node has forgotten why.
  const again = reason === "duplicate-invalid" ? await check(session, block) : undefined;
  return again ?? refusal(reason);
}

/** Asks what is wrong with a block. @returns Undefined if nothing is, or the node cannot say. */
async function check(
  { mining, threads }: Session,
  block: Uint8Array,
): Promise<Verdict | undefined> {
  const { ok, reason } = await mining.checkBlock(block, threads.submit);
  return ok || reason === NOT_ON_TIP ? undefined : refusal(reason);
}

/** Of a block that the node has, and that is not its tip: another block may stand on it already. */
async function placeOf({ rpc, threads }: Session, hash: Uint8Array): Promise<Verdict> {
  const confirmations = await rpc?.confirmations(displayHash(hash), threads.submit).catch(() => 0);
  return { outcome: confirmations !== undefined && confirmations > 0 ? "accepted" : "side" };
}

/** All that Bitcoin Core 31.0 can do with a whole block. */
async function checkOnly(session: Session, block: Uint8Array): Promise<Verdict> {
  const refused = await check(session, block);
  if (refused !== undefined) return refused;
  throw new OperatorError(
    "peer",
    "it takes no block over IPC that it did not make the template of on this connection: Bitcoin " +
      "Core 31.0 cannot; name the node's RPC address in also_submit",
  );
}

function isBlock(block: Uint8Array): boolean {
  try {
    splitBlock(block);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

function refusal(reason: string): Verdict {
  return reason === "" ? UNEXPLAINED : { outcome: "refused", reason };
}
