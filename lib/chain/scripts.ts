/**
 * Which outputs the embedded chain lets anyone spend. It executes two scripts and no other:
 *
 * - P2WSH of the script OP_TRUE: the witness must be that script alone, and its SHA-256 the program;
 * - OP_TRUE itself as the output's script, spent without script and without witness.
 *
 * Everything may be paid to, so payouts to any address work; whoever spends such an output here is
 * refused with `script-not-supported`, for a signature that nobody checks would prove nothing.
 *
 * @module
 */

import { concatBytes, equalBytes } from "../bitcoin/bytes.ts";
import { sha256 } from "../bitcoin/hash.ts";
import type { TxInput } from "../bitcoin/transaction.ts";

const OP_TRUE = 0x51;
const OP_RETURN = 0x6a;

/** The script OP_TRUE: what a witness holds, and an output of its own. */
export const ANYONE: Uint8Array = Uint8Array.of(OP_TRUE);

/** Pays to whoever shows {@link ANYONE} in the witness. */
export const ANYONE_P2WSH: Uint8Array = concatBytes(Uint8Array.of(0, 32), sha256(ANYONE));

/** Scripts longer than this can never be executed. */
const MAX_SCRIPT_SIZE = 10_000;

/** Whether an output with this script can never be spent, so that nobody needs to remember it. */
export function isUnspendable(scriptPubKey: Uint8Array): boolean {
  return scriptPubKey[0] === OP_RETURN || scriptPubKey.length > MAX_SCRIPT_SIZE;
}

/** @returns Why `input` may not spend an output with `scriptPubKey`; undefined if it may. */
export function spendingFault(scriptPubKey: Uint8Array, input: TxInput): string | undefined {
  if (equalBytes(scriptPubKey, ANYONE)) {
    if (input.witness.length > 0) return flaw("Witness provided for non-witness script");
    return input.scriptSig.length === 0 ? undefined : UNSUPPORTED;
  }
  if (scriptPubKey.length === 34 && scriptPubKey[0] === 0 && scriptPubKey[1] === 32) {
    if (input.scriptSig.length > 0) {
      return flaw("Witness requires empty scriptSig");
    }
    const script = input.witness.at(-1);
    if (script === undefined) return flaw("Witness program was passed an empty witness");
    if (!equalBytes(sha256(script), scriptPubKey.subarray(2))) {
      return flaw("Witness program hash mismatch");
    }
    if (!equalBytes(script, ANYONE)) return UNSUPPORTED;
    return input.witness.length === 1
      ? undefined
      : flaw("Stack size must be exactly one after execution");
  }
  return UNSUPPORTED;
}

const UNSUPPORTED = "script-not-supported";

function flaw(what: string): string {
  return `block-script-verify-flag-failed (${what})`;
}
