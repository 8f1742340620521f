import { encodeFrame } from "../../frame/encode.ts";
import { OpenStandardMiningChannel, SetTarget } from "../../messages/mining.ts";
import { SubmitSolution } from "../../messages/template.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { MiningTape, TARGET, TemplateTape } from "../../../tests/support/protocol_tapes.ts";
import { FRAMING_RULES } from "./framing.ts";

const TARGET_FRAME = encodeFrame(SetTarget, { channelId: 2, maximumTarget: TARGET });

/** The frame with its channel_msg bit turned. */
function turned(frame: Uint8Array): Uint8Array {
  const other = frame.slice();
  other[1] = (other[1] ?? 0) ^ 0x80;
  return other;
}

testCases(FRAMING_RULES, [
  {
    rule: "FRAME-10",
    by: "server",
    name: "SetTarget without the channel bit",
    clean: () => MiningTape.mining().frame("down", TARGET_FRAME),
    broken: () => MiningTape.mining().frame("down", turned(TARGET_FRAME)),
  },
  {
    rule: "FRAME-10",
    by: "client",
    name: "OpenStandardMiningChannel with the channel bit",
    clean: () => new MiningTape().setup().askStandard(),
    broken: () =>
      new MiningTape().setup().frame(
        "up",
        turned(encodeFrame(OpenStandardMiningChannel, {
          requestId: 1,
          userIdentity: "x",
          nominalHashRate: 1,
          maxTarget: TARGET,
        })),
      ),
  },
  {
    rule: "FRAME-11",
    by: "client",
    name: "a type that is not defined",
    clean: () => MiningTape.mining(),
    broken: () => MiningTape.mining().frame("up", Uint8Array.of(0, 0, 0x1e, 0, 0, 0)),
  },
  {
    rule: "FRAME-23",
    by: "server",
    name: "a payload that ends early",
    clean: () => MiningTape.mining().frame("down", TARGET_FRAME),
    broken: () =>
      MiningTape.mining().frame("down", Uint8Array.of(0, 0x80, SetTarget.id, 3, 0, 0, 1, 2, 3)),
  },
  {
    rule: "CONN-16",
    by: "client",
    name: "SetTarget from the client",
    clean: () => MiningTape.mining().frame("down", TARGET_FRAME),
    broken: () => MiningTape.mining().frame("up", TARGET_FRAME),
  },
  {
    rule: "CONN-16",
    by: "client",
    name: "a solution on a mining connection",
    clean: () => TemplateTape.templates().template().tip().solution(),
    broken: () =>
      MiningTape.mining().up(SubmitSolution, {
        templateId: 1n,
        version: 1,
        headerTimestamp: 1,
        headerNonce: 1,
        coinbaseTx: new Uint8Array(),
      }),
    // Nothing of templates is known on it.
    also: ["TDP-27", "B141-5"],
  },
]);
