/**
 * The client's side of Cap'n Proto's RPC protocol, as a machine: bytes come in by
 * {@link RpcClient.receive}, frames go out by the function it was given.
 *
 * It calls methods of objects of the other side, also of those that are only promised yet, and holds
 * references to them, and that is all: it has no objects of its own, and answers `unimplemented` to
 * whatever only those who have some must understand.
 *
 * @module
 */

import { DecodeError, UsageError } from "../errors.ts";
import type { StructBuilder, StructShape } from "./builder.ts";
import { Capability, type PromisedObject } from "./capability.ts";
import { Framer } from "./framer.ts";
import type { Message } from "./message.ts";
import { RemoteError } from "./remote_error.ts";
import { Results } from "./results.ts";
import {
  bootstrapMessage,
  callMessage,
  finishMessage,
  HOSTED,
  KIND,
  kindOf,
  releaseMessage,
  remoteError,
  RETURN,
  unimplementedMessage,
} from "./rpc_messages.ts";
import type { StructReader } from "./struct_reader.ts";

/** A method to be called. */
export interface Call<T> {
  readonly target: Capability | PromisedObject;
  readonly interfaceId: bigint;
  readonly methodId: number;
  /** Of the parameters. */
  readonly shape: StructShape;
  /** Writes the parameters. @returns The capabilities that they mention, by their index. */
  fill(params: StructBuilder): readonly Capability[];
  /**
   * Reads the results, before anything else is received. A {@link DecodeError} ends the connection; what
   * else it throws is the call's own.
   */
  read(results: Results): T;
}

/** A call that brings an object, and the object. */
export interface Promising<T> {
  readonly answer: Promise<T>;
  /** To be called before the answer is there, in the turn in which this was returned. */
  readonly object: PromisedObject;
}

/** A question without an answer yet. */
interface Question {
  answered(results: Results): void;
  failed(error: Error): void;
}

/** Of a call that was not sent: those on its result are not sent either, since all has failed. */
const NO_QUESTION = 0xffff_ffff;

/** The machine, see the module. */
export class RpcClient {
  readonly #send: (frame: Uint8Array) => void;
  readonly #framer: Framer;
  readonly #questions = new Map<number, Question>();
  /** Numbers of questions to be used again, so that they stay small. */
  readonly #free: number[] = [];
  #nextQuestion = 0;
  /** References held, by object. */
  readonly #imports = new Map<number, number>();
  #failure: Error | undefined;

  /** @param send Takes frames in the order in which they must arrive. */
  constructor(send: (frame: Uint8Array) => void, framer: Framer = new Framer()) {
    this.#send = send;
    this.#framer = framer;
  }

  /** References to objects of the other side that have not been released. */
  get held(): number {
    return this.#imports.values().reduce((sum, count) => sum + count, 0);
  }

  /** Calls that have no answer yet. */
  get pending(): number {
    return this.#questions.size;
  }

  /** The object that the other side has for everybody. @throws {RemoteError} */
  bootstrap(): Promise<Capability> {
    return this.#ask(bootstrapMessage, (results) => {
      const self = results.self();
      if (self === undefined) throw new RemoteError("failed", "there is no bootstrap object");
      return self;
    }).answer;
  }

  /**
   * @throws {RemoteError} If the other side cannot do it, or the connection ends.
   * @throws {UsageError} If the target was released.
   */
  call<T>(call: Call<T>): Promise<T> {
    return this.promise(call).answer;
  }

  /** As {@link RpcClient.call}, for a method that has an object in the first field of its results. */
  promise<T>({ target, interfaceId, methodId, shape, fill, read }: Call<T>): Promising<T> {
    if (target instanceof Capability && target.released) {
      const error = new UsageError("Cannot call an object that was released");
      return { answer: Promise.reject(error), object: { question: NO_QUESTION } };
    }
    return this.#ask(
      (questionId) =>
        callMessage(
          { questionId, target, interfaceId, methodId, shape },
          (params) => fill(params).map(({ id }) => id),
        ),
      read,
    );
  }

  /**
   * Takes bytes as they came.
   *
   * @throws {DecodeError} If they break the protocol. Nothing can be received afterwards; the caller
   * has to {@link RpcClient.fail}.
   * @throws {RemoteError} If the other side ends the connection and says why.
   */
  receive(bytes: Uint8Array): void {
    this.#framer.push(bytes, (message) => this.#receive(message));
  }

  /** The connection is gone: all calls fail, and so do those to come. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    this.#imports.clear();
    for (const { failed } of questions) failed(error);
  }

  #ask<T>(
    message: (questionId: number) => Uint8Array,
    read: (results: Results) => T,
  ): Promising<T> {
    if (this.#failure !== undefined) {
      return { answer: Promise.reject(this.#failure), object: { question: NO_QUESTION } };
    }
    const id = this.#free.pop() ?? this.#nextQuestion++;
    const frame = message(id);
    const answer = new Promise<T>((resolve, reject) => {
      this.#questions.set(id, {
        failed: reject,
        answered: (results) => {
          try {
            resolve(read(results));
          } catch (error) {
            reject(error);
            if (error instanceof DecodeError) throw error;
          } finally {
            results.releaseRest();
          }
        },
      });
      this.#send(frame);
    });
    return { answer, object: { question: id } };
  }

  #receive(message: Message): void {
    const root = message.root();
    const kind = kindOf(root);
    switch (kind) {
      case KIND.return:
        return this.#answer(root.struct(0));
      case KIND.abort:
        throw remoteError(root.struct(0));
      case KIND.unimplemented: // All that we send is level 0; there is nothing to make of it.
      case KIND.finish: // Of an answer, or
      case KIND.release: // of an object: we have neither.
        return;
      default:
        this.#send(unimplementedMessage(message, kind));
    }
  }

  #answer(answer: StructReader): void {
    const id = answer.u32(0);
    const question = this.#questions.get(id);
    if (question === undefined) throw new DecodeError("malformed", "capnp.return.answerId", 0);
    this.#questions.delete(id);
    this.#free.push(id);
    this.#send(finishMessage(id));
    const what = answer.u16(6);
    const body = answer.struct(0);
    if (what === RETURN.results) question.answered(new Results(body, this.#table(body)));
    else if (what === RETURN.exception) question.failed(remoteError(body));
    else question.failed(new RemoteError("failed", "the call was canceled, or answered elsewhere"));
  }

  #table(payload: StructReader): (Capability | undefined)[] {
    return payload.structs(1).map((descriptor) => {
      switch (descriptor.u16(0)) {
        case HOSTED.none:
          return undefined;
        case HOSTED.bySender:
        case HOSTED.promisedBySender:
          return this.#import(descriptor.u32(4));
        default: // We have no objects of ours, and know no third parties.
          throw new DecodeError("malformed", "capnp.capTable", 0);
      }
    });
  }

  #import(id: number): Capability {
    this.#imports.set(id, (this.#imports.get(id) ?? 0) + 1);
    return new Capability(id, () => {
      if (this.#failure !== undefined) return;
      const left = (this.#imports.get(id) ?? 1) - 1;
      if (left > 0) this.#imports.set(id, left);
      else this.#imports.delete(id);
      this.#send(releaseMessage(id, 1));
    });
  }
}
