import type { Capability } from "../../capnp/capability.ts";
import { RpcConnection } from "../../capnp/connection.ts";
import { RemoteError } from "../../capnp/remote_error.ts";
import type { Call } from "../../capnp/rpc.ts";
import { DecodeError, OperatorError } from "../../errors.ts";
import type { Clock, Socket } from "../../ports.ts";
import { Calls } from "./calls.ts";
import { CoreRpc } from "./core_rpc.ts";
import { KnownBlocks } from "./known_blocks.ts";
import { Mining } from "./mining.ts";
import { INIT, INTERFACE, onThread, THREAD_MAP } from "./schema.ts";

/** Milliseconds that the node gets to end what we wait for, before the connection is cut. */
const GOODBYE_MS = 1_000;

/** Milliseconds between two questions to a node that starts. */
const WARMUP_MS = 1_000;

/** Threads of the node that work for us, each on one thing at a time. */
export interface Threads {
  /** Waits for tips. */
  readonly tip: Capability;
  /** Answers what is answered at once. */
  readonly calls: Capability;
  /** Looks for higher fees. */
  readonly fees: Capability;
  /** Takes solved blocks, which must not stand behind anything else. */
  readonly submit: Capability;
}

/** What a connection is opened with. */
export interface SessionOptions {
  readonly socket: Socket;
  readonly clock: Pick<Clock, "sleep">;
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
  readonly #clock: Pick<Clock, "sleep">;
  readonly #ended = new AbortController();
  readonly threads: Threads;
  readonly mining: Mining;
  /** Undefined if the node has none for us: Bitcoin Core 31.0, or one whose rpcwhitelist leaves us out. */
  readonly rpc: CoreRpc | undefined;
  /** Hash of its first block as people read it; undefined if it cannot be asked for. */
  readonly genesisHash: string | undefined;
  readonly known = new KnownBlocks();

  private constructor(
    connection: RpcConnection,
    clock: Pick<Clock, "sleep">,
    parts: Pick<Session, "threads" | "mining" | "rpc" | "genesisHash">,
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.threads = parts.threads;
    this.mining = parts.mining;
    this.rpc = parts.rpc;
    this.genesisHash = parts.genesisHash;
    void connection.closed.then(() => this.#ended.abort());
  }

  /**
   * Introduces us to the node.
   *
   * @throws {OperatorError} `config`, if the node is too old; otherwise the connection's failure.
   */
  static async open(options: SessionOptions): Promise<Session> {
    const { socket, clock, signal, callTimeoutMs } = options;
    const connection = new RpcConnection(socket);
    const giveUp = (): void => connection.close(new Error("it is not needed any more"));
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const calls = new Calls(connection, clock, callTimeoutMs);
      const init = await calls.bootstrap();
      const threadMap = await calls.call("construct", {
        ...method(init, INTERFACE.init, INIT.construct),
        // Core may call our threads; it has no reason to, and we have none.
        fill: () => [],
        read: (results) => required(results.capability(0), "construct"),
      });
      const make = (name: string): Promise<Capability> =>
        calls.call("makeThread", {
          ...method(threadMap, INTERFACE.threadMap, THREAD_MAP.makeThread),
          fill(params) {
            params.text(0, name);
            return [];
          },
          read: (results) => required(results.capability(0), "makeThread"),
        });
      const [tip, answering, fees, submit] = await Promise.all(
        [make("tip"), make("calls"), make("fees"), make("submit")],
      );
      const threads = { tip, calls: answering, fees, submit };
      const mining = new Mining(calls, await makeMining(options, calls, init, answering));
      const capability = await makeRpc(calls, init, answering);
      const rpc = capability && new CoreRpc(calls, capability);
      const genesisHash = rpc && await firstHash(options, rpc, answering);
      return new Session(connection, clock, {
        threads,
        mining,
        rpc: genesisHash === undefined ? undefined : rpc,
        genesisHash,
      });
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

async function makeMining(
  { clock, callTimeoutMs, onStarting }: SessionOptions,
  calls: Calls,
  init: Capability,
  thread: Capability,
): Promise<Capability> {
  const answered = new AbortController();
  void clock.sleep(callTimeoutMs, answered.signal).then(() => {
    if (!answered.signal.aborted) onStarting();
  });
  try {
    // A node that starts answers when its chain is loaded, which takes as long as it takes.
    return await calls.wait({
      ...method(init, INTERFACE.init, INIT.makeMining),
      fill: onThread(thread),
      read: (results) => required(results.capability(0), "makeMining"),
    });
  } catch (cause) {
    if (!isUnimplemented(cause)) throw cause;
    const what = "it is older than Bitcoin Core 31, whose IPC interface is another one; update it";
    throw new OperatorError("config", `${what}, or use its RPC`, { cause });
  } finally {
    answered.abort();
  }
}

async function makeRpc(
  calls: Calls,
  init: Capability,
  thread: Capability,
): Promise<Capability | undefined> {
  try {
    return await calls.call("makeRpc", {
      ...method(init, INTERFACE.init, INIT.makeRpc),
      fill: onThread(thread),
      read: (results) => results.capability(0),
    });
  } catch (error) {
    if (isUnimplemented(error)) return undefined;
    throw error;
  }
}

/** @returns Undefined if the node lets us ask nothing. */
async function firstHash(
  { clock, signal, onStarting }: SessionOptions,
  rpc: CoreRpc,
  thread: Capability,
): Promise<string | undefined> {
  for (;;) {
    try {
      return await rpc.blockHash(0, thread);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.kind === "failed") return undefined;
      if (error.kind !== "overloaded" || signal.aborted) throw error;
      onStarting();
      await clock.sleep(WARMUP_MS, signal);
    }
  }
}

/** Whether the node does not know a method, since it is too old. */
export function isUnimplemented(error: unknown): boolean {
  return error instanceof RemoteError && error.kind === "unimplemented";
}

function method(
  target: Capability,
  interfaceId: bigint,
  methodId: number,
): Pick<Call<unknown>, "target" | "interfaceId" | "methodId" | "shape"> {
  return { target, interfaceId, methodId, shape: { data: 0, pointers: 1 } };
}

function required(capability: Capability | undefined, path: string): Capability {
  if (capability === undefined) throw new DecodeError("malformed", path, 0);
  return capability;
}
