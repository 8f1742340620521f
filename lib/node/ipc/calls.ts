import type { Capability } from "../../capnp/capability.ts";
import type { RpcConnection } from "../../capnp/connection.ts";
import type { Call, Promising } from "../../capnp/rpc.ts";
import { OperatorError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";

/**
 * Calls to the node, each with a time by which it has to be answered. A node that lets it pass is worth
 * no more than one that is gone: the connection ends.
 */
export class Calls {
  readonly #connection: RpcConnection;
  readonly #clock: Pick<Clock, "sleep">;
  readonly #timeoutMs: number;

  /** @param timeoutMs For calls that need no more than a look at what the node has. */
  constructor(connection: RpcConnection, clock: Pick<Clock, "sleep">, timeoutMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** The object at the node's entrance. */
  bootstrap(): Promise<Capability> {
    return this.#within("the first call", this.#timeoutMs, this.#connection.bootstrap());
  }

  /**
   * @param name Of the method, for errors.
   * @param extraMs Milliseconds that the node may need for it, beyond those for any call.
   */
  call<T>(name: string, call: Call<T>, extraMs = 0): Promise<T> {
    return this.#within(name, this.#timeoutMs + extraMs, this.#connection.call(call));
  }

  /** The same for a call that brings an object, which can be called before it is there. */
  promise<T>(name: string, call: Call<T>, extraMs = 0): Promising<T> {
    const { answer, object } = this.#connection.promise(call);
    return { answer: this.#within(name, this.#timeoutMs + extraMs, answer), object };
  }

  /** A call that may wait as long as the connection lives. */
  wait<T>(call: Call<T>): Promise<T> {
    return this.#connection.call(call);
  }

  async #within<T>(name: string, ms: number, answer: Promise<T>): Promise<T> {
    const answered = new AbortController();
    void this.#clock.sleep(ms, answered.signal).then(() => {
      if (answered.signal.aborted) return;
      this.#connection.close(
        new OperatorError(
          "peer",
          `it did not answer ${name} within ${ms / 1000} s; it is overloaded or hangs`,
        ),
      );
    });
    try {
      return await answer;
    } finally {
      answered.abort();
    }
  }
}
