import { targetFromCompact } from "../../bitcoin/compact.ts";
import { WITNESS_RESERVED_VALUE } from "../../bitcoin/witness_commitment.ts";
import { MAX_PAYLOAD_SIZE } from "../../codec/writer.ts";
import { encodeFrame } from "../../frame/encode.ts";
import {
  NewTemplate,
  RequestTransactionDataSuccess,
  SetNewPrevHash,
} from "../../messages/template.ts";
import { coinbaseTemplate } from "../../node/coinbase_template.ts";
import type { Instant } from "../../time.ts";
import type { Work } from "./shelf.ts";

/** The template as SV2 §7.2 has it. */
export function newTemplateFrame({ id, template }: Work, futureTemplate: boolean): Uint8Array {
  return encodeFrame(NewTemplate, {
    templateId: id,
    futureTemplate,
    version: template.version,
    ...coinbaseTemplate(template.coinbase),
    merklePath: [...template.merklePath],
  });
}

/** What makes the future template `work` the present one, SV2 §7.3. */
export function setNewPrevHashFrame({ id, template, builtAt }: Work, now: Instant): Uint8Array {
  return encodeFrame(SetNewPrevHash, {
    templateId: id,
    prevHash: template.prevHash,
    headerTimestamp: template.time + Math.floor((now - builtAt) / 1_000),
    nBits: template.nBits,
    target: targetFromCompact(template.nBits),
  });
}

/**
 * A template's transactions, SV2 §7.5. The excess data are the witness reserved value, without which
 * nobody could check the commitment.
 *
 * @returns `undefined` if they do not fit into a message.
 */
export function transactionDataFrame(
  { id, template }: Work,
  transactions: readonly Uint8Array[],
): Uint8Array | undefined {
  const excessData = template.coinbase.witnessReserved ?? WITNESS_RESERVED_VALUE;
  const size = transactions.reduce((sum, tx) => sum + 3 + tx.length, 8 + 2 + 32 + 2);
  if (size > MAX_PAYLOAD_SIZE || transactions.length > 0xffff) return undefined;
  return encodeFrame(RequestTransactionDataSuccess, {
    templateId: id,
    excessData,
    transactionList: [...transactions],
  });
}
