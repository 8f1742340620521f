import { addressOfScript } from "../../bitcoin/address.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import { hasWitnessCommitment } from "../../bitcoin/witness_commitment.ts";
import { heightOf } from "../../bitcoin/height.ts";
import type { Network } from "../../bitcoin/network.ts";
import { decodeTransaction, type Transaction, type TxOutput } from "../../bitcoin/transaction.ts";
import { targetFromCompact } from "../../bitcoin/compact.ts";
import { DecodeError } from "../../errors.ts";
import { count, type Derived, said, satoshis } from "./derived.ts";

/** Outputs that are shown; a coinbase can have thousands. */
const MOST_OUTPUTS = 16;
/** Bytes of a script that are shown. */
const MOST_SCRIPT = 80;
const OP_RETURN = 0x6a;
/** No public test network is ever as hard. */
const MAINNET_DIFFICULTY = 1e10;

/** The network that a chain of this difficulty is most likely to be; its addresses are shown. */
export function networkOf(nBits: number | undefined): Network {
  if (nBits === undefined) return "mainnet";
  if (nBits === 0x207f_ffff) return "regtest";
  const difficulty = difficultyOfTarget(targetFromCompact(nBits));
  return difficulty > MAINNET_DIFFICULTY ? "mainnet" : "testnet4";
}

/** Each output with its value, and whom it pays. */
export function outputValues(outputs: readonly TxOutput[], network: Network): Derived[] {
  const values = outputs.slice(0, MOST_OUTPUTS).map(({ value, scriptPubKey }, i): Derived => {
    const whom = scriptText(scriptPubKey, network);
    return {
      ...satoshis(`output_${i}`, value),
      text: `${satoshis("", value).text} to ${whom}`,
    };
  });
  return outputs.length <= MOST_OUTPUTS
    ? values
    : [...values, count("more_outputs", outputs.length - MOST_OUTPUTS)];
}

/** Whom a script pays, for people: an address, or what it is. */
function scriptText(script: Uint8Array, network: Network): string {
  const address = addressOfScript(script, network);
  if (address !== undefined) return address;
  if (hasWitnessCommitment([{ value: 0n, scriptPubKey: script }])) {
    return `witness commitment ${script.subarray(6, 38).toHex()}`;
  }
  const shown = script.subarray(0, MOST_SCRIPT).toHex() + (script.length > MOST_SCRIPT ? "…" : "");
  return script[0] === OP_RETURN
    ? `nobody, data ${shown.slice(2)}`
    : `script ${shown || "(empty)"}`;
}

/** What a coinbase says: the block's height, who made it, whom it pays. */
export function coinbaseValues(coinbase: Uint8Array, network: Network): Derived[] {
  const tx = transactionOf(coinbase);
  if (tx === undefined) return [said("coinbase", coinbase.toHex(), "is no transaction")];
  const script = tx.inputs[0]?.scriptSig ?? new Uint8Array();
  return [
    ...heightValues(script),
    ...tagValues(script),
    ...outputValues(tx.outputs, network),
  ];
}

/** @param script May be anything. */
export function heightValues(script: Uint8Array): Derived[] {
  const height = heightOf(script);
  return height === undefined ? [] : [count("height", height)];
}

/** Undefined if it is none. */
export function transactionOf(bytes: Uint8Array): Transaction | undefined {
  try {
    return decodeTransaction(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Text in the script: names of pools and miners. */
function tagValues(script: Uint8Array): Derived[] {
  const text = String.fromCharCode(...script.subarray(0, 100));
  const tags = text.match(/[\x20-\x7e]{4,}/g) ?? [];
  return tags.length === 0 ? [] : [said("script_text", tags.join(" "))];
}
