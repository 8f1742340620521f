import { concatBytes } from "../../bitcoin/bytes.ts";
import { encodeOutput } from "../../bitcoin/transaction.ts";
import { SetCustomMiningJobError, SetCustomMiningJobSuccess } from "../../messages/mining.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { POOL_SCRIPT } from "../../../tests/support/pool_stage.ts";
import {
  coinbase,
  DeclarationTape,
  MIN_NTIME,
  MiningTape,
} from "../../../tests/support/protocol_tapes.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import { JOB_RULES } from "./jobs.ts";

const setup = (flags = 0, serverFlags = 0) => new MiningTape().setup({ flags }, serverFlags);
const full = {
  coinbaseTxPrefix: coinbase().full.prefix,
  coinbaseTxSuffix: coinbase().full.suffix,
};
/** A connection that may bring jobs of its own. */
const working = () => setup(2).open();
const success = { channelId: 2, requestId: 9, jobId: 4 };
const failure = { channelId: 2, requestId: 9, errorCode: "invalid-mining-job-token" };

/** A token was given, and is used on another connection. */
function declared(outputs: Uint8Array): MiningTape {
  const tape = new MiningTape();
  const declaring = DeclarationTape.declaring().allocate().allocated();
  tape.entries.push(...declaring.entries);
  tape.time = declaring.time;
  return tape.on(connectionOf(6)).setup({ flags: 2 }).open().custom({ coinbaseTxOutputs: outputs });
}

function outputs(...values: readonly (readonly [value: bigint, script: Uint8Array])[]): Uint8Array {
  return concatBytes(
    Uint8Array.of(values.length),
    ...values.map(([value, scriptPubKey]) => encodeOutput({ value, scriptPubKey })),
  );
}

testCases(JOB_RULES, [
  {
    rule: "MIN-31",
    by: "server",
    name: "NewExtendedMiningJob to a standard channel",
    clean: () => setup().openStandard().standardJob(),
    broken: () => setup().openStandard().standardJob().job({ jobId: 2 }),
  },
  {
    rule: "MIN-31",
    by: "server",
    name: "NewMiningJob to an extended channel",
    clean: () => setup().open().job(),
    broken: () => setup().open().standardJob(),
  },
  {
    rule: "MIN-1",
    by: "server",
    name: "an extended job for a client that takes standard jobs only",
    clean: () => setup().openStandard().job({ channelId: 1 }),
    broken: () => setup(1).openStandard().job({ channelId: 1 }),
  },
  {
    rule: "MIN-32",
    by: "server",
    name: "a standard channel's first job is not a future one",
    clean: () =>
      setup().openStandard().standardJob().begin().standardJob({ jobId: 2, minNtime: 9 }),
    broken: () => setup().openStandard().standardJob({ minNtime: 9 }),
  },
  {
    rule: "MIN-32",
    by: "server",
    name: "SetNewPrevHash before any job",
    // The job may have come to the group.
    clean: () => setup().openStandard().job({ channelId: 1 }).begin(),
    broken: () => setup().openStandard().begin(),
    also: ["MIN-37"],
  },
  {
    rule: "MIN-33",
    by: "server",
    name: "a job_id that is in use",
    clean: () => MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 2 }).job({ jobId: 1 }),
    broken: () => MiningTape.mining().job({ jobId: 1 }),
  },
  {
    rule: "MIN-33",
    by: "server",
    name: "a job_id that the group uses",
    clean: () => MiningTape.mining().job({ channelId: 1, jobId: 2 }).job({ jobId: 3 }),
    broken: () => MiningTape.mining().job({ channelId: 1, jobId: 2 }).job({ jobId: 2 }),
  },
  {
    rule: "MIN-33",
    by: "server",
    name: "a job_id for a group that one of its channels uses",
    // The channel may be told again what its group was told before it came.
    clean: () =>
      setup().open().job({ channelId: 1 }).open({ requestId: 8 }, {
        channelId: 3,
        extranoncePrefix: Uint8Array.of(9, 9, 9, 9),
      }).job({ channelId: 3 }),
    broken: () => MiningTape.mining().job({ channelId: 1, jobId: 1 }),
  },
  {
    rule: "MIN-37",
    by: "server",
    name: "SetNewPrevHash names a job that was never sent",
    clean: () => MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 2 }),
    broken: () => MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 3 }),
  },
  {
    rule: "MIN-37",
    by: "server",
    name: "SetNewPrevHash names a job that was no future one",
    clean: () => MiningTape.mining().job({ jobId: 2 }).begin({ jobId: 2 }),
    broken: () => MiningTape.mining().job({ jobId: 2, minNtime: MIN_NTIME }).begin({ jobId: 2 }),
  },
  {
    rule: "MIN-3",
    by: "server",
    name: "a job without version rolling for a client that needs it",
    clean: () => setup(0).open().job({ versionRollingAllowed: false }),
    broken: () => setup(4).open().job({ versionRollingAllowed: false }),
  },
  {
    rule: "MIN-4",
    by: "server",
    name: "a job with version rolling where the version is fixed",
    clean: () => setup(0, 1).open().job({ versionRollingAllowed: false }),
    broken: () => setup(0, 1).open().job({ versionRollingAllowed: true }),
  },
  {
    rule: "B141-2",
    by: "server",
    name: "halves with a witness",
    clean: () => setup().open().job(),
    broken: () => setup().open().job(full),
  },
  {
    rule: "MIN-43",
    by: "server",
    name: "halves for an extranonce of another length",
    clean: () => setup().open().job(),
    broken: () => setup().open({}, { extranonceSize: 15 }).job(),
  },
  {
    rule: "MIN-43",
    by: "server",
    name: "halves for a group that are no transaction",
    clean: () => setup().open().job({ channelId: 1 }),
    broken: () => setup().open().job({ channelId: 1, coinbaseTxSuffix: Uint8Array.of(1, 2, 3) }),
  },
  {
    rule: "MIN-15",
    by: "client",
    name: "two custom jobs with one request_id",
    clean: () => working().custom().custom({ requestId: 10 }),
    broken: () => working().custom().custom(),
  },
  {
    rule: "MIN-2",
    by: "client",
    name: "a custom job without the flag",
    clean: () => setup(2).open().custom(),
    broken: () => setup(0).open().custom(),
  },
  {
    rule: "MIN-65",
    by: "client",
    name: "a custom job on a standard channel",
    clean: () => working().custom(),
    broken: () => setup(2).openStandard().custom(),
  },
  {
    rule: "MIN-66",
    by: "server",
    name: "an answer with another request_id",
    clean: () => working().custom().down(SetCustomMiningJobSuccess, success),
    broken: () => working().custom().down(SetCustomMiningJobSuccess, { ...success, requestId: 8 }),
  },
  {
    rule: "MIN-66",
    by: "server",
    name: "a refusal with another channel_id",
    clean: () => working().custom().down(SetCustomMiningJobError, failure),
    broken: () => working().custom().down(SetCustomMiningJobError, { ...failure, channelId: 3 }),
  },
  {
    rule: "JD-9",
    by: "client",
    name: "the pool's output is missing",
    clean: () => declared(outputs([0n, Uint8Array.of(0x6a)], [5n, POOL_SCRIPT])),
    broken: () => declared(outputs([5n, Uint8Array.of(0x51)])),
  },
  {
    rule: "JD-7",
    by: "client",
    name: "the pool's output gets nothing",
    clean: () => declared(outputs([5n, POOL_SCRIPT])),
    broken: () => declared(outputs([5n, Uint8Array.of(0x51)], [0n, POOL_SCRIPT])),
  },
]);
