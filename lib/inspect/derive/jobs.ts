import { targetFromCompact } from "../../bitcoin/compact.ts";
import { MAX_EXTRANONCE_SIZE } from "../../bitcoin/coinbase.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { decodeOutputArray, decodeOutputs, type TxOutput } from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import type { NewTemplate } from "../../messages/template.ts";
import type { Channel } from "../understand/channel.ts";
import { coinbaseOf, type Halves, type Job, merkleRootOf } from "../understand/job.ts";
import type { MiningAbout } from "../understand/sight.ts";
import { count, type Derived, difficulty, said, satoshis, span, yes } from "./derived.ts";
import { coinbaseValues, heightValues, networkOf, outputValues } from "./outputs.ts";

/** Of NewMiningJob, NewExtendedMiningJob and SetCustomMiningJob.Success. */
export function jobValues(job: Job, nBits: number | undefined): Derived[] {
  const { work, to } = job;
  if (work.kind === "forgotten") return [];
  const values: Derived[] = [];
  if (work.kind === "standard") values.push(said("merkle_root", displayHash(work.merkleRoot)));
  else {
    const coinbase = coinbaseOf(work, extranonceOf(to) ?? lackingIn(work));
    if (coinbase !== undefined) values.push(...coinbaseValues(coinbase, networkOf(nBits)));
    if (to.kind === "standard") values.push(...rootValues(job));
    values.push(count("merkle_levels", work.merklePath.length));
  }
  const { template } = job;
  if (template !== undefined) {
    values.push(
      said("template_id", `${template.id}`, `${template.id}, entry ${template.entry}`),
      span("since_template", Math.max(0, job.time - template.time)),
    );
  }
  return [yes("future", job.minNtime === undefined), ...values];
}

/** Of the mining protocol's SetNewPrevHash. */
export function activationValues(
  { value, job, to }: Extract<MiningAbout, { readonly kind: "activation" }>,
): Derived[] {
  return [
    ...tipValues(value.prevHash, value.nbits),
    ...(job === undefined ? [] : [said("job_entry", `${job.entry}`, `job of entry ${job.entry}`)]),
    ...(to?.kind === "group" ? [count("channels", to.members.size)] : []),
  ];
}

/** What is to be built on, and how hard that is. */
export function tipValues(prevHash: Uint8Array, nBits: number): Derived[] {
  return [
    said("prev_block", displayHash(prevHash)),
    difficulty("network_difficulty", difficultyOfTarget(targetFromCompact(nBits))),
  ];
}

/** What a template says of the block to be. @param nBits Seen last, which tells the network. */
export function templateValues(value: NewTemplate, nBits: number | undefined): Derived[] {
  const { coinbaseTxOutputs, coinbaseTxOutputsCount, coinbasePrefix } = value;
  const outputs = tried(() => decodeOutputs(coinbaseTxOutputs, coinbaseTxOutputsCount));
  return [
    ...heightValues(coinbasePrefix),
    satoshis("value_remaining", value.coinbaseTxValueRemaining),
    ...(outputs === undefined
      ? [said("outputs", coinbaseTxOutputs.toHex(), "are no outputs")]
      : outputValues(outputs, networkOf(nBits))),
    count("merkle_levels", value.merklePath.length),
  ];
}

/** Outputs with their count before them. */
export function outputArrayValues(bytes: Uint8Array, nBits: number | undefined): Derived[] {
  const outputs = tried(() => decodeOutputArray(bytes));
  return outputs === undefined
    ? [said("outputs", bytes.toHex(), "are no outputs")]
    : outputValues(outputs, networkOf(nBits));
}

/** Undefined if the bytes are no outputs. */
export function tried(decode: () => TxOutput[]): TxOutput[] | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * The channel's prefix, with zeros where the client rolls; in a group zeros, as long as for any member,
 * which all have the same size. Undefined if the size is not known.
 */
export function extranonceOf(channel: Channel): Uint8Array | undefined {
  const [member] = channel.kind === "group" ? channel.members : [channel];
  const size = member?.fullExtranonceSize;
  if (size === undefined) return undefined;
  const whole = new Uint8Array(size);
  if (channel.kind !== "group" && channel.prefix !== undefined) whole.set(channel.prefix);
  return whole;
}

/** Zeros for as many bytes as the script in a coinbase's first half lacks. */
function lackingIn({ prefix }: Halves): Uint8Array {
  const lacking = (prefix[SCRIPT_LENGTH] ?? 0) - (prefix.length - SCRIPT_LENGTH - 1);
  return new Uint8Array(Math.min(MAX_EXTRANONCE_SIZE, Math.max(0, lacking)));
}

/** Where a coinbase without witness has the length of its script. */
const SCRIPT_LENGTH = 41;

function rootValues({ work, to }: Job): Derived[] {
  const root = to.prefix === undefined ? undefined : merkleRootOf(work, to.prefix);
  return root === undefined ? [] : [said("merkle_root", displayHash(root))];
}
