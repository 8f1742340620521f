/**
 * Frames for Wireshark to read, good and bad, and captures of them.
 *
 * @module
 */

import fc from "fast-check";
import type { Connection, Direction } from "../../../lib/capture/capture.ts";
import { CaptureWriter } from "../../../lib/capture/capture_writer.ts";
import { TcpWriter } from "../../../lib/capture/tcp_writer.ts";
import type { Fields, Message } from "../../../lib/codec/message.ts";
import type { Tlv } from "../../../lib/codec/tlv.ts";
import { encodeFrame } from "../../../lib/frame/encode.ts";
import { decodeHeader, encodeHeader, FRAME_HEADER_SIZE } from "../../../lib/frame/header.ts";
import { frameEntry } from "../../../lib/inspect/frame_entry.ts";
import { PlainCapture } from "../../../lib/inspect/plain_capture.ts";
import { userIdentityTlv } from "../../../lib/messages/extensions.ts";
import { SetupConnection } from "../../../lib/messages/common.ts";
import { MESSAGES } from "../../../lib/messages/registry.ts";
import { limitsOf, valuesOf } from "../../support/arbitrary.ts";
import { type Captured, joined } from "../../support/packets.ts";

/** Of each message; with those that were damaged a few thousand in all. */
const VALUES = 20;
const SMALL = { bytes: 90, elements: 6 };
const START = 1_764_000_000_000_000;

/** A connection from its beginning, between the ports that such have. */
export function connectionOf(id: number): Connection {
  return {
    id,
    client: { address: "10.0.0.1", port: 50_000 + id },
    server: { address: "10.0.0.2", port: 3_333 },
    isWhole: true,
  };
}

/** What every connection begins with, so that Wireshark knows it. */
export function setupFrame(): Uint8Array {
  return encodeFrame(SetupConnection, {
    protocol: 0,
    minVersion: 2,
    maxVersion: 2,
    flags: 5,
    endpointHost: "pool",
    endpointPort: 3_333,
    vendor: "v",
    hardwareVersion: "",
    firmware: "",
    deviceId: "",
  });
}

/** Frames of every message, with values as they may be, the smallest and the largest among them. */
export function goodFrames(seed: number): Uint8Array[] {
  return MESSAGES.flatMap((message) => {
    const { least, most } = limitsOf(message);
    const values = fc.sample(valuesOf(message, SMALL), { numRuns: VALUES, seed });
    return [least, most, ...values].map((value, i) =>
      encodeFrame(message, value, tlvsOf(message, i))
    );
  });
}

function tlvsOf({ name }: Message<Fields>, i: number): Tlv[] {
  if (name !== "SubmitSharesExtended" || i % 3 === 0) return [];
  const other = { extensionType: 0x4000 + i, fieldType: i, value: new Uint8Array(i).fill(i) };
  return i % 3 === 1 ? [userIdentityTlv(`rig${i}`)] : [userIdentityTlv(""), other];
}

/** Frames of types that nobody defined, and payloads that were cut, stretched, changed or made up. */
export function badFrames(seed: number): Uint8Array[] {
  const place = fc.nat();
  const garbage = fc.uint8Array({ maxLength: 200, size: "max" });
  const damaged = MESSAGES.flatMap((message) => {
    const whole = valuesOf(message, { bytes: 30, elements: 4 })
      .map((value) => message.encode(value));
    const payloads = fc.sample(
      fc.oneof(
        garbage,
        fc.tuple(whole, place).map(([payload, at]) => payload.subarray(0, at % payload.length)),
        fc.tuple(whole, place, fc.nat(255)).map(([payload, at, byte]) =>
          payload.with(at % payload.length, byte)
        ),
        fc.tuple(whole, garbage).map(([payload, more]) => joined(payload, more)),
      ),
      { numRuns: VALUES, seed },
    );
    return payloads.map((payload, i) =>
      framed(payload, {
        extensionType: message.extension,
        channelMsg: message.channel !== (i % 7 === 0),
        msgType: message.id,
      })
    );
  });
  const unknown = fc.sample(
    fc.tuple(fc.nat(0x7fff), fc.boolean(), fc.nat(255), garbage),
    { numRuns: 5 * VALUES, seed },
  ).map(([extensionType, channelMsg, msgType, payload]) =>
    framed(payload, { extensionType, channelMsg, msgType })
  );
  return [...damaged, ...unknown];
}

function framed(
  payload: Uint8Array,
  type: {
    readonly extensionType: number;
    readonly channelMsg: boolean;
    readonly msgType: number;
  },
): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_SIZE);
  encodeHeader({ ...type, msgLength: payload.length }, header);
  return joined(header, payload);
}

/** The frames as `--plain` writes them, each by itself, in both directions by turns. */
export function plainCapture(frames: readonly Uint8Array[]): Uint8Array {
  const plain = new PlainCapture();
  const connection = connectionOf(1);
  const beginning = plain.begin("headframe");
  const packets = frames.map((frame, i) => {
    const direction: Direction = i % 2 === 0 ? "up" : "down";
    const sighted = { number: i + 1, time: START + i * 1_000, connection, direction };
    const payload = frame.subarray(FRAME_HEADER_SIZE);
    return plain.entry(frameEntry(sighted, { ...decodeHeader(frame), payload }));
  });
  return joined(beginning, ...packets);
}

/**
 * The frames as one stream in pieces of any size: several in a segment, and some in several.
 *
 * @param largest Bytes of a piece.
 */
export function cutCapture(frames: readonly Uint8Array[], largest: number): Uint8Array {
  const stream = joined(...frames);
  const parts: Uint8Array[] = [];
  const [first = stream] = frames;
  // Whoever reads it has to see what it is before anything is cut.
  let end = first.length;
  let size = 1;
  for (let at = 0; at < stream.length; at = end, end += size) {
    parts.push(stream.subarray(at, end));
    size = 1 + (size * 7 + at) % largest;
  }
  return streamCapture(parts);
}

/** Pieces of one direction of a connection. */
export function streamCapture(pieces: readonly Uint8Array[]): Uint8Array {
  const writer = new CaptureWriter();
  const connection = connectionOf(2);
  const direction = "up";
  return joined(
    writer.begin("headframe"),
    writer.event({ type: "open", connection, time: START }),
    ...pieces.map((bytes, i) =>
      writer.event({ type: "data", connection, time: START + i * 1_000, direction, bytes })
    ),
  );
}

/** Each frame in a packet of which the capture has only a part, any part. */
export function shortPackets(frames: readonly Uint8Array[]): Captured[] {
  const writer = new TcpWriter({ ...connectionOf(3), firstSequence: 1, maxSegment: 60_000 });
  const whole = [...writer.open(), ...frames.flatMap((frame) => writer.data("up", frame))];
  const headers = 40;
  return whole.map((bytes, i) => {
    const size = i < 4 ? bytes.length : headers + (i * 31) % (bytes.length - headers + 1);
    return { seconds: i, bytes: bytes.subarray(0, size), length: bytes.length };
  });
}
