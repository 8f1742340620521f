/**
 * SV2 §5.3: channels that open, change and close.
 *
 * @module
 */

import {
  CloseChannel,
  OpenExtendedMiningChannel,
  OpenExtendedMiningChannelSuccess,
  OpenMiningChannelError,
  OpenStandardMiningChannel,
  OpenStandardMiningChannelSuccess,
  SetExtranoncePrefix,
  SetGroupChannel,
  SetTarget,
  UpdateChannel,
  UpdateChannelError,
} from "../../messages/mining.ts";
import { Channel } from "./channel.ts";
import { kept } from "./read.ts";
import type { OpenRequest } from "./request.ts";
import { addressed, on, type Scene } from "./scene.ts";
import type { MiningAbout } from "./sight.ts";

/** A server may not have seen yet what the client asked for within the last so many microseconds. */
const ON_THE_WAY = 10_000_000;

/** What the tracker learns from messages about channels. */
export const CHANNEL_SIGHTS = [
  on(
    OpenStandardMiningChannel,
    (value, scene) => asked("standard", { ...value, minExtranonceSize: 0 }, scene),
  ),
  on(OpenExtendedMiningChannel, (value, scene) => asked("extended", value, scene)),
  on(
    OpenStandardMiningChannelSuccess,
    (value, scene) => opened("standard", { ...value, extranonceSize: 0 }, scene),
  ),
  on(OpenExtendedMiningChannelSuccess, (value, scene) => opened("extended", value, scene)),
  on(OpenMiningChannelError, (value, { world, on }) => {
    const request = on.request("open", value.requestId);
    if (request !== undefined) world.answered(request);
    return { kind: "open-refused", request, value };
  }),
  on(SetTarget, ({ channelId, maximumTarget: target }, scene) => {
    const { at } = scene;
    const to = addressed(channelId, scene);
    const previous = to?.target;
    const allowed = to === undefined ? undefined : allowedBy(to, scene);
    if (to !== undefined) {
      to.addressed++;
      to.targets.set(target, at);
      if (to.wantsTarget !== undefined && target <= to.wantsTarget.maximum) {
        to.wantsTarget = undefined;
      }
    }
    return { kind: "target", to, channelId, target, previous, allowed };
  }),
  on(SetExtranoncePrefix, ({ channelId, extranoncePrefix: prefix }, scene) => {
    const to = addressed(channelId, scene);
    const previous = to?.prefix;
    let overlap: Channel | undefined;
    if (to !== undefined) {
      to.addressed++;
      const { prefixes } = to.on.server;
      if (previous !== undefined) prefixes.remove(previous, to);
      to.prefixes.set(kept(prefix), scene.at);
      if (to.kind !== "group") overlap = prefixes.add(prefix, to);
    }
    return { kind: "prefix", to, channelId, previous, prefix, overlap };
  }),
  on(SetGroupChannel, ({ groupChannelId, channelIds }, scene) => {
    const { group, taken } = groupOf(groupChannelId, scene);
    const unknown: number[] = [];
    for (const id of channelIds) {
      const channel = scene.on.channels.get(id);
      if (channel === undefined || channel.kind === "group") unknown.push(id);
      else if (!taken) join(channel, group, scene.at.order);
    }
    return { kind: "group", group, taken, unknown };
  }),
  on(UpdateChannel, (value, scene) => {
    const { at } = scene;
    const { channelId, nominalHashRate, maximumTarget } = value;
    const to = addressed(channelId, scene);
    if (to !== undefined) {
      to.nominalHashRate = nominalHashRate;
      to.maxTargets.set(maximumTarget, at);
      to.wantsTarget = to.target !== undefined && maximumTarget < to.target
        ? { ...at, maximum: maximumTarget }
        : undefined;
    }
    return { kind: "update", to, value };
  }),
  on(UpdateChannelError, (value, scene) => {
    const to = scene.on.channels.get(value.channelId);
    if (to !== undefined) {
      to.addressed++;
      to.wantsTarget = undefined;
    }
    return { kind: "update-refused", to, value };
  }),
  on(CloseChannel, (value, { world, on, at }) => {
    const to = on.channels.get(value.channelId);
    if (to !== undefined) {
      for (const member of [...to.members]) world.closeChannel(member, at);
      // A group does not end with its members: it may get others.
      if (to.kind !== "group") world.closeChannel(to, at);
    }
    return { kind: "close", to, value };
  }),
];

function asked(
  channelKind: "standard" | "extended",
  value: Pick<
    OpenRequest,
    "requestId" | "userIdentity" | "nominalHashRate" | "maxTarget" | "minExtranonceSize"
  >,
  { world, on, at }: Scene,
): MiningAbout {
  const request: OpenRequest = { ...at, on, kind: "open", channelKind, ...value };
  const clash = on.request("open", request.requestId);
  world.ask(request);
  return { kind: "open", request, clash };
}

function opened(
  kind: "standard" | "extended",
  value: OpenExtendedMiningChannelSuccess,
  scene: Scene,
): MiningAbout {
  const { world, on, at } = scene;
  const request = on.request("open", value.requestId);
  if (request !== undefined) world.answered(request);
  const before = on.channels.get(value.channelId);
  const { group, taken: groupTaken } = groupOf(value.groupChannelId, scene);
  // Where something is missing, so may be the end of the channel before.
  const taken = before?.isWhole ? before : undefined;
  const channel = new Channel(on, value.channelId, { kind, isWhole: true, opened: at });
  channel.request = request;
  channel.nominalHashRate = request?.nominalHashRate;
  channel.extranonceSize = value.extranonceSize;
  if (request !== undefined) channel.maxTargets.set(request.maxTarget, at);
  channel.targets.set(value.target, at);
  channel.prefixes.set(kept(value.extranoncePrefix), at);
  world.addChannel(channel);
  if (!groupTaken && group !== channel) join(channel, group, at.order);
  const overlap = on.server.prefixes.add(value.extranoncePrefix, channel);
  return { kind: "opened", request, channel, taken, groupTaken, overlap };
}

/** The group of this id, which begins to exist by being named. */
function groupOf(id: number, { world, on, at }: Scene): { group: Channel; taken: boolean } {
  const known = on.channels.get(id);
  if (known?.kind === "group" || known?.isWhole) {
    return { group: known, taken: known.kind !== "group" };
  }
  if (known?.kind === undefined && known !== undefined) {
    known.kind = "group";
    return { group: known, taken: false };
  }
  const group = new Channel(on, id, { kind: "group", isWhole: on.isWhole, opened: at });
  world.addChannel(group);
  return { group, taken: false };
}

function join(channel: Channel, group: Channel, order: number): void {
  channel.group?.members.delete(channel);
  channel.group = group;
  channel.joined = order;
  group.members.add(channel);
}

/** The easiest target that any request within the last seconds allows; undefined if none was seen. */
function allowedBy(channel: Channel, { at }: Scene): bigint | undefined {
  const { changes } = channel.maxTargets;
  const recent = changes.filter(({ time }, i) =>
    i === changes.length - 1 || (changes[i + 1]?.time ?? time) > at.time - ON_THE_WAY
  );
  return recent.reduce<bigint | undefined>(
    (most, { value }) => most === undefined || value > most ? value : most,
    undefined,
  );
}
