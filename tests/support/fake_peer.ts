import { strictEqual } from "node:assert";
import type { Fields, Message, Values } from "../../lib/codec/message.ts";
import type { Tlv } from "../../lib/codec/tlv.ts";
import { encodeFrame } from "../../lib/frame/encode.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { decodeHeader, FRAME_HEADER_SIZE } from "../../lib/frame/header.ts";
import { messageOf } from "../../lib/messages/registry.ts";
import type { Peer, Session } from "../../lib/session/role.ts";
import { SETUP } from "./raw_client.ts";

export interface FakePeerOptions {
  /** Of its SetupConnection. */
  readonly flags?: number;
  readonly extensions?: readonly number[];
  readonly address?: string;
  /** Whatever else its session should be. */
  readonly session?: Partial<Session>;
}

let nextId = 1;

/** A peer without a connection: what it is sent is kept, as frames, until a test looks. */
export class FakePeer implements Peer {
  readonly id: number = nextId++;
  readonly address: string;
  session: Session;
  /** Why it was closed; undefined while it is not. */
  closed: string | undefined;
  /** Bytes that it was sent, headers included, since the start. */
  sentBytes = 0;
  #frames: Uint8Array[] = [];

  constructor({ flags = 0, extensions = [], address, session }: FakePeerOptions = {}) {
    this.address = address ?? `192.0.2.1:${10_000 + this.id}`;
    this.session = {
      setup: { ...SETUP, flags },
      version: 2,
      serverFlags: 0,
      extensions: new Set(extensions),
      requiredExtensions: [],
      ...session,
    };
  }

  send<F extends Fields>(message: Message<F>, value: Values<F>): void {
    this.sendFrame(encodeFrame(message, value));
  }

  sendFrame(frame: Uint8Array): void {
    if (this.closed !== undefined) return;
    strictEqual(decodeHeader(frame).msgLength, frame.length - FRAME_HEADER_SIZE);
    this.#frames.push(frame.slice());
    this.sentBytes += frame.length;
  }

  close(reason: string): void {
    this.closed ??= reason;
  }

  /** What it was sent since the last call. */
  take(): Sent[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames.map(sentOf);
  }
}

/** A message that a peer was sent, as it is on the wire. */
export interface Sent {
  readonly name: string;
  readonly header: ReturnType<typeof decodeHeader>;
  readonly value: Record<string, unknown>;
}

function sentOf(frame: Uint8Array): Sent {
  const header = decodeHeader(frame);
  const message = messageOf(header.extensionType, header.msgType);
  if (message === undefined) throw new Error(`sent an unknown message 0x${header.msgType}`);
  strictEqual(header.channelMsg, message.channel, `channel bit of ${message.name}`);
  const { value, rest } = message.decode(frame.subarray(FRAME_HEADER_SIZE));
  strictEqual(rest.length, 0, `bytes after ${message.name}`);
  return { name: message.name, header, value };
}

/** Names of what was sent, in order. */
export function namesOf(sent: readonly Sent[]): string[] {
  return sent.map(({ name }) => name);
}

/** The messages of one kind among what was sent. */
export function only<F extends Fields>(sent: readonly Sent[], message: Message<F>): Values<F>[] {
  return sent.filter(({ name }) => name === message.name).map(({ value }) => value as Values<F>);
}

/** A message as a role is given it. */
export function frameOf<F extends Fields>(
  message: Message<F>,
  value: Values<F>,
  tlvs?: readonly Tlv[],
): Frame {
  const frame = encodeFrame(message, value, tlvs);
  const { extensionType, channelMsg, msgType } = decodeHeader(frame);
  return { extensionType, channelMsg, msgType, payload: frame.subarray(FRAME_HEADER_SIZE) };
}
