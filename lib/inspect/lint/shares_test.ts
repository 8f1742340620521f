import { SetExtranoncePrefix } from "../../messages/mining.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { MIN_NTIME, MiningTape } from "../../../tests/support/protocol_tapes.ts";
import { SHARE_RULES } from "./shares.ts";

const mining = () => MiningTape.mining();
/** Job 2 is begun with a new block, job 1 ended. */
const next = () => mining().job({ jobId: 2 }).begin({ jobId: 2 });

testCases(SHARE_RULES, [
  {
    rule: "MIN-56",
    by: "client",
    name: "SubmitSharesStandard on an extended channel",
    clean: () => mining().share(),
    broken: () => mining().standardShare(),
  },
  {
    rule: "MIN-56",
    by: "client",
    name: "SubmitSharesExtended on a standard channel",
    clean: () => MiningTape.standard().standardShare(),
    broken: () => MiningTape.standard().share(),
  },
  {
    rule: "MIN-57",
    by: "client",
    name: "a sequence number twice",
    clean: () => mining().share({ sequenceNumber: 5 }).share({ sequenceNumber: 6 }),
    broken: () => mining().share({ sequenceNumber: 5 }).share({ sequenceNumber: 5 }),
  },
  {
    rule: "MIN-57",
    by: "client",
    name: "a sequence number that falls",
    // After the highest comes 0.
    clean: () => mining().share({ sequenceNumber: 0xffff_ffff }).share({ sequenceNumber: 0 }),
    broken: () => mining().share({ sequenceNumber: 5 }).share({ sequenceNumber: 4 }),
  },
  {
    rule: "MIN-55",
    by: "client",
    name: "an extranonce that is a byte short",
    clean: () => mining().share({ extranonce: new Uint8Array(16) }),
    broken: () => mining().share({ extranonce: new Uint8Array(15) }),
  },
  {
    rule: "MIN-63",
    by: "client",
    name: "a job that was never sent",
    clean: () => mining().job({ jobId: 2, minNtime: MIN_NTIME }).share({ jobId: 2 }),
    broken: () => mining().share({ jobId: 2 }),
  },
  {
    rule: "MIN-35",
    by: "client",
    name: "a future job before its SetNewPrevHash",
    clean: () => next().share({ jobId: 2 }),
    broken: () => mining().job({ jobId: 2 }).share({ jobId: 2 }),
  },
  {
    rule: "MIN-35",
    by: "client",
    name: "a future job that another took the place of",
    clean: () =>
      mining().job({ jobId: 2 }).job({ jobId: 3 }).begin({ jobId: 3 }).share({ jobId: 3 }),
    broken: () =>
      mining().job({ jobId: 2 }).job({ jobId: 3 }).begin({ jobId: 3 }).share({ jobId: 2 }),
  },
  {
    rule: "MIN-36",
    by: "client",
    name: "a job long after the next block",
    clean: () => next().wait(2).share({ jobId: 1 }),
    broken: () => next().wait(20).share({ jobId: 1 }),
  },
  {
    rule: "MIN-36",
    by: "client",
    name: "a job from three blocks ago",
    clean: () => next().share({ jobId: 2 }),
    broken: () =>
      next().job({ jobId: 3 }).begin({ jobId: 3 }).job({ jobId: 4 }).begin({ jobId: 4 })
        .job({ jobId: 5 }).share({ jobId: 1 }),
  },
  {
    rule: "MIN-44",
    by: "client",
    name: "a version bit that is not of BIP 323",
    clean: () => mining().share({ version: 0x2000_0000 | 0x1fff_ffe0 }),
    broken: () => mining().share({ version: 0x2000_0010 }),
  },
  {
    rule: "MIN-45",
    by: "client",
    name: "a rolled version where that is not allowed",
    clean: () =>
      new MiningTape().setup().open().job({ versionRollingAllowed: false }).begin().share(),
    broken: () =>
      new MiningTape().setup().open().job({ versionRollingAllowed: false }).begin()
        .share({ version: 0x2000_0020 }),
  },
  {
    rule: "MIN-45",
    by: "client",
    name: "a rolled version on a standard channel of a server that fixes it",
    clean: () => MiningTape.standard({}, 0).standardShare({ version: 0x2000_0020 }),
    broken: () => MiningTape.standard({}, 1).standardShare({ version: 0x2000_0020 }),
  },
  {
    rule: "MIN-51",
    by: "client",
    name: "a time before min_ntime",
    clean: () => mining().share({ ntime: MIN_NTIME }),
    broken: () => mining().share({ ntime: MIN_NTIME - 1 }),
  },
  {
    rule: "MIN-51",
    by: "client",
    name: "a time in the far future",
    clean: () => mining().share({ ntime: MIN_NTIME + 7_000 }),
    broken: () => mining().share({ ntime: MIN_NTIME + 8_000 }),
  },
]);

testCases([], [{
  rule: "MIN-55",
  by: "client",
  name: "and a changed prefix changes nothing about that",
  clean: () =>
    mining().down(SetExtranoncePrefix, {
      channelId: 2,
      extranoncePrefix: Uint8Array.of(8, 8, 8, 8),
    }).share({ extranonce: new Uint8Array(16) }),
  broken: () =>
    mining().down(SetExtranoncePrefix, {
      channelId: 2,
      extranoncePrefix: Uint8Array.of(8, 8, 8, 8),
    }).share({ extranonce: new Uint8Array(17) }),
}]);
