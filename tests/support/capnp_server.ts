/**
 * The server's side of Cap'n Proto's RPC protocol, for tests: objects that a client may call, over real
 * frames. It counts what the client holds, and can spread its messages over segments.
 *
 * @module
 */

import { MessageBuilder, type StructBuilder, type StructShape } from "../../lib/capnp/builder.ts";
import { Framer } from "../../lib/capnp/framer.ts";
import type { Message } from "../../lib/capnp/message.ts";
import { REMOTE_FAILURES, RemoteError } from "../../lib/capnp/remote_error.ts";
import { HOSTED, KIND, RETURN } from "../../lib/capnp/rpc_messages.ts";
import type { StructReader } from "../../lib/capnp/struct_reader.ts";
import type { Socket } from "../../lib/ports.ts";

/** Something that can be called. What it throws as a {@link RemoteError} is the client's to see. */
export interface ServerObject {
  call(call: ServerCall): ServerReply | Promise<ServerReply>;
  /** The client has given back its last reference. */
  dropped?(): void;
}

export interface ServerCall {
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly params: StructReader;
  /** The object of ours that the client mentions in a field of the parameters, or in one of `struct`. */
  object(pointer: number, struct?: StructReader): ServerObject | undefined;
}

/** Results; undefined is the empty struct. */
export type ServerReply =
  | {
    readonly shape: StructShape;
    /** Writes them. @returns The objects that they mention, by their index. */
    fill(results: StructBuilder): readonly (ServerObject | undefined)[] | void;
  }
  | undefined;

/** How messages are laid out: in one segment, or with a far pointer to the second. */
export type Framing = "single" | "far" | "double-far";

export class CapnpServer {
  readonly #socket: Socket;
  readonly #bootstrap: ServerObject;
  readonly #exports = new Map<number, { readonly object: ServerObject; references: number }>();
  #nextExport = 0;
  framing: Framing = "single";
  /** Kinds of the messages that came, in order. */
  readonly kinds: number[] = [];
  /** Calls that have not been answered. */
  pending = 0;
  /** Objects of the answers to calls, once they are there: what later calls may be about. */
  readonly #answers = new Map<number, Promise<readonly (ServerObject | undefined)[]>>();
  /** Questions that were answered, and not finished. */
  readonly unfinished = new Set<number>();
  /** The highest number that a question had. */
  highestQuestion = 0;
  ended = false;

  constructor(socket: Socket, bootstrap: ServerObject) {
    this.#socket = socket;
    this.#bootstrap = bootstrap;
  }

  /** References that the client holds. */
  get held(): number {
    return this.#exports.values().reduce((sum, { references }) => sum + references, 0);
  }

  /** Serves until the client hangs up, or the connection is closed. */
  async run(): Promise<void> {
    const framer = new Framer();
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const length = await this.#socket.read(buffer);
      if (length === null) break;
      framer.push(buffer.subarray(0, length), (message) => this.#receive(message));
    }
    this.close();
  }

  close(): void {
    this.ended = true;
    this.#socket.close();
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array): void {
    if (!this.ended) void this.#socket.write(bytes).catch(() => {});
  }

