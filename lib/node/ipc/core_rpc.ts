import type { Capability } from "../../capnp/capability.ts";
import { RemoteError } from "../../capnp/remote_error.ts";
import type { Calls } from "./calls.ts";
import { INTERFACE, onThread, RPC } from "./schema.ts";

/** What `getblockchaininfo` says. */
export interface ChainInfo {
  readonly blocks: number;
  readonly headers: number;
  readonly initialDownload: boolean;
  /** Of the tip's header. */
  readonly tipTime: number;
  /** The script that a signet's blocks must satisfy, in hexadecimal. */
  readonly signetChallenge: string | undefined;
}

/** Bitcoin Core's JSON-RPC through the same socket, without a password. */
export class CoreRpc {
  readonly #calls: Calls;
  readonly #capability: Capability;

  constructor(calls: Calls, capability: Capability) {
    this.#calls = calls;
    this.#capability = capability;
  }

  /** The hash of the block at `height`, as people read it. */
  async blockHash(height: number, thread: Capability): Promise<string> {
    return String(await this.#execute("getblockhash", [height], thread));
  }

  async chainInfo(thread: Capability): Promise<ChainInfo> {
    const info = recordOf(await this.#execute("getblockchaininfo", [], thread));
    const challenge = info["signet_challenge"];
    return {
      blocks: numberIn(info, "blocks"),
      headers: numberIn(info, "headers"),
      initialDownload: info["initialblockdownload"] === true,
      tipTime: numberIn(info, "time"),
      signetChallenge: typeof challenge === "string" ? challenge : undefined,
    };
  }

  /** Connections to other nodes. */
  async peers(thread: Capability): Promise<number> {
    return numberIn(recordOf(await this.#execute("getnetworkinfo", [], thread)), "connections");
  }

  /**
   * How many blocks stand on a block, itself included; −1 if it is not in the best chain.
   *
   * @param hash As people read it.
   * @throws {RemoteError} If the node does not know it.
   */
  async confirmations(hash: string, thread: Capability): Promise<number> {
    const header = recordOf(await this.#execute("getblockheader", [hash], thread));
    return numberIn(header, "confirmations");
  }

  /**
   * @throws {RemoteError} `overloaded` while the node starts; `failed` if it refuses, or what it says is
   * no JSON.
   */
  async #execute(
    method: string,
    params: readonly (string | number)[],
    thread: Capability,
  ): Promise<unknown> {
    const text = await this.#calls.call(`executeRpc ${method}`, {
      target: this.#capability,
      interfaceId: INTERFACE.rpc,
      methodId: RPC.executeRpc,
      shape: { data: 0, pointers: 4 },
      fill: onThread(thread, (call) => {
        call.text(1, JSON.stringify({ method, params, id: 1 })).text(2, "/").text(3, "");
      }),
      read: ({ content }) => content.text(0),
    });
    const { result, error } = recordOf(parsed(text));
    if (error === undefined || error === null) return result;
    const { code, message } = recordOf(error);
    const kind = code === IN_WARMUP ? "overloaded" : "failed";
    throw new RemoteError(kind, `${method}: ${String(message)}`);
  }
}

/** Bitcoin Core's number for "not yet, I am starting". */
const IN_WARMUP = -28;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RemoteError("failed", "the node's answer is no JSON");
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function numberIn(record: Readonly<Record<string, unknown>>, key: string): number {
  const value = record[key];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new RemoteError("failed", `the node's answer has no number for ${key}`);
}
