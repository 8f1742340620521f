import { blockHash, displayHash } from "../../bitcoin/header.ts";
import { foldMerklePath } from "../../bitcoin/merkle.ts";
import { txid } from "../../bitcoin/transaction.ts";
import { difficultyOfHash } from "../../channel/target.ts";
import { targetFromCompact } from "../../bitcoin/compact.ts";
import { flagNames } from "../../messages/flags.ts";
import { hashMeetsTarget, isHashRate } from "../../pow/target.ts";
import { formatSi } from "../../telemetry/si.ts";
import { heightOf } from "../../bitcoin/height.ts";
import type { Entry } from "../entry.ts";
import type { Token } from "../understand/token.ts";
import type { OpenRequest } from "../understand/request.ts";
import { workOf } from "../understand/share.ts";
import type { DeclarationAbout, MiningAbout, Sight, TemplateAbout } from "../understand/sight.ts";
import { count, type Derived, difficulty, said, span, yes } from "./derived.ts";
import {
  activationValues,
  jobValues,
  outputArrayValues,
  templateValues,
  tipValues,
} from "./jobs.ts";
import { coinbaseValues, networkOf, transactionOf } from "./outputs.ts";
import { acceptedValues, reasonText, rejectedValues, shareValues, twinValues } from "./shares.ts";
import { paceValues, targetValues } from "./targets.ts";

/**
 * What follows from an entry and from what came before it, in the order in which a person wants to read
 * it. Empty for most entries. Never throws.
 *
 * @param nBits Of the chain, as far as it is known: tells which network's addresses are meant.
 */
export function derive(sight: Sight, nBits?: number): Derived[] {
  return [...codeValues(sight.entry), ...valuesOf(sight, nBits)];
}

/** What an error code means. */
function codeValues(entry: Entry): Derived[] {
  const code = entry.kind === "frame" ? entry.value?.["errorCode"] : undefined;
  if (entry.kind !== "frame" || typeof code !== "string") return [];
  return [said("meaning", reasonText(code, entry.message?.name))];
}

function valuesOf({ about, entry, on }: Sight, nBits: number | undefined): Derived[] {
  const { time } = entry;
  switch (about.kind) {
    case "setup":
      return flagValues("client", about.value.flags, on.protocol);
    case "setup-answer":
      return flagValues("server", on.answer?.flags ?? 0, on.protocol);
    case "open":
      return requestValues(about.request);
    case "opened":
      return openedValues(about, time);
    case "target":
      return changeValues(about);
    case "update":
      return targetValues(about.value.maximumTarget, about.value.nominalHashRate);
    case "job":
      return about.job === undefined ? [] : jobValues(about.job, nBits);
    case "activation":
      return activationValues(about);
    case "share":
      return about.share === undefined ? [] : shareValues(about.share, about.twins);
    case "accepted":
      return acceptedValues(about, time);
    case "rejected":
      return rejectedValues(about, time);
    case "custom":
      return [
        ...tipValues(about.request.value.prevHash, about.request.value.nbits),
        ...outputArrayValues(about.request.value.coinbaseTxOutputs, nBits),
        ...tokenValues(about.request.token),
      ];
    case "custom-accepted":
      return about.job === undefined ? [] : jobValues(about.job, nBits);
    case "allocated":
      return outputArrayValues(about.token.outputs ?? Uint8Array.of(0), nBits);
    case "declare":
      return declareValues(about);
    case "push":
      return pushValues(about);
    case "template":
      return about.template.value === undefined ? [] : templateValues(about.template.value, nBits);
    case "tip":
      return [
        ...tipValues(about.value.prevHash, about.value.nBits),
        ...targetValues(about.value.target),
      ];
    case "solution":
      return solutionValues(about);
    case "notify":
      return about.twin === undefined ? [] : [said(
        "twin",
        `${about.twin.job.entry}`,
        `job ${about.twin.job.id}, entry ${about.twin.job.entry} on connection ` +
          `${about.twin.job.to.on.id}: ${about.twin.sureness}`,
      )];
    case "submit":
      return twinValues(about.twins, "v2");
    default:
      return [];
  }
}

function flagValues(
  from: "client" | "server",
  flags: number,
  protocol: Parameters<typeof flagNames>[0] | undefined,
): Derived[] {
  const names = protocol === undefined ? [] : flagNames(protocol, from, flags);
  return names.length === 0 ? [] : [said("flag_names", names.join(", "))];
}