  #receive(message: Message): void {
    const root = message.root();
    const kind = root.u16(0);
    const body = root.struct(0);
    this.kinds.push(kind);
    if (kind === KIND.bootstrap) {
      this.#return(body.u32(0), RETURN.results, (payload) => {
        payload.capability(0, 0);
        return [this.#bootstrap];
      });
    }
    if (kind === KIND.call) void this.#call(body);
    if (kind === KIND.finish) {
      this.unfinished.delete(body.u32(0));
      this.#answers.delete(body.u32(0));
    }
    if (kind === KIND.release) this.#release(body.u32(0), body.u32(4));
  }

  async #call(body: StructReader): Promise<void> {
    const id = body.u32(0);
    const answered = Promise.withResolvers<readonly (ServerObject | undefined)[]>();
    answered.promise.catch(() => {});
    this.#answers.set(id, answered.promise);
    const payload = body.struct(1);
    const params = payload.struct(0);
    const table = payload.structs(1);
    const object = (pointer: number, struct: StructReader = params): ServerObject | undefined => {
      const index = struct.capability(pointer);
      return index === undefined
        ? undefined
        : this.#exports.get(table[index]?.u32(4) ?? -1)?.object;
    };
    this.pending++;
    this.highestQuestion = Math.max(this.highestQuestion, id);
    try {
      const target = await this.#target(body.struct(0));
      if (target === undefined) throw new RemoteError("failed", "there is no such object");
      const reply = await target.call({
        interfaceId: body.i64(8) & 0xffff_ffff_ffff_ffffn,
        methodId: body.u16(4),
        params,
        object,
      });
      this.#return(
        id,
        RETURN.results,
        (results) => {
          const objects = reply?.fill(results.struct(0, reply.shape)) ?? [];
          answered.resolve(objects);
          return objects;
        },
      );
    } catch (error) {
      answered.reject(error);
      if (!(error instanceof RemoteError)) throw error;
      const message = new MessageBuilder();
      this.unfinished.add(id);
      const body = returned(message, id, RETURN.exception).struct(0, { data: 1, pointers: 2 });
      body.u16(4, REMOTE_FAILURES.indexOf(error.kind)).text(0, error.message);
      this.#send(message);
    } finally {
      this.pending--;
    }
  }

  /** An export, or the object that the answer to another question has in its first field. */
  async #target(target: StructReader): Promise<ServerObject | undefined> {
    if (target.u16(4) === 0) return this.#exports.get(target.u32(0))?.object;
    const answer = target.struct(0);
    const [step] = answer.structs(0);
    if (step?.u16(0) !== 1 || step.u16(2) !== 0) throw new Error("Not the first field");
    return (await this.#answers.get(answer.u32(0)))?.[0];
  }

  #return(
    id: number,
    what: number,
    fill: (payload: StructBuilder) => readonly (ServerObject | undefined)[],
  ): void {
    this.unfinished.add(id);
    const message = new MessageBuilder();
    const payload = returned(message, id, what).struct(0, { data: 0, pointers: 2 });
    const objects = fill(payload);
    if (objects.length > 0 && !this.ended) {
      payload.structs(1, objects.length, { data: 1, pointers: 1 }).forEach((descriptor, i) => {
        const object = objects[i];
        if (object === undefined) return;
        descriptor.u16(0, HOSTED.bySender).u32(4, this.#export(object));
      });
    }
    this.#send(message);
  }

  #export(object: ServerObject): number {
    for (const [id, entry] of this.#exports) {
      if (entry.object !== object) continue;
      entry.references++;
      return id;
    }
    const id = this.#nextExport++;
    this.#exports.set(id, { object, references: 1 });
    return id;
  }

  #release(id: number, count: number): void {
    const entry = this.#exports.get(id);
    if (entry === undefined || entry.references < count) {
      throw new Error(`Released ${id} too often`);
    }
    entry.references -= count;
    if (entry.references > 0) return;
    this.#exports.delete(id);
    entry.object.dropped?.();
  }

  #send(message: MessageBuilder): void {
    this.raw(framed(message.frame(), this.framing));
  }
}

function returned(message: MessageBuilder, id: number, what: number): StructBuilder {
  const root = message.root({ data: 1, pointers: 1 }).u16(0, KIND.return);
  return root.struct(0, { data: 2, pointers: 1 }).u32(0, id).u16(6, what);
}

/** The same message, its content in a second segment, to which the first has a far pointer. */
export function framed(frame: Uint8Array, framing: Framing): Uint8Array {
  if (framing === "single") return frame;
  const content = frame.subarray(8);
  const words = content.length / 8;
  if (framing === "far") {
    // The root pointer, first in its segment, is the landing pad.
    return joined([1, 1, words, 0], [2, 1], content);
  }
  // A pad in a third segment: where the content is, behind its root pointer, and what it is.
  const view = new DataView(content.buffer, content.byteOffset);
  const pad = [1 << 3 | 2, 1, view.getUint32(0, true) & 3, view.getUint32(4, true)];
  return joined([2, 1, words, 2], [2 | 4, 2], content, pad);
}

function joined(...parts: (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      part instanceof Uint8Array ? [...part] : [...new Uint8Array(Uint32Array.from(part).buffer)]
    ),
  );
}
