import type { Fields, Message, Values } from "../../codec/message.ts";
import type { FrameEntry } from "../entry.ts";
import { Channel, type ChannelKind } from "./channel.ts";
import type { ConnectionState } from "./connection.ts";
import type { About } from "./sight.ts";
import type { Moment } from "./timeline.ts";
import type { World } from "./world.ts";

/** Where and when a message was seen. */
export interface Scene {
  readonly world: World;
  readonly on: ConnectionState;
  readonly entry: FrameEntry;
  readonly at: Moment;
}

/** What a message changes in what is known, and what it is about. */
export type Handler = (value: Record<string, unknown>, scene: Scene) => About;

/** A row of the tables that say what to do with which message. */
export function on<F extends Fields>(
  message: Message<F>,
  handle: (value: Values<F>, scene: Scene) => About,
): readonly [unknown, Handler] {
  return [message, handle as Handler];
}

/**
 * The channel or group that a message names. Where the beginning is missing, there may have been any:
 * one that is not known is taken for granted.
 */
export function addressed(
  channelId: number,
  { world, on, at }: Scene,
  kind?: ChannelKind,
): Channel | undefined {
  const known = on.channels.get(channelId);
  if (known !== undefined) {
    known.kind ??= kind;
    return known;
  }
  if (on.isWhole) return undefined;
  const channel = new Channel(on, channelId, { kind, isWhole: false, opened: at });
  world.addChannel(channel);
  return channel;
}
