import { DecodeError, reasonOf } from "../errors.ts";
import type { Socket } from "../ports.ts";
import type { Capability } from "./capability.ts";
import { RemoteError } from "./remote_error.ts";
import { type Call, type Promising, RpcClient } from "./rpc.ts";
import { abortMessage } from "./rpc_messages.ts";

const BUFFER_SIZE = 65_536;

/** Bytes that may wait for the other side to read: more than it has reason to make us send. */
const MAX_QUEUED = 64 * 2 ** 20;

/** A {@link RpcClient} on a socket, from the moment it is made until it ends. */
export class RpcConnection {
  /** Resolves with the reason when the connection has ended, whoever ended it. Never rejects. */
  readonly closed: Promise<Error>;
  readonly #socket: Socket;
  readonly #client: RpcClient;
  readonly #tellClosed: (reason: Error) => void;
  #outbox: Uint8Array[] = [];
  #queued = 0;
  #writing = false;
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#client = new RpcClient((frame) => this.#post(frame));
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.closed = promise;
    this.#tellClosed = resolve;
    void this.#readAll();
  }

  /** References to objects of the other side that have not been released. */
  get held(): number {
    return this.#client.held;
  }

  /** As {@link RpcClient.bootstrap}. */
  bootstrap(): Promise<Capability> {
    return this.#client.bootstrap();
  }

  /** As {@link RpcClient.call}. */
  call<T>(call: Call<T>): Promise<T> {
    return this.#client.call(call);
  }

  /** As {@link RpcClient.promise}. */
  promise<T>(call: Call<T>): Promising<T> {
    return this.#client.promise(call);
  }

  /** Ends the connection; calls under way fail with `reason`. Does nothing the second time. */
  close(reason: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outbox = [];
    this.#client.fail(reason);
    this.#socket.close();
    this.#tellClosed(reason);
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(BUFFER_SIZE);
    try {
      for (;;) {
        const length = await this.#socket.read(buffer).catch(gone);
        if (length === null) break;
        this.#client.receive(buffer.subarray(0, length));
      }
      this.close(new RemoteError("disconnected", "the other side closed the connection"));
    } catch (error) {
      await this.#refuse(error);
    }
  }

  /** The other side broke the protocol, told us that we did, or is gone. */
  async #refuse(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error : new Error(reasonOf(error));
    if (reason instanceof DecodeError && !this.#ended) {
      const abort = abortMessage(reason.message);
      this.#client.fail(reason);
      await this.#socket.write(abort).catch(() => {});
    }
    this.close(reason);
  }

  /** Frames of one turn go out in one write. */
  #post(frame: Uint8Array): void {
    if (this.#ended) return;
    this.#outbox.push(frame);
    this.#queued += frame.length;
    if (this.#queued > MAX_QUEUED) {
      return this.close(new RemoteError("disconnected", "the other side does not read"));
    }
    if (this.#writing) return;
    this.#writing = true;
    queueMicrotask(() => void this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#outbox.length > 0) {
        const frames = this.#outbox;
        this.#outbox = [];
        this.#queued = 0;
        await this.#socket.write(joined(frames)).catch(gone);
      }
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(reasonOf(error)));
    } finally {
      this.#writing = false;
    }
  }
}

function gone(error: unknown): never {
  throw new RemoteError("disconnected", reasonOf(error));
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return only;
  const whole = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}
