/**
 * Rules about frames: headers, payloads, who may send what.
 *
 * @module
 */

import { fault, type Rule, ruleOnFrames, senderOf } from "./rule.ts";

const PROTOCOLS = ["mining", "declaration", "template"];

/** Headers of frames: channel bit, direction, place in the protocol. */
export const FRAMING_RULES: readonly Rule[] = [
  ruleOnFrames({
    id: "FRAME-10",
    title: "Each message has the channel_msg bit that its type demands",
    check(frame) {
      const { message, channelMsg } = frame;
      if (message === undefined || message.channel === channelMsg) return undefined;
      const [is, wants] = channelMsg ? ["set", "unset"] : ["unset", "set"];
      return fault(
        senderOf(frame),
        `${message.name} with channel_msg ${is}`,
        `channel_msg ${wants}`,
      );
    },
  }),
  ruleOnFrames({
    id: "FRAME-11",
    level: "SHOULD",
    title: "Only message types of the specification are sent",
    check(frame) {
      if (frame.message !== undefined || frame.extensionType > 1) return undefined;
      const type = `0x${frame.msgType.toString(16).padStart(2, "0")}`;
      const whose = frame.extensionType === 0 ? "" : ` of extension ${frame.extensionType}`;
      return fault(senderOf(frame), `message type ${type}${whose}`, "a type that is defined");
    },
  }),
  ruleOnFrames({
    id: "FRAME-23",
    title: "A payload can be decoded as what its type says",
    check(frame) {
      const { message, error } = frame;
      if (message === undefined || error === undefined) return undefined;
      const { path, offset, code } = error;
      return fault(
        senderOf(frame),
        `${message.name} of ${frame.payload.length} bytes: ${path} is ${code} at byte ${offset}`,
        `${message.minSize} bytes or more, laid out as SV2 §${message.spec} says`,
      );
    },
  }),
  ruleOnFrames({
    id: "CONN-16",
    title: "Messages go the way that the specification says",
    check(frame, { on }) {
      const { message } = frame;
      const by = senderOf(frame);
      // Who is the client was guessed where the beginning is missing.
      if (message === undefined || !on.connection.isWhole) return undefined;
      if (message.from === "both" || message.from === by) return undefined;
      return fault(by, `${message.name} from the ${by}`, `it comes from the ${message.from}`);
    },
  }),
  ruleOnFrames({
    id: "CONN-16",
    title: "Only messages of the protocol that was set up are sent",
    check(frame, { on }) {
      const { message } = frame;
      const { protocol } = on;
      if (message === undefined || protocol === undefined) return undefined;
      if (message.protocol === protocol || !PROTOCOLS.includes(message.protocol)) return undefined;
      return fault(
        senderOf(frame),
        `${message.name}, of ${message.protocol}, on a connection for ${protocol}`,
        `messages of ${protocol}`,
        [on.setup?.entry],
      );
    },
  }),
];
