import { RpcConnection } from "../../capnp/connection.ts";
import type { Clock, Socket } from "../../ports.ts";
import type { Instant } from "../../time.ts";
import { Calls } from "./calls.ts";
import { introduce, type Introduction } from "./introduce.ts";
import { KnownBlocks } from "./known_blocks.ts";

/** Milliseconds that the node gets to end what we wait for, before the connection is cut. */
const GOODBYE_MS = 1_000;

/** What a connection is opened with. */
export interface SessionOptions {
  readonly socket: Socket;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** Milliseconds in which the node must answer what it can answer at once. */
  readonly callTimeoutMs: number;
  /** Told that the node takes its time to start, once or more. */
  readonly onStarting: () => void;
}

/** One connection to the node, ready to be used, until it ends. */
export class Session {
  readonly #connection: RpcConnection;
  readonly #clock: Pick<Clock, "now" | "sleep">;
  readonly #ended = new AbortController();
  readonly #since: Instant;
  readonly threads: Introduction["threads"];
  readonly mining: Introduction["mining"];
  readonly rpc: Introduction["rpc"];
  readonly genesisHash: Introduction["genesisHash"];
  readonly known = new KnownBlocks();

  private constructor(
    connection: RpcConnection,
    clock: Pick<Clock, "now" | "sleep">,
    introduction: Introduction,
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#since = clock.now();
    this.threads = introduction.threads;
    this.mining = introduction.mining;
    this.rpc = introduction.rpc;
    this.genesisHash = introduction.genesisHash;
    void connection.closed.then(() => this.#ended.abort());
  }

  /** @throws {OperatorError} `config`, if the node is too old; otherwise the connection's failure. */
  static async open(options: SessionOptions): Promise<Session> {
    const { socket, clock, signal, callTimeoutMs } = options;
    const connection = new RpcConnection(socket);
    const giveUp = (): void => connection.close(new Error("it is not used any more"));
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const calls = new Calls(connection, clock, callTimeoutMs);
      return new Session(connection, clock, await introduce(calls, options));
    } catch (error) {
      connection.close(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Resolves with the reason when the connection has ended. */
  get closed(): Promise<Error> {
    return this.#connection.closed;
  }

  /** Aborts when the connection has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Milliseconds since it was opened, so that long at least the node has been running. */
  get age(): number {
    return this.#clock.now() - this.#since;
  }

  /** References to the node's objects that have not been released; each costs the node memory. */
  get held(): number {
    return this.#connection.held;
  }

  /** Ends it; what is under way fails with `reason`. */
  close(reason: Error): void {
    this.#connection.close(reason);
  }

  /**
   * Ends it once `waits` have come to an end, which the caller has told the node to end: a thread of the
   * node that waits for us outlives the connection otherwise.
   */
  async finish(waits: Promise<unknown>, reason: Error): Promise<void> {
    const finished = new AbortController();
    await Promise.race([waits, this.#clock.sleep(GOODBYE_MS, finished.signal)]);
    finished.abort();
    this.close(reason);
  }
}
