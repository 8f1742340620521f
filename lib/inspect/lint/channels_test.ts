import {
  CloseChannel,
  OpenMiningChannelError,
  SetExtranoncePrefix,
  SetGroupChannel,
  UpdateChannel,
} from "../../messages/mining.ts";
import { testCases } from "../../../tests/support/lint_cases.ts";
import { MiningTape, PREFIX, TARGET } from "../../../tests/support/protocol_tapes.ts";
import { connectionOf } from "../../../tests/support/tape.ts";
import { CHANNEL_RULES } from "./channels.ts";

const OTHER = Uint8Array.fromHex("00000002");
const SECOND = { channelId: 3, extranoncePrefix: OTHER };
const setup = () => new MiningTape().setup();
const update = (nominalHashRate: number, maximumTarget = TARGET) =>
  MiningTape.mining().up(UpdateChannel, { channelId: 2, nominalHashRate, maximumTarget });

/** Two connections to one server, each with a channel. */
function two(extranoncePrefix: Uint8Array, port = 3333): MiningTape {
  const tape = setup().open();
  return tape.on(connectionOf(2, { port })).setup().open({}, { extranoncePrefix });
}

testCases(CHANNEL_RULES, [
  {
    rule: "MIN-15",
    by: "client",
    name: "a request_id that waits for its answer is used again",
    clean: () => setup().open({ requestId: 7 }).ask({ requestId: 7 }),
    broken: () => setup().ask({ requestId: 7 }).ask({ requestId: 7 }),
  },
  {
    rule: "MIN-16",
    by: "client",
    name: "a hash rate that is no number",
    clean: () => setup().ask({ nominalHashRate: 0 }),
    broken: () => setup().ask({ nominalHashRate: NaN }),
  },
  {
    rule: "MIN-16",
    by: "client",
    name: "an update to a negative hash rate",
    clean: () => update(5),
    broken: () => update(-5),
  },
  {
    rule: "CONN-9",
    by: "client",
    name: "a standard channel is asked for where there are none",
    clean: () => new MiningTape().setup({}, 2).ask(),
    broken: () => new MiningTape().setup({}, 2).askStandard(),
  },
  {
    rule: "MIN-5",
    by: "server",
    name: "a standard channel is granted where there are none",
    clean: () => new MiningTape().setup({}, 2).open(),
    broken: () => new MiningTape().setup({}, 2).openStandard(),
    also: ["CONN-9"],
  },
  {
    rule: "MIN-18",
    by: "server",
    name: "an answer to no request",
    clean: () => setup().ask({ requestId: 7 }).grant({ requestId: 7 }),
    broken: () => setup().ask({ requestId: 7 }).grant({ requestId: 8 }),
  },
  {
    rule: "MIN-18",
    by: "server",
    name: "a standard channel for a request for an extended one",
    clean: () => setup().askStandard().grantStandard(),
    broken: () => setup().ask().grantStandard(),
  },
  {
    rule: "MIN-18",
    by: "server",
    name: "a second answer",
    clean: () =>
      setup().ask().down(OpenMiningChannelError, { requestId: 7, errorCode: "unknown-user" }),
    broken: () =>
      setup().open().down(OpenMiningChannelError, { requestId: 7, errorCode: "unknown-user" }),
  },
  {
    rule: "MIN-19",
    by: "server",
    name: "less extranonce than was asked for",
    clean: () => setup().open({ minExtranonceSize: 16 }),
    broken: () => setup().open({ minExtranonceSize: 17 }),
  },
  {
    rule: "MIN-11",
    by: "server",
    name: "an extranonce of 33 bytes",
    clean: () => setup().open({}, { extranonceSize: 28 }),
    broken: () => setup().open({}, { extranonceSize: 29 }),
  },
  {
    rule: "MIN-9",
    by: "server",
    name: "a channel_id that is taken",
    clean: () => setup().open().open({ requestId: 8 }, SECOND),
    broken: () => setup().open().open({ requestId: 8 }, { ...SECOND, channelId: 2 }),
  },
  {
    rule: "MIN-9",
    by: "server",
    name: "a group_channel_id that is a channel's",
    clean: () => setup().open().open({ requestId: 8 }, { ...SECOND, groupChannelId: 1 }),
    broken: () => setup().open().open({ requestId: 8 }, { ...SECOND, groupChannelId: 2 }),
  },
  {
    rule: "MIN-9",
    by: "server",
    name: "SetGroupChannel with a channel's id",
    clean: () => setup().open().down(SetGroupChannel, { groupChannelId: 5, channelIds: [2] }),
    broken: () => setup().open().down(SetGroupChannel, { groupChannelId: 2, channelIds: [] }),
  },
  {
    rule: "MIN-10",
    by: "server",
    name: "extranonces of two sizes in one group",
    clean: () => setup().open().open({ requestId: 8 }, SECOND),
    broken: () => setup().open().open({ requestId: 8 }, { ...SECOND, extranonceSize: 8 }),
  },
  {
    rule: "MIN-10",
    by: "server",
    name: "channels of two sizes are put into one group",
    clean: () =>
      setup().open().open({ requestId: 8 }, { ...SECOND, groupChannelId: 4 })
        .down(SetGroupChannel, { groupChannelId: 5, channelIds: [2, 3] }),
    broken: () =>
      setup().open().open({ requestId: 8 }, { ...SECOND, extranonceSize: 8, groupChannelId: 4 })
        .down(SetGroupChannel, { groupChannelId: 5, channelIds: [2, 3] }),
  },
  {
    rule: "MIN-7",
    by: "server",
    name: "the same prefix on two connections",
    clean: () => two(OTHER),
    broken: () => two(PREFIX),
  },
  {
    rule: "MIN-7",
    by: "server",
    name: "a prefix that begins another",
    // Another server has a space of its own, and a closed channel none.
    clean: () => two(PREFIX, 4444),
    broken: () => two(PREFIX.subarray(0, 3)),
  },
  {
    rule: "MIN-7",
    by: "server",
    name: "a channel is given the prefix of another",
    clean: () =>
      setup().open().open({ requestId: 8 }, SECOND)
        .up(CloseChannel, { channelId: 2, reasonCode: "bye" })
        .down(SetExtranoncePrefix, { channelId: 3, extranoncePrefix: PREFIX }),
    broken: () =>
      setup().open().open({ requestId: 8 }, SECOND)
        .down(SetExtranoncePrefix, { channelId: 3, extranoncePrefix: PREFIX }),
  },
  {
    rule: "MIN-29",
    by: "server",
    name: "SetExtranoncePrefix for a group",
    clean: () =>
      setup().open().down(SetExtranoncePrefix, { channelId: 2, extranoncePrefix: OTHER }),
    broken: () =>
      setup().open().down(SetExtranoncePrefix, { channelId: 1, extranoncePrefix: OTHER }),
  },
  {
    rule: "MIN-30",
    by: "server",
    name: "SetGroupChannel with a channel that is not open",
    clean: () => setup().open().down(SetGroupChannel, { groupChannelId: 5, channelIds: [2] }),
    broken: () => setup().open().down(SetGroupChannel, { groupChannelId: 5, channelIds: [2, 9] }),
  },
  {
    rule: "MIN-30",
    by: "server",
    name: "SetGroupChannel to a client that takes standard jobs only",
    clean: () => new MiningTape().setup({ flags: 1 }).openStandard(),
    broken: () =>
      new MiningTape().setup({ flags: 1 }).openStandard()
        .down(SetGroupChannel, { groupChannelId: 5, channelIds: [2] }),
  },
  {
    rule: "MIN-25",
    by: "server",
    name: "a job for a channel that was never opened",
    clean: () => setup().open().job(),
    broken: () => setup().open().job({ channelId: 9 }),
  },
  {
    rule: "MIN-25",
    by: "server",
    name: "a target long after the channel was closed",
    clean: () =>
      setup().open().up(CloseChannel, { channelId: 2, reasonCode: "bye" }).wait(1).target(TARGET),
    broken: () =>
      setup().open().up(CloseChannel, { channelId: 2, reasonCode: "bye" }).wait(20).target(TARGET),
  },
  {
    rule: "MIN-25",
    by: "server",
    name: "a new block for a channel that was never opened",
    clean: () => MiningTape.mining(),
    broken: () => MiningTape.mining().begin({ channelId: 9 }),
  },
  {
    rule: "MIN-25",
    by: "server",
    name: "a prefix for a channel that was never opened",
    clean: () => setup().open(),
    broken: () =>
      setup().open().down(SetExtranoncePrefix, { channelId: 9, extranoncePrefix: OTHER }),
  },
  {
    rule: "MIN-25",
    by: "server",
    name: "shares are accepted of a channel that was never opened",
    clean: () => MiningTape.mining().share().accept(),
    broken: () => MiningTape.mining().share().accept({ channelId: 9 }),
  },
  {
    rule: "MIN-9",
    by: "client",
    name: "a share on a channel that was never opened",
    clean: () => MiningTape.mining().share(),
    broken: () => MiningTape.mining().share({ channelId: 9 }),
  },
  {
    rule: "MIN-9",
    by: "client",
    name: "an update of a channel that was never opened",
    clean: () => update(5),
    broken: () =>
      setup().up(UpdateChannel, { channelId: 9, nominalHashRate: 5, maximumTarget: TARGET }),
  },
  {
    rule: "MIN-23",
    by: "server",
    name: "a smaller maximum target that nothing comes of",
    clean: () => update(5, TARGET >> 1n).target(TARGET >> 1n).wait(70).share(),
    broken: () => update(5, TARGET >> 1n).wait(70).share(),
  },
]);
