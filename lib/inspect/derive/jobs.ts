import { targetFromCompact } from "../../bitcoin/compact.ts";
import { displayHash } from "../../bitcoin/header.ts";
import { decodeOutputArray, decodeOutputs, type TxOutput } from "../../bitcoin/transaction.ts";
import { DecodeError } from "../../errors.ts";
import { difficultyOfTarget } from "../../pow/target.ts";
import type { NewTemplate } from "../../messages/template.ts";
import type { Channel } from "../understand/channel.ts";
import { coinbaseOf, type Job, merkleRootOf } from "../understand/job.ts";
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
    const coinbase = coinbaseOf(work, extranonceOf(to));
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

/** Zeros where the client rolls; in a group those of any member, which all have the same size. */
export function extranonceOf(channel: Channel): Uint8Array {
  const [member] = channel.kind === "group" ? channel.members : [channel];
  const whole = new Uint8Array(member?.fullExtranonceSize ?? 0);
  if (channel.kind !== "group" && channel.prefix !== undefined) whole.set(channel.prefix);
  return whole;
}

function rootValues({ work, to }: Job): Derived[] {
  const root = to.prefix === undefined ? undefined : merkleRootOf(work, to.prefix);
  return root === undefined ? [] : [said("merkle_root", displayHash(root))];
}