function requestValues({ maxTarget, nominalHashRate }: OpenRequest): Derived[] {
  return [
    {
      name: "hash_rate",
      value: nominalHashRate,
      unit: "h/s",
      text: isHashRate(nominalHashRate) ? formatSi(nominalHashRate, "h/s") : `${nominalHashRate}`,
    },
    ...targetValues(maxTarget, nominalHashRate).map((value) => ({
      ...value,
      name: `max_${value.name}`,
    })),
  ];
}

function openedValues(
  { channel, request }: Extract<MiningAbout, { readonly kind: "opened" }>,
  time: number,
): Derived[] {
  const { target, nominalHashRate, fullExtranonceSize } = channel;
  return [
    ...(target === undefined ? [] : targetValues(target, nominalHashRate)),
    ...(fullExtranonceSize === undefined ? [] : [count("extranonce_bytes", fullExtranonceSize)]),
    ...(request === undefined ? [] : [
      said("request_entry", `${request.entry}`, `asked in entry ${request.entry}`),
      span("wait", Math.max(0, time - request.time)),
    ]),
  ];
}

function changeValues(
  { to, target, previous }: Extract<MiningAbout, { readonly kind: "target" }>,
): Derived[] {
  const values = targetValues(target, to?.nominalHashRate);
  if (previous !== undefined && target > 0n) {
    const factor = Number(previous) / Number(target);
    const text = factor === 1
      ? "as before"
      : factor > 1
      ? `${formatSi(factor)} times harder than before`
      : `${formatSi(1 / factor)} times easier than before`;
    values.push({ name: "times_harder", value: factor, text });
  }
  if (to?.kind !== "group") return values;
  const rate = [...to.members].reduce((sum, member) => sum + (member.nominalHashRate ?? 0), 0);
  return [
    ...values,
    count("channels", to.members.size),
    ...paceValues(target, rate / Math.max(1, to.members.size)),
  ];
}

function declareValues(
  { value, declaration }: Extract<DeclarationAbout, { readonly kind: "declare" }>,
): Derived[] {
  const script = value.coinbaseTxPrefix.subarray(value.coinbaseTxPrefix[4] === 0 ? 44 : 42);
  const height = heightOf(script);
  return [
    ...(height === undefined ? [] : [count("height", height)]),
    count("transactions", value.wtxidList.length),
    ...tokenValues(declaration.token),
  ];
}

function tokenValues(token: Token | undefined): Derived[] {
  if (token === undefined) return [];
  return [said("token_entry", `${token.entry}`, `token of entry ${token.entry}`)];
}

function pushValues(
  { share }: Extract<DeclarationAbout, { readonly kind: "push" }>,
): Derived[] {
  const work = share && workOf(share);
  if (share === undefined || work === undefined) return [];
  return [
    said("block_hash", displayHash(work.hash)),
    said("share_entry", `${share.entry}`, `share of entry ${share.entry}`),
  ];
}

function solutionValues(
  { value, template, tip, share }: Extract<TemplateAbout, { readonly kind: "solution" }>,
): Derived[] {
  const { coinbaseTx, version, headerTimestamp: time, headerNonce: nonce } = value;
  const tx = transactionOf(coinbaseTx);
  const values = coinbaseValues(coinbaseTx, networkOf(tip?.nBits));
  if (share !== undefined) {
    values.push(said("share_entry", `${share.entry}`, `share of entry ${share.entry}`));
  }
  const merklePath = template?.value?.merklePath;
  if (tx === undefined || tip === undefined || merklePath === undefined) return values;
  const { prevHash, nBits } = tip;
  const merkleRoot = foldMerklePath(txid(tx), merklePath);
  const hash = blockHash({ version, prevHash, merkleRoot, time, nBits, nonce });
  return [
    said("block_hash", displayHash(hash)),
    difficulty("reached", difficultyOfHash(hash)),
    yes("meets_network", hashMeetsTarget(hash, targetFromCompact(nBits))),
    ...values,
  ];
}

/** The derived values below an entry, one a line. */
export function derivedText(values: readonly Derived[], indent = "    "): string {
  const width = Math.max(0, ...values.map(({ name }) => name.length));
  return values.map(({ name, text }) => `${indent}${name.padEnd(width)}  ${text}\n`).join("");
}
