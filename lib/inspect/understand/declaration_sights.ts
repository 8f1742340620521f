/**
 * SV2 §6.4: tokens and what is declared with them.
 *
 * @module
 */

import {
  AllocateMiningJobToken,
  AllocateMiningJobTokenSuccess,
  DeclareMiningJob,
  DeclareMiningJobError,
  DeclareMiningJobSuccess,
  ProvideMissingTransactions,
  ProvideMissingTransactionsSuccess,
  PushSolution,
} from "../../messages/declaration.ts";
import { equalBytes } from "../../bitcoin/bytes.ts";
import { kept } from "./read.ts";
import type { AllocateRequest, Declaration } from "./request.ts";
import { on } from "./scene.ts";
import type { Share } from "./share.ts";
import { rootOf, type Token } from "./token.ts";
import { nonceKey, type World } from "./world.ts";

/** What the tracker learns from messages of job declaration. */
export const DECLARATION_SIGHTS = [
  on(AllocateMiningJobToken, ({ requestId, userIdentifier }, { world, on, at }) => {
    const request: AllocateRequest = { ...at, on, kind: "allocate", requestId, userIdentifier };
    const clash = on.request("allocate", requestId);
    world.ask(request);
    return { kind: "allocate", request, clash };
  }),
  on(AllocateMiningJobTokenSuccess, (value, { world, on, at }) => {
    const request = on.request("allocate", value.requestId);
    if (request !== undefined) world.answered(request);
    const token: Token = {
      ...at,
      hex: value.miningJobToken.toHex(),
      on,
      user: request?.userIdentifier,
      outputs: kept(value.coinbaseTxOutputs),
      from: undefined,
    };
    const known = world.tokens.get(token.hex);
    world.addToken(token);
    return { kind: "allocated", request, token, known };
  }),
  on(DeclareMiningJob, (value, { world, on, at }) => {
    const tokenHex = value.miningJobToken.toHex();
    const declaration: Declaration = {
      ...at,
      on,
      kind: "declare",
      requestId: value.requestId,
      tokenHex,
      token: world.tokens.get(tokenHex),
      transactions: value.wtxidList.length,
      missing: undefined,
    };
    const clash = on.request("declare", value.requestId);
    world.ask(declaration);
    return { kind: "declare", declaration, value, clash };
  }),
  on(DeclareMiningJobSuccess, ({ requestId, newMiningJobToken }, { world, on, at }) => {
    const declaration = on.request("declare", requestId);
    if (declaration !== undefined) world.answered(declaration);
    const before = declaration?.token;
    const token: Token = {
      ...at,
      hex: newMiningJobToken.toHex(),
      on,
      user: before?.user,
      outputs: before?.outputs,
      from: before && rootOf(before),
    };
    world.addToken(token);
    return { kind: "declared", declaration, token };
  }),
  on(DeclareMiningJobError, (value, { world, on }) => {
    const declaration = on.request("declare", value.requestId);
    if (declaration !== undefined) world.answered(declaration);
    return { kind: "declare-refused", declaration, value };
  }),
  on(ProvideMissingTransactions, ({ requestId, unknownTxPositionList: positions }, { on }) => {
    const declaration = on.request("declare", requestId);
    if (declaration !== undefined) declaration.missing = positions.length;
    return { kind: "missing", declaration, positions };
  }),
  on(ProvideMissingTransactionsSuccess, ({ requestId, transactionList }, { on }) => {
    const declaration = on.request("declare", requestId);
    return { kind: "provided", declaration, transactions: transactionList.length };
  }),
  on(PushSolution, (value, { world }) => {
    const { nonce, ntime, version, extranonce } = value;
    const share = shareLike(
      { nonce, ntime, version },
      world,
      ({ channel, job, extranonce: own }) => {
        const prefix = job && channel.prefixOf(job);
        return prefix === undefined ||
          equalBytes(extranonce, Uint8Array.of(...prefix, ...own));
      },
    );
    return { kind: "push", value, share };
  }),
];

/** The share that has become a solution, if it was seen. */
export function shareLike(
  header: { readonly nonce: number; readonly ntime: number; readonly version: number },
  world: World,
  matches: (share: Share) => boolean = () => true,
): Share | undefined {
  return world.sharesByNonce.find(nonceKey(header))
    .find((share) => share.version === header.version && matches(share));
}
