import type { Capability } from "../../capnp/capability.ts";
import { RemoteError } from "../../capnp/remote_error.ts";
import type { Call } from "../../capnp/rpc.ts";
import { DecodeError, OperatorError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { Calls } from "./calls.ts";
import { CoreRpc } from "./core_rpc.ts";
import { Mining } from "./mining.ts";
import { INIT, INTERFACE, isUnimplemented, onThread, THREAD_MAP } from "./schema.ts";

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

/** What the node gives us to begin with. */
export interface Introduction {
  readonly threads: Threads;
  readonly mining: Mining;
  /** Undefined if the node has none for us: Bitcoin Core 31.0, or one whose rpcwhitelist leaves us out. */
  readonly rpc: CoreRpc | undefined;
  /** Hash of its first block as people read it; undefined if it cannot be asked for. */
  readonly genesisHash: string | undefined;
}

/** How patient to be with it. */
export interface IntroductionOptions {
  readonly clock: Pick<Clock, "sleep">;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** Milliseconds after which the node is said to be starting. */
  readonly callTimeoutMs: number;
  /** Told that it is, once or more. */
  readonly onStarting: () => void;
}

/**
 * Introduces us to the node.
 *
 * @throws {OperatorError} `config`, if the node is too old.
 */
export async function introduce(
  calls: Calls,
  options: IntroductionOptions,
): Promise<Introduction> {
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
  const mining = new Mining(calls, await makeMining(options, calls, init, answering));
  const capability = await makeRpc(calls, init, answering);
  const rpc = capability && new CoreRpc(calls, capability);
  const genesisHash = rpc && await firstHash(options, rpc, answering);
  return {
    threads: { tip, calls: answering, fees, submit },
    mining,
    rpc: genesisHash === undefined ? undefined : rpc,
    genesisHash,
  };
}

async function makeMining(
  { clock, callTimeoutMs, onStarting }: IntroductionOptions,
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
  { clock, signal, onStarting }: IntroductionOptions,
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
