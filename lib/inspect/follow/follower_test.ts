import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { OperatorError } from "../../errors.ts";
import {
  ProvideMissingTransactions,
  ProvideMissingTransactionsSuccess,
} from "../../messages/declaration.ts";
import { userIdentityTlv } from "../../messages/extensions.ts";
import { CloseChannel, SetCustomMiningJobSuccess } from "../../messages/mining.ts";
import {
  DeclarationTape,
  MIN_NTIME,
  MiningTape,
  TemplateTape,
} from "../../../tests/support/protocol_tapes.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import type { Entry } from "../entry.ts";
import { Understanding } from "../understanding.ts";
import { type Followed, parseFollowed } from "./expression.ts";

const THIRD = { channelId: 3, extranoncePrefix: Uint8Array.of(0, 0, 0, 9) };

/** What is shown, in the order in which it is. */
function shown(entries: readonly Entry[], follow: string): string[] {
  const understanding = new Understanding({ follow });
  return entries.flatMap((entry) => [...understanding.see(entry).shown]).map((entry) => {
    const what = entry.kind === "frame" ? entry.message?.name : entry.kind;
    return `${entry.connection.id} ${what}`;
  });
}

/** Two channels in one group, and what happens on them. */
function two(connection = connectionOf(1)): MiningTape {
  return new MiningTape(connection).setup().open().job().begin()
    .open({ requestId: 8, userIdentity: "bob" }, THIRD)
    .job({ channelId: 3, jobId: 4 }).begin({ channelId: 3, jobId: 4 })
    .job({ channelId: 1, jobId: 5, minNtime: MIN_NTIME })
    .share({ jobId: 5, nonce: 1 }).share({ channelId: 3, jobId: 5, nonce: 2, sequenceNumber: 1 })
    .accept({ channelId: 3, lastSequenceNumber: 1 }).reject("stale-share", { sequenceNumber: 1 })
    .up(CloseChannel, { channelId: 3, reasonCode: "bye" });
}

Deno.test("channel= shows its request, its jobs, its group's, its shares, their answers, its end", () => {
  deepStrictEqual(shown(two().entries, "channel=3"), [
    "1 OpenExtendedMiningChannel",
    "1 OpenExtendedMiningChannel.Success",
    "1 NewExtendedMiningJob",
    "1 SetNewPrevHash",
    "1 NewExtendedMiningJob",
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
    "1 CloseChannel",
  ]);
});

Deno.test("channel= is that of all connections, or of the one that is named", () => {
  const both = [...two(connectionOf(1)).entries, ...two(connectionOf(2)).entries];
  strictEqual(shown(both, "channel=3").length, 16);
  deepStrictEqual(
    new Set(shown(both, "channel=2:3").map((line) => line.slice(0, 2))),
    new Set(["2 "]),
  );
  deepStrictEqual(shown(both, "channel=9"), []);
});

Deno.test("job= shows its template, the job, its beginning, its shares and their answers", () => {
  const templates = TemplateTape.templates().template().tip();
  const mining = two();
  const tape = [...templates.entries, ...mining.entries];
  deepStrictEqual(shown(tape, "job=1").slice(0, 4), [
    "9 NewTemplate",
    "9 SetNewPrevHash",
    "1 NewExtendedMiningJob",
    "1 SetNewPrevHash",
  ]);
  deepStrictEqual(shown(mining.entries, "job=5"), [
    "1 NewExtendedMiningJob",
    "1 SubmitSharesExtended",
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
    "1 SubmitShares.Error",
  ]);
  deepStrictEqual(shown(mining.entries, "job=1:3:5"), [
    "1 NewExtendedMiningJob",
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
  ]);
  deepStrictEqual(shown(mining.entries, "job=2:5"), []);
});

Deno.test("job= shows a custom job from the request on", () => {
  const tape = new MiningTape().setup({ flags: 2 }).open().custom()
    .down(SetCustomMiningJobSuccess, { channelId: 2, requestId: 9, jobId: 4 })
    .share({ jobId: 4, nonce: 1 });
  deepStrictEqual(shown(tape.entries, "job=4"), [
    "1 SetCustomMiningJob",
    "1 SetCustomMiningJob.Success",
    "1 SubmitSharesExtended",
  ]);
});

