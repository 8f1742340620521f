/**
 * Rules about channels: how they open, change and close. SV2 §5.2, §5.3
 *
 * @module
 */

import { MAX_EXTRANONCE_SIZE } from "../../bitcoin/coinbase.ts";
import { MINING_CLIENT_FLAGS, MINING_SERVER_FLAGS } from "../../messages/flags.ts";
import { isHashRate } from "../../pow/target.ts";
import type { Channel } from "../understand/channel.ts";
import type { Sight } from "../understand/sight.ts";
import { fault, type Rule, ruleOn, type Side, type Verdict } from "./rule.ts";

/** Microseconds in which a message may cross the CloseChannel that ends its channel. */
const CROSSING = 10_000_000;

/** How channels are opened, named, grouped and told apart by their extranonces. */
export const CHANNEL_RULES: readonly Rule[] = [
  ruleOn("open", {
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
  ruleOn("open", {
    id: "MIN-16",
    title: "nominal_hash_rate is a number of hashes a second",
    check: ({ request: { nominalHashRate } }) =>
      isHashRate(nominalHashRate)
        ? undefined
        : fault("client", `nominal_hash_rate ${nominalHashRate}`, "0 or more"),
  }),
  ruleOn("update", {
    id: "MIN-16",
    title: "nominal_hash_rate is a number of hashes a second",
    check: ({ value: { nominalHashRate } }) =>
      isHashRate(nominalHashRate)
        ? undefined
        : fault("client", `nominal_hash_rate ${nominalHashRate}`, "0 or more"),
  }),
  ruleOn("open", {
    id: "CONN-9",
    title: "A client that was told REQUIRES_EXTENDED_CHANNELS opens no standard channel",
    check: ({ request }, { on }) =>
      request.channelKind === "standard" &&
        on.serverFlag(MINING_SERVER_FLAGS.requiresExtendedChannels)
        ? fault("client", "OpenStandardMiningChannel", "OpenExtendedMiningChannel", [
          on.answer?.at.entry,
        ])
        : undefined,
  }),
  ruleOn("opened", {
    id: "MIN-5",
    title: "A server with REQUIRES_EXTENDED_CHANNELS grants no standard channel",
    check: ({ channel }, { on }) =>
      channel.kind === "standard" && on.serverFlag(MINING_SERVER_FLAGS.requiresExtendedChannels)
        ? fault("server", "OpenStandardMiningChannel.Success", "OpenMiningChannel.Error", [
          on.answer?.at.entry,
        ])
        : undefined,
  }),
  ruleOn("opened", {
    id: "MIN-18",
    title: "Each request for a channel gets one answer of its kind",
    check({ request, channel }, { on }) {
      if (request === undefined) return on.isWhole ? unasked() : undefined;
      if (request.channelKind === channel.kind) return undefined;
      const text = `${
        channel.kind ?? "another"
      } channel for a request for a ${request.channelKind} one`;
      return fault("server", text, `a ${request.channelKind} channel`, [request.entry]);
    },
  }),
  ruleOn("open-refused", {
    id: "MIN-18",
    title: "Each request for a channel gets one answer of its kind",
    check: ({ request }, { on }) => request === undefined && on.isWhole ? unasked() : undefined,
  }),
  ruleOn("opened", {
    id: "MIN-19",
    title: "extranonce_size is at least min_extranonce_size",
    check({ request, channel: { kind, extranonceSize = 0 } }) {
      if (kind !== "extended" || request === undefined) return undefined;
      const { minExtranonceSize, entry } = request;
      if (extranonceSize >= minExtranonceSize) return undefined;
      return fault(
        "server",
        `extranonce_size ${extranonceSize}`,
        `${minExtranonceSize} or more, or OpenMiningChannel.Error`,
        [entry],
      );
    },
  }),
  ruleOn("opened", {
    id: "MIN-11",
    title: "The whole extranonce has at most 32 bytes",
    check: ({ channel: { fullExtranonceSize = 0 } }) =>
      fullExtranonceSize > MAX_EXTRANONCE_SIZE
        ? fault("server", `${fullExtranonceSize} bytes`, `at most ${MAX_EXTRANONCE_SIZE}`)
        : undefined,
  }),
  ruleOn("opened", {
    id: "MIN-9",
    title: "channel_id is unique on the connection, among channels and groups",
    check({ channel, taken, groupTaken }) {
      if (taken !== undefined) {
        return fault("server", `channel_id ${channel.id} again`, "one that is free", [
          taken.opened.entry,
        ]);
      }
      return groupTaken
        ? fault(
          "server",
          "group_channel_id of a channel that is no group",
          "one of a group, or free",
        )
        : undefined;
    },
  }),
  ruleOn("group", {
    id: "MIN-9",
    title: "channel_id is unique on the connection, among channels and groups",
    check: ({ group, taken }) =>
      taken
        ? fault("server", `group_channel_id ${group.id} of a channel`, "one of a group, or free", [
          group.opened.entry,
        ])
        : undefined,
  }),
  ruleOn("opened", {
    id: "MIN-10",
    title: "All channels of a group have the same size of extranonce",
    check: ({ channel }) => differs(channel, channel.group),
  }),
  ruleOn("group", {
    id: "MIN-10",
    title: "All channels of a group have the same size of extranonce",
    check({ group }) {
      const [first] = group.members;
      return first && differs(first, group);
    },
  }),
  ruleOn("opened", {
    id: "MIN-7",
    title: "Each channel of a server has a search space of its own",
    check: ({ channel, overlap }) => overlap && overlapping(channel, overlap),
  }),
  ruleOn("prefix", {
    id: "MIN-7",
    title: "Each channel of a server has a search space of its own",
    check: ({ to, overlap }) => overlap && to && overlapping(to, overlap),
  }),
  ruleOn("prefix", {
    id: "MIN-29",
    title: "SetExtranoncePrefix is for a channel, never for a group",
    check: ({ to }) =>
      to?.isWhole && to.kind === "group"
        ? fault("server", `SetExtranoncePrefix for group ${to.id}`, "the id of a channel")
        : undefined,
  }),
  ruleOn("group", {
    id: "MIN-30",
    title: "SetGroupChannel lists open channels of a client that takes extended jobs",
    check({ unknown }, { on }) {
      if (on.clientFlag(MINING_CLIENT_FLAGS.requiresStandardJobs)) {
        return fault("server", "SetGroupChannel to a client with REQUIRES_STANDARD_JOBS", "none", [
          on.setup?.entry,
        ]);
      }
      if (!on.isWhole || unknown.length === 0) return undefined;
      const ids = unknown.slice(0, 8).join(", ");
      return fault("server", `channels ${ids}, which are not open`, "ids of open channels");
    },
  }),
  ...(["job", "activation", "target", "prefix", "accepted"] as const).map((kind) =>
    ruleOn(kind, {
      id: "MIN-25",
      title: "Nothing is sent for a channel that is not open",
      check: (about, sight) =>
        about.to === undefined ? onNone(sight, idIn(about), "server") : undefined,
    })
  ),
  ruleOn("share", {
    id: "MIN-9",
    title: "Shares come on a channel that is open",
    check: ({ share, channelId }, sight) =>
      share === undefined ? onNone(sight, channelId, "client") : undefined,
  }),
  ruleOn("update", {
    id: "MIN-9",
    title: "UpdateChannel is for a channel that is open",
    check: ({ to, value }, sight) =>
      to === undefined ? onNone(sight, value.channelId, "client") : undefined,
  }),
  ruleOn("share", {
    id: "MIN-23",
    title: "A smaller maximum target is followed by SetTarget",
    check: ({ overdueTarget }) =>
      overdueTarget && fault(
        "server",
        "no SetTarget within a minute",
        "one of at most the maximum that UpdateChannel has",
        [overdueTarget.entry],
      ),
  }),
];

function unasked(): Verdict {
  return fault("server", "an answer to no request", "the request_id of an open request");
}

function overlapping(channel: Channel, other: Channel): Verdict {
  const where = other.on === channel.on ? "" : ` on connection ${other.on.id}`;
  return fault(
    "server",
    `extranonce_prefix ${channel.prefix?.toHex()} overlaps ${other.prefix?.toHex()} of channel ` +
      `${other.id}${where}`,
    "a prefix that neither begins another nor is begun by one",
    [other.opened.entry],
  );
}

/** @param group Whose other members it has to be like. */
function differs(channel: Channel, group: Channel | undefined): Verdict {
  const size = channel.fullExtranonceSize;
  if (group === undefined || size === undefined) return undefined;
  for (const member of group.members.values().take(MOST_COMPARED)) {
    const other = member.fullExtranonceSize;
    if (other === undefined || other === size || !member.isWhole) continue;
    return fault(
      "server",
      `extranonces of ${size} and of ${other} bytes in group ${group.id}`,
      "one size",
      [member.opened.entry],
    );
  }
  return undefined;
}

const MOST_COMPARED = 16;

/** What is said about a channel that does not exist, unless its end has crossed it. */
function onNone({ on, at }: Sight, channelId: number, by: Side): Verdict {
  if (!on.isWhole) return undefined;
  const closed = on.closedAt(channelId);
  if (closed === undefined) {
    return fault(by, `channel_id ${channelId}, which was never opened`, "that of an open channel");
  }
  if (at.time - closed.time <= CROSSING) return undefined;
  return fault(by, `channel_id ${channelId}, which was closed`, "nothing more for it", [
    closed.entry,
  ]);
}

function idIn(
  about: Extract<
    Sight["about"],
    { readonly kind: "job" | "activation" | "target" | "prefix" | "accepted" }
  >,
): number {
  return "channelId" in about ? about.channelId : about.value.channelId;
}
