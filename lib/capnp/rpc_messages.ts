/**
 * The messages of Cap'n Proto's RPC protocol that a client needs, level 1: as structs of the schema
 * `rpc.capnp`, by their offsets.
 *
 * @see https://capnproto.org/rpc.html
 * @module
 */

import { MessageBuilder, type StructBuilder, type StructShape } from "./builder.ts";
import type { Capability, PromisedObject } from "./capability.ts";
import type { Message } from "./message.ts";
import { REMOTE_FAILURES, RemoteError } from "./remote_error.ts";
import type { StructReader } from "./struct_reader.ts";

/** Which message it is: the tag of the union `Message`. */
export const KIND = {
  unimplemented: 0,
  abort: 1,
  call: 2,
  return: 3,
  finish: 4,
  release: 6,
  bootstrap: 8,
} as const;

/** What a Return brings. */
export const RETURN = { results: 0, exception: 1 } as const;

/** Where a capability is, seen by the sender of a message. */
export const HOSTED = { none: 0, bySender: 1, promisedBySender: 2, byReceiver: 3 } as const;

/** Bytes 0–1 of every message: its {@link KIND}. */
export function kindOf(message: StructReader): number {
  return message.u16(0);
}

/** Asks for the object that stands at the entrance. */
export function bootstrapMessage(questionId: number): Uint8Array {
  const { message, body } = open(KIND.bootstrap, { data: 1, pointers: 1 });
  body.u32(0, questionId);
  return message.frame();
}

/** A method call, by the numbers that stand for names. */
export interface CallHeader {
  readonly questionId: number;
  readonly target: Pick<Capability, "id"> | PromisedObject;
  readonly interfaceId: bigint;
  readonly methodId: number;
  /** Of the parameters. */
  readonly shape: StructShape;
}

/**
 * @param fill Writes the parameters. @returns The imports that they mention, in the order of the table
 * of capabilities.
 */
export function callMessage(
  { questionId, target, interfaceId, methodId, shape }: CallHeader,
  fill: (params: StructBuilder) => readonly number[],
): Uint8Array {
  const { message, body } = open(KIND.call, { data: 3, pointers: 3 });
  body.u32(0, questionId).u16(4, methodId).u64(8, interfaceId);
  writeTarget(body.struct(0, { data: 1, pointers: 1 }), target);
  const payload = body.struct(1, { data: 0, pointers: 2 });
  const imports = fill(payload.struct(0, shape));
  if (imports.length > 0) {
    payload.structs(1, imports.length, { data: 1, pointers: 1 }).forEach((descriptor, i) =>
      descriptor.u16(0, HOSTED.byReceiver).u32(4, imports[i] ?? 0)
    );
  }
  return message.frame();
}

/** A MessageTarget: an import, or the object in the first field of an answer that is yet to come. */
function writeTarget(to: StructBuilder, target: CallHeader["target"]): void {
  if ("id" in target) {
    to.u32(0, target.id);
    return;
  }
  const answer = to.u16(4, PROMISED_ANSWER).struct(0, { data: 1, pointers: 1 });
  answer.u32(0, target.question);
  for (const step of answer.structs(0, 1, { data: 1, pointers: 0 })) {
    step.u16(0, GET_POINTER_FIELD).u16(2, 0);
  }
}

const PROMISED_ANSWER = 1;
const GET_POINTER_FIELD = 1;

/** The answer to a question is not needed any more; what it brought is released apart. */
export function finishMessage(questionId: number): Uint8Array {
  const { message, body } = open(KIND.finish, { data: 1, pointers: 0 });
  body.u32(0, questionId).bool(32, false, true);
  return message.frame();
}

/** Gives back an import that was mentioned `count` times. */
export function releaseMessage(id: number, count: number): Uint8Array {
  const { message, body } = open(KIND.release, { data: 1, pointers: 0 });
  body.u32(0, id).u32(4, count);
  return message.frame();
}

/** Says why there is nothing more to say. */
export function abortMessage(reason: string): Uint8Array {
  const { message, body } = open(KIND.abort, { data: 1, pointers: 2 });
  body.text(0, reason);
  return message.frame();
}

/**
 * Tells the other side that a message of its was not understood, by sending it back. Pointers are
 * relative, so what fits one segment is sent as it came, two words further on; of others, which no peer
 * has reason to send here, the kind alone.
 */
export function unimplementedMessage({ segments }: Message, kind: number): Uint8Array {
  const { message, root } = openRoot(KIND.unimplemented);
  const [segment] = segments;
  if (segment === undefined || segments.length > 1) {
    root.struct(0, { data: 1, pointers: 1 }).u16(0, kind);
    return message.frame();
  }
  const head = message.frame();
  // The root's one pointer is the message's last word so far; the one that came takes its place.
  const frame = new Uint8Array(head.length - 8 + segment.length);
  frame.set(head.subarray(0, -8));
  frame.set(segment, head.length - 8);
  new DataView(frame.buffer).setUint32(4, frame.length / 8 - 1, true);
  return frame;
}

/** What an exception says. */
export function remoteError(exception: StructReader): RemoteError {
  return new RemoteError(REMOTE_FAILURES[exception.u16(4)] ?? "failed", exception.text(0));
}

function openRoot(kind: number): { message: MessageBuilder; root: StructBuilder } {
  const message = new MessageBuilder();
  return { message, root: message.root({ data: 1, pointers: 1 }).u16(0, kind) };
}

function open(kind: number, shape: StructShape): { message: MessageBuilder; body: StructBuilder } {
  const { message, root } = openRoot(kind);
  return { message, body: root.struct(0, shape) };
}
