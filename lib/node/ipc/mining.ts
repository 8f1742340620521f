import type { StructShape } from "../../capnp/builder.ts";
import type { Capability } from "../../capnp/capability.ts";
import type { Call } from "../../capnp/rpc.ts";
import type { StructReader } from "../../capnp/struct_reader.ts";
import { DecodeError } from "../../errors.ts";
import type { TemplateConstraints } from "../node.ts";
import { BlockTemplate, SUBMIT_MS } from "./block_template.ts";
import type { Calls } from "./calls.ts";
import { DEFAULTS, INTERFACE, MINING, onThread } from "./schema.ts";

/** The last block of the node's chain. */
export interface BlockRef {
  /** In header order. */
  readonly hash: Uint8Array;
  readonly height: number;
}

/** What the node thinks of a block. */
export interface Opinion {
  readonly ok: boolean;
  /** The node's word for what is wrong, `bad-cb-amount`; empty if nothing is. */
  readonly reason: string;
}

const CONTEXT_ONLY: StructShape = { data: 0, pointers: 1 };

/** The node's interface for those who make blocks. */
export class Mining {
  readonly #calls: Calls;
  readonly #capability: Capability;

  constructor(calls: Calls, capability: Capability) {
    this.#calls = calls;
    this.#capability = capability;
  }

  /** Whether this is any network but mainnet. */
  isTestChain(thread: Capability): Promise<boolean> {
    return this.#calls.call("isTestChain", {
      ...this.#method(MINING.isTestChain, CONTEXT_ONLY),
      fill: onThread(thread),
      read: ({ content }) => content.bool(0),
    });
  }

  isInitialBlockDownload(thread: Capability): Promise<boolean> {
    return this.#calls.call("isInitialBlockDownload", {
      ...this.#method(MINING.isInitialBlockDownload, CONTEXT_ONLY),
      fill: onThread(thread),
      read: ({ content }) => content.bool(0),
    });
  }

  /** @returns Undefined while the node loads its chain. */
  getTip(thread: Capability): Promise<BlockRef | undefined> {
    return this.#calls.call("getTip", {
      ...this.#method(MINING.getTip, CONTEXT_ONLY),
      fill: onThread(thread),
      read: ({ content }) => content.bool(0) ? blockRef(content.struct(0)) : undefined,
    });
  }

  /**
   * @returns Undefined if the node shuts down.
   * @throws {RemoteError} If it cannot make such a template.
   */
  createNewBlock(
    constraints: TemplateConstraints & { readonly useMempool: boolean },
    thread: Capability,
  ): Promise<BlockTemplate | undefined> {
    return this.#calls.call("createNewBlock", this.#create(constraints, false, thread));
  }

  /** As {@link Mining.createNewBlock}, once the node has caught up with the network. */
  createWhenCaughtUp(
    constraints: TemplateConstraints & { readonly useMempool: boolean },
    thread: Capability,
  ): Promise<BlockTemplate | undefined> {
    return this.#calls.wait(this.#create(constraints, true, thread));
  }

  /** What is wrong with a block on the tip, if anything. It is not taken in. */
  checkBlock(block: Uint8Array, thread: Capability): Promise<Opinion> {
    return this.#calls.call("checkBlock", {
      ...this.#method(MINING.checkBlock, { data: 0, pointers: 3 }),
      fill: onThread(thread, (params) => void params.bytes(1, block).struct(2, OPTIONS)),
      read: ({ content }) => opinion(content),
    }, SUBMIT_MS);
  }

  /**
   * Has the node take in a block.
   *
   * @returns `ok` if it is new to the node and valid; otherwise why not: `duplicate`, `inconclusive` if
   * it was not checked in full.
   * @throws {RemoteError} `unimplemented`, by Bitcoin Core 31.0.
   */
  submitBlock(block: Uint8Array, thread: Capability): Promise<Opinion> {
    return this.#calls.call("submitBlock", {
      ...this.#method(MINING.submitBlock, { data: 0, pointers: 2 }),
      fill: onThread(thread, (params) => void params.bytes(1, block)),
      read: ({ content }) => opinion(content),
    }, SUBMIT_MS);
  }

  /** Ends {@link Mining.createWhenCaughtUp} at once, without a template. */
  interrupt(): Promise<void> {
    return this.#calls.call("interrupt", {
      ...this.#method(MINING.interrupt, { data: 0, pointers: 0 }),
      fill: () => [],
      read: () => {},
    });
  }

  #create(
    constraints: TemplateConstraints & { readonly useMempool: boolean },
    cooldown: boolean,
    thread: Capability,
  ): Call<BlockTemplate | undefined> {
    return {
      ...this.#method(MINING.createNewBlock, { data: 1, pointers: 2 }),
      fill: onThread(thread, (params) => {
        params.bool(0, cooldown, true);
        params.struct(1, { data: 3, pointers: 0 })
          .bool(0, constraints.useMempool, true)
          .u64(8, BigInt(constraints.reservedWeight), DEFAULTS.reservedWeight)
          .u64(16, BigInt(constraints.reservedSigops), DEFAULTS.reservedSigops);
      }),
      read: (results) => {
        const template = results.capability(0);
        return template && new BlockTemplate(this.#calls, template);
      },
    };
  }

  #method(
    methodId: number,
    shape: StructShape,
  ): Pick<Call<unknown>, "target" | "interfaceId" | "methodId" | "shape"> {
    return { target: this.#capability, interfaceId: INTERFACE.mining, methodId, shape };
  }
}

/** Check everything, proof of work and merkle root too: the schema's defaults. */
const OPTIONS: StructShape = { data: 1, pointers: 0 };

function blockRef(ref: StructReader): BlockRef {
  const hash = ref.bytes(0).slice();
  const height = ref.i32(0);
  if (hash.length !== 32 || height < 0) throw new DecodeError("malformed", "getTip", 0);
  return { hash, height };
}

function opinion(content: StructReader): Opinion {
  return { ok: content.bool(0), reason: content.text(0) };
}
