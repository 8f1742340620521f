import { OperatorError } from "../../errors.ts";
import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from "../../frame/header.ts";
import { messageOf } from "../../messages/registry.ts";
import type { FrameEntry } from "../entry.ts";
import { frameEntry } from "../frame_entry.ts";
import { hexNumber } from "../naming.ts";
import { messageNamed } from "./message_named.ts";

/** Digits that are taken: a frame of the largest size, and a little. */
const MOST_DIGITS = 2 * (2 ** 24 + 1_024);
/** Where nothing was captured. */
const NOWHERE = {
  id: 0,
  client: { address: "client", port: 0 },
  server: { address: "server", port: 0 },
  isWhole: true,
};

/**
 * What a person has in hexadecimal: frames one behind the other, or the payload of one.
 *
 * @param text Digits, with anything between them that people put there: spaces, line breaks, colons,
 * commas, `0x`.
 * @param type Name of the message if it is a payload alone.
 * @throws {OperatorError} `usage`, if it is no hexadecimal, or no frames.
 */
export function decodeByHand(text: string, type?: string): FrameEntry[] {
  const bytes = bytesFrom(text);
  if (type !== undefined) {
    const { extension, channel, id } = messageNamed(type);
    const header = { extensionType: extension, channelMsg: channel, msgType: id };
    return [entryFrom({ ...header, msgLength: bytes.length }, bytes, 1)];
  }
  const entries: FrameEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (left < FRAME_HEADER_SIZE) {
      throw noFrame(
        at,
        `${
          left === 1 ? "1 byte is" : `${left} bytes are`
        } left, and a header has ${FRAME_HEADER_SIZE}`,
      );
    }
    const header = decodeHeader(bytes, at);
    const end = at + FRAME_HEADER_SIZE + header.msgLength;
    if (end > bytes.length) {
      throw noFrame(
        at,
        `its header announces ${nameOf(header)} with ${header.msgLength} bytes of payload, ` +
          `and ${left - FRAME_HEADER_SIZE} are there`,
      );
    }
    entries.push(
      entryFrom(header, bytes.subarray(at + FRAME_HEADER_SIZE, end), entries.length + 1),
    );
    at = end;
  }
  return entries;
}

function entryFrom(header: FrameHeader, payload: Uint8Array, number: number): FrameEntry {
  const { extensionType, channelMsg, msgType } = header;
  const from = messageOf(extensionType, msgType)?.from;
  const direction = from === "client" ? "up" : "down";
  return frameEntry(
    { number, time: 0, connection: NOWHERE, direction },
    { extensionType, channelMsg, msgType, payload },
  );
}

function bytesFrom(text: string): Uint8Array {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  if (digits === "") throw new OperatorError("usage", "Cannot decode: there are no bytes");
  if (digits.length > MOST_DIGITS) {
    throw new OperatorError("usage", "Cannot decode: more than the largest frame has");
  }
  const [wrong] = /[^0-9a-f]/i.exec(digits) ?? [];
  if (wrong !== undefined) {
    const shown = JSON.stringify(wrong);
    throw new OperatorError("usage", `Cannot decode: ${shown} is no hexadecimal digit`);
  }
  if (digits.length % 2 === 1) {
    const count = digits.length;
    throw new OperatorError(
      "usage",
      `Cannot decode: ${count} hexadecimal digits, and two are a byte`,
    );
  }
  return Uint8Array.fromHex(digits);
}

function nameOf({ extensionType, msgType }: FrameHeader): string {
  return messageOf(extensionType, msgType)?.name ??
    `an unknown message (ext ${hexNumber(extensionType, 4)} type ${hexNumber(msgType)})`;
}

function noFrame(at: number, why: string): OperatorError {
  const where = at === 0 ? "" : ` at byte ${at}`;
  return new OperatorError(
    "usage",
    `Cannot decode as a frame${where}: ${why}; if it is a payload, say of which message with --type`,
  );
}
