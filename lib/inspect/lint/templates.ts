/**
 * Rules about templates and solutions, SV2 §7.
 *
 * @module
 */

import { MAX_COINBASE_PREFIX } from "../../bitcoin/coinbase.ts";
import { decodeOutputs, type TxOutput } from "../../bitcoin/transaction.ts";
import { hasWitnessCommitment } from "../../bitcoin/witness_commitment.ts";
import { GENERAL_PURPOSE_BITS } from "../../pow/version_bits.ts";
import { tried } from "../derive/jobs.ts";
import { transactionOf } from "../derive/outputs.ts";
import type { Template } from "../understand/template.ts";
import { fault, type Rule, ruleOn, ruleOnFrames } from "./rule.ts";

/** Templates, their order, and the coinbases and solutions made of them. */
export const TEMPLATE_RULES: readonly Rule[] = [
  ruleOnFrames({
    id: "TDP-1",
    title: "CoinbaseOutputConstraints is the client's first message after its set-up",
    check({ direction, message }, { on, about }) {
      if (!on.isWhole || direction !== "up" || on.protocol !== "template") return undefined;
      if (on.constraints !== undefined || message?.protocol !== "template") return undefined;
      return about.kind === "constraints"
        ? undefined
        : fault("client", `${message.name} first`, "CoinbaseOutputConstraints");
    },
  }),
  ruleOn("template", {
    id: "TDP-1",
    title: "Templates come after CoinbaseOutputConstraints",
    check: (_about, { on }) =>
      on.isWhole && on.constraints === undefined
        ? fault("server", "NewTemplate before it", "none until the client has sent it")
        : undefined,
  }),
  ruleOn("template", {
    id: "TDP-12",
    title: "template_id rises",
    check: ({ template, previous }) =>
      previous !== undefined && template.id <= previous
        ? fault("server", `template_id ${template.id} after ${previous}`, `above ${previous}`)
        : undefined,
  }),
  ruleOn("template", {
    id: "TDP-13",
    title: "A template that is not a future one builds on the tip that was sent last",
    check: ({ template }, { on }) =>
      on.isWhole && !template.future && on.templateTips.latest === undefined
        ? fault("server", "future_template false before any SetNewPrevHash", "true")
        : undefined,
  }),
  ruleOn("template", {
    id: "TDP-14",
    title: "coinbase_prefix has at most 8 bytes",
    check({ template }) {
      const length = template.value?.coinbasePrefix.length ?? 0;
      return length > MAX_COINBASE_PREFIX
        ? fault("server", `${length} bytes`, `at most ${MAX_COINBASE_PREFIX}`)
        : undefined;
    },
  }),
  ruleOn("template", {
    id: "TDP-15",
    title: "coinbase_tx_outputs are as many outputs as coinbase_tx_outputs_count says",
    check: ({ template }) =>
      template.value !== undefined && outputsOf(template) === undefined
        ? fault(
          "server",
          `${template.value.coinbaseTxOutputs.length} bytes that are not ` +
            `${template.value.coinbaseTxOutputsCount} outputs`,
          "outputs one behind the other, without their count",
        )
        : undefined,
  }),
  ruleOn("tip", {
    id: "TDP-19",
    title: "SetNewPrevHash names a future template that was sent before",
    check({ template, value, prepared }, { on }) {
      if (template !== undefined) {
        return template.future ? undefined : fault(
          "server",
          `template ${value.templateId}, which is no future one`,
          "one with future_template true",
          [template.entry],
        );
      }
      if (!on.isWhole) return undefined;
      if (!prepared) {
        return fault("server", "no future template came before it", "NewTemplate with one");
      }
      return on.forgotTemplates
        ? undefined
        : fault("server", `template ${value.templateId}, which was never sent`, "one that was");
    },
  }),
  ruleOn("data-answer", {
    id: "TDP-25",
    title: "Answers to RequestTransactionData have the template_id of the request",
    check: ({ templateId, asked }, { on }) =>
      !asked && on.isWhole && !on.forgotTemplates
        ? fault("server", `template_id ${templateId}`, "one that was asked for")
        : undefined,
  }),
  ruleOn("solution", {
    id: "TDP-27",
    title: "A solution is for a template that was sent",
    check: ({ template, value }, { on }) =>
      template === undefined && on.isWhole && !on.forgotTemplates
        ? fault("client", `template_id ${value.templateId}, which was never sent`, "one that was")
        : undefined,
  }),
  ruleOn("solution", {
    id: "TDP-17",
    title: "Only bits of BIP 323 of a template's version are changed",
    check({ template, value }) {
      const version = template?.value?.version;
      if (version === undefined) return undefined;
      const changed = ((version ^ value.version) & ~GENERAL_PURPOSE_BITS) >>> 0;
      return changed === 0
        ? undefined
        : fault("client", `bits 0x${changed.toString(16)} changed`, "them as in the template", [
          template?.entry,
        ]);
    },
  }),
  ruleOn("solution", {
    id: "TDP-22",
    title: "header_timestamp of a solution is at least that of SetNewPrevHash",
    check: ({ value, tip }) =>
      tip !== undefined && value.headerTimestamp < tip.headerTimestamp
        ? fault(
          "client",
          `header_timestamp ${value.headerTimestamp}`,
          `${tip.headerTimestamp} or later`,
        )
        : undefined,
  }),
  ruleOn("solution", {
    id: "B141-5",
    title: "The coinbase of a solution has its witness",
    check({ value }) {
      const tx = transactionOf(value.coinbaseTx);
      if (tx === undefined) return fault("client", "coinbase_tx is no transaction", "one");
      if (!hasWitnessCommitment(tx.outputs)) return undefined;
      return tx.inputs.some(({ witness }) => witness.length > 0)
        ? undefined
        : fault("client", "a coinbase that commits to witnesses and has none", "its own");
    },
  }),
  ruleOn("solution", {
    id: "TDP-16",
    title: "The client's outputs spend at most coinbase_tx_value_remaining",
    check({ template, value }) {
      const tx = transactionOf(value.coinbaseTx);
      const given = template && outputsOf(template);
      const remaining = template?.value?.coinbaseTxValueRemaining;
      if (tx === undefined || given === undefined || remaining === undefined) return undefined;
      const spent = sum(tx.outputs) - sum(given);
      return spent > remaining
        ? fault("client", `${spent} sat`, `at most ${remaining}`, [template?.entry])
        : undefined;
    },
  }),
];

function outputsOf({ value }: Template): TxOutput[] | undefined {
  return value && tried(() => decodeOutputs(value.coinbaseTxOutputs, value.coinbaseTxOutputsCount));
}

function sum(outputs: readonly TxOutput[]): bigint {
  return outputs.reduce((total, { value }) => total + value, 0n);
}