Deno.test("share= shows it and its answer", () => {
  const tape = MiningTape.mining().share().share().share().reject("stale-share")
    .accept({ lastSequenceNumber: 2, newSubmitsAcceptedCount: 2 });
  deepStrictEqual(shown(tape.entries, "share=1"), [
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
  ]);
  deepStrictEqual(shown(tape.entries, "share=1:2:3"), [
    "1 SubmitSharesExtended",
    "1 SubmitShares.Error",
  ]);
  deepStrictEqual(shown(two().entries, "share=1:3:1"), [
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
  ]);
  // The share itself may have come before the capture.
  const part = new MiningTape(connectionOf(1, { isWhole: false })).reject("x", {
    sequenceNumber: 7,
  });
  deepStrictEqual(shown(part.entries, "share=7"), ["1 SubmitShares.Error"]);
});

Deno.test("token= shows how it was got, what was declared with it, and the job that came of it", () => {
  const declaring = DeclarationTape.declaring().allocate().allocated().allocate({ requestId: 3 })
    .allocated({ requestId: 3, miningJobToken: Uint8Array.of(7) }).declare()
    .down(ProvideMissingTransactions, { requestId: 2, unknownTxPositionList: [0] })
    .up(ProvideMissingTransactionsSuccess, { requestId: 2, transactionList: [Uint8Array.of(1)] })
    .declared();
  const mining = new MiningTape(connectionOf(6)).setup({ flags: 2 }).open()
    .custom({ miningJobToken: Uint8Array.fromHex("ee01") })
    .down(SetCustomMiningJobSuccess, { channelId: 2, requestId: 9, jobId: 4 });
  deepStrictEqual(shown([...declaring.entries, ...mining.entries], "token=A1b2"), [
    "5 AllocateMiningJobToken",
    "5 AllocateMiningJobToken.Success",
    "5 DeclareMiningJob",
    "5 ProvideMissingTransactions",
    "5 ProvideMissingTransactions.Success",
    "5 DeclareMiningJob.Success",
    "6 SetCustomMiningJob",
    "6 SetCustomMiningJob.Success",
  ]);
});

Deno.test("user= shows the channels of an identity, and the shares of a worker", () => {
  deepStrictEqual(shown(two().entries, "user=bob").slice(0, 2), [
    "1 OpenExtendedMiningChannel",
    "1 OpenExtendedMiningChannel.Success",
  ]);
  strictEqual(shown(two().entries, "user=bob").length, shown(two().entries, "channel=3").length);
  const tape = new MiningTape().setup().extensions(2).open().job().begin()
    .share({}, [userIdentityTlv("rig1")]).share({}, [userIdentityTlv("rig2")])
    .accept({ newSubmitsAcceptedCount: 2 });
  deepStrictEqual(shown(tape.entries, "user=rig2"), [
    "1 SubmitSharesExtended",
    "1 SubmitShares.Success",
  ]);
});

Deno.test("a request that is refused, or never answered, belongs to no channel", () => {
  const tape = new MiningTape().setup().ask({ requestId: 1 }).open({ requestId: 2 });
  deepStrictEqual(shown(tape.entries, "channel=2"), [
    "1 OpenExtendedMiningChannel",
    "1 OpenExtendedMiningChannel.Success",
  ]);
});

Deno.test("parseFollowed() reads every form, and says which there are", () => {
  const forms: readonly (readonly [string, Followed])[] = [
    ["channel=7", { kind: "channel", id: 7, connection: undefined }],
    [" channel = 3:7 ", { kind: "channel", id: 7, connection: 3 }],
    ["job=5", { kind: "job", id: 5, channel: undefined, connection: undefined }],
    ["job=3:5", { kind: "job", id: 5, channel: undefined, connection: 3 }],
    ["share=3:7:12", { kind: "share", id: 12, channel: 7, connection: 3 }],
    ["token=A1B2", { kind: "token", hex: "a1b2" }],
    ["user=sri/solo/x=y", { kind: "user", name: "sri/solo/x=y" }],
  ];
  for (const [text, followed] of forms) deepStrictEqual(parseFollowed(text), followed);
  for (
    const text of [
      "",
      "channel",
      "channel=",
      "channel=1:2:3",
      "job=x",
      "share=4294967296",
      "token=g",
      "user=",
      "x=1",
    ]
  ) {
    throws(
      () => parseFollowed(text),
      (error) =>
        error instanceof OperatorError && error.kind === "usage" && /channel=7/.test(error.message),
    );
  }
});
