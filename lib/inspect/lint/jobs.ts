/**
 * Rules about jobs, SV2 §5.3.15 to §5.3.20.
 *
 * @module
 */

import { concatBytes, equalBytes } from "../../bitcoin/bytes.ts";
import { MAX_SCRIPT_SIG, stripCoinbase } from "../../bitcoin/coinbase.ts";
import { decodeOutputArray, type TxOutput } from "../../bitcoin/transaction.ts";
import { MINING_CLIENT_FLAGS, MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import { extranonceOf, tried } from "../derive/jobs.ts";
import { transactionOf } from "../derive/outputs.ts";
import type { Job } from "../understand/job.ts";
import { fault, type Rule, ruleOn, type Verdict } from "./rule.ts";

const LEAST_SCRIPT_SIG = 2;

/** Jobs: which are known, future, active or over when they are used. */
export const JOB_RULES: readonly Rule[] = [
  ruleOn("job", {
    id: "MIN-31",
    title: "Standard jobs go to standard channels, extended jobs to extended channels and groups",
    check({ job, to }) {
      if (job === undefined || !to?.isWhole) return undefined;
      const isStandard = job.work.kind === "standard";
      if (isStandard === (to.kind === "standard")) return undefined;
      const what = isStandard ? "NewMiningJob" : "NewExtendedMiningJob";
      const place = to.kind === "group" ? "a group" : `a channel that is ${to.kind}`;
      const expected = isStandard ? "NewExtendedMiningJob" : "NewMiningJob";
      return fault("server", `${what} to ${place}`, expected, [to.opened.entry]);
    },
  }),
  ruleOn("job", {
    id: "MIN-1",
    title: "A client with REQUIRES_STANDARD_JOBS gets no extended jobs",
    check: ({ job }, { on }) =>
      job?.work.kind === "extended" && on.clientFlag(MINING_CLIENT_FLAGS.requiresStandardJobs)
        ? fault("server", "NewExtendedMiningJob", "NewMiningJob", [on.setup?.entry])
        : undefined,
  }),
  ruleOn("job", {
    id: "MIN-32",
    title: "A standard channel first gets a future job",
    check: ({ job, to, first }) =>
      first && to?.kind === "standard" && to.isWhole && job?.minNtime !== undefined
        ? fault("server", "a job with min_ntime first", "one without", [to.opened.entry])
        : undefined,
  }),
  ruleOn("activation", {
    id: "MIN-32",
    title: "A standard channel first gets a future job",
    check: ({ to, first }) =>
      // Jobs may have come to its group.
      first && to?.kind === "standard" && to.isWhole && !to.group?.jobs.size
        ? fault("server", "SetNewPrevHash first", "NewMiningJob", [to.opened.entry])
        : undefined,
  }),
  ruleOn("job", {
    id: "MIN-33",
    title: "The job_id of a valid job is not given to another",
    check: ({ job, to, clash }) =>
      clash !== undefined && job !== undefined && to?.isWhole
        ? fault("server", `job_id ${job.id} again`, "one that is free", [clash.entry])
        : undefined,
  }),
  ruleOn("activation", {
    id: "MIN-37",
    title: "SetNewPrevHash names a future job that was sent before",
    check({ to, value: { jobId }, job }) {
      if (job !== undefined) {
        return job.minNtime === undefined || !to?.isWhole ? undefined : fault(
          "server",
          `job ${jobId}, which is no future job`,
          "one that was sent without min_ntime",
          [job.entry],
        );
      }
      return to?.everSent(jobId) === "no"
        ? fault("server", `job ${jobId}, which was never sent`, "a future job sent before")
        : undefined;
    },
  }),
  ruleOn("job", {
    id: "MIN-3",
    title: "A client with REQUIRES_VERSION_ROLLING gets only jobs that allow it",
    check: ({ job }, { on }) =>
      job?.rolling === false && on.clientFlag(MINING_CLIENT_FLAGS.requiresVersionRolling)
        ? fault("server", "version_rolling_allowed false", "true", [on.setup?.entry])
        : undefined,
  }),
  ruleOn("job", {
    id: "MIN-4",
    title: "A server with REQUIRES_FIXED_VERSION allows no version rolling",
    check: ({ job }, { on }) =>
      job?.rolling === true && on.serverFlag(MINING_SERVER_FLAGS.requiresFixedVersion)
        ? fault("server", "version_rolling_allowed true", "false", [on.answer?.at.entry])
        : undefined,
  }),
  ruleOn("job", {
    id: "B141-2",
    title: "The coinbase of an extended job has no witness",
    check: ({ job }) =>
      job?.work.kind === "extended" && stripCoinbase(job.work) !== undefined
        ? fault("server", "marker, flag and witness in the coinbase", "the halves without them")
        : undefined,
  }),
  ruleOn("job", {
    id: "MIN-43",
    title: "The halves of a coinbase with the extranonce between them are a transaction",
    check: ({ job }) => job && brokenCoinbase(job),
  }),
  ruleOn("custom", {
    id: "MIN-15",
    title: "request_id is unique on the connection",
    check: ({ request, clash }) =>
      clash && fault(
        "client",
        `request_id ${request.requestId} again`,
        "one that no other request has",
        [clash.entry],
      ),
  }),
  ruleOn("custom", {
    id: "MIN-2",
    title: "A client that sends SetCustomMiningJob has set REQUIRES_WORK_SELECTION",
    check: (_about, { on }) =>
      on.setup === undefined || on.clientFlag(MINING_CLIENT_FLAGS.requiresWorkSelection)
        ? undefined
        : fault("client", "SetCustomMiningJob", "the flag in SetupConnection", [on.setup.entry]),
  }),
  ruleOn("custom", {
    id: "MIN-65",
    title: "SetCustomMiningJob is for an extended channel or a group",
    check: ({ request: { channel } }) =>
      channel?.isWhole && channel.kind === "standard"
        ? fault("client", `channel ${channel.id}, a standard one`, "an extended channel", [
          channel.opened.entry,
        ])
        : undefined,
  }),
  ruleOn("custom", {
    id: "JD-9",
    title: "A custom job keeps all outputs that came with its token",
    check({ request: { token, value } }) {
      const wanted = token?.outputs && tried(() => decodeOutputArray(token.outputs ?? NOTHING));
      const outputs = tried(() => decodeOutputArray(value.coinbaseTxOutputs));
      if (wanted === undefined || outputs === undefined) return undefined;
      const missing = wanted.find((output) => !pays(outputs, output));
      if (missing === undefined) return undefined;
      const script = missing.scriptPubKey.toHex();
      return fault("client", "an output is missing", `one to ${script}`, [token?.entry]);
    },
  }),
  ruleOn("custom", {
    id: "JD-7",
    title: "A custom job pays the output that the pool gets its reward by",
    check({ request: { token, value } }) {
      const wanted = token?.outputs && tried(() => decodeOutputArray(token.outputs ?? NOTHING));
      const outputs = tried(() => decodeOutputArray(value.coinbaseTxOutputs));
      const [payout] = wanted ?? [];
      if (payout === undefined || outputs === undefined || !pays(outputs, payout)) return undefined;
      const paid = outputs.some((output) => output.value > 0n && same(output, payout));
      return paid ? undefined : fault("client", "0 sat to it", "more than 0 sat", [token?.entry]);
    },
  }),
  ruleOn("custom-accepted", {
    id: "MIN-66",
    title: "Answers to SetCustomMiningJob echo its request_id and channel_id",
    check: ({ request, channelId }, { on }) => unlike(request?.channelId, channelId, on.isWhole),
  }),
  ruleOn("custom-refused", {
    id: "MIN-66",
    title: "Answers to SetCustomMiningJob echo its request_id and channel_id",
    check: ({ request, value }, { on }) => unlike(request?.channelId, value.channelId, on.isWhole),
  }),
];

const NOTHING = Uint8Array.of(0);

function unlike(asked: number | undefined, answered: number, isWhole: boolean): Verdict {
  if (asked === undefined) {
    return isWhole
      ? fault("server", "an answer to no request", "the request_id of an open request")
      : undefined;
  }
  return asked === answered
    ? undefined
    : fault("server", `channel_id ${answered}`, `${asked}, as in the request`);
}

function brokenCoinbase({ to, work }: Job): Verdict {
  if (work.kind !== "extended" || !to.isWhole || stripCoinbase(work) !== undefined) {
    return undefined;
  }
  const extranonce = extranonceOf(to);
  // Nobody can put it together.
  if (extranonce === undefined) return undefined;
  const tx = transactionOf(concatBytes(work.prefix, extranonce, work.suffix));
  const [input] = tx?.inputs ?? [];
  if (tx === undefined || input === undefined || tx.inputs.length !== 1) {
    return fault(
      "server",
      `with an extranonce of ${extranonce.length} bytes it is no coinbase`,
      "a transaction with one input",
    );
  }
  const { length } = input.scriptSig;
  return length < LEAST_SCRIPT_SIG || length > MAX_SCRIPT_SIG
    ? fault("server", `a scriptSig of ${length} bytes`, "2 to 100")
    : undefined;
}

function pays(outputs: readonly TxOutput[], wanted: TxOutput): boolean {
  return outputs.some((output) => same(output, wanted));
}

function same(a: TxOutput, b: TxOutput): boolean {
  return equalBytes(a.scriptPubKey, b.scriptPubKey);
}
