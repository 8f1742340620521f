import { concatBytes } from "../../bitcoin/bytes.ts";
import { MAX_COINBASE_PREFIX } from "../../bitcoin/coinbase.ts";
import { type BlockHeader, decodeHeader } from "../../bitcoin/header.ts";
import type { StructShape } from "../../capnp/builder.ts";
import type { Capability, PromisedObject } from "../../capnp/capability.ts";
import type { Call } from "../../capnp/rpc.ts";
import type { StructReader } from "../../capnp/struct_reader.ts";
import { DecodeError } from "../../errors.ts";
import type { TemplateCoinbase } from "../node.ts";
import type { Calls } from "./calls.ts";
import { BLOCK_TEMPLATE, DEFAULTS, INTERFACE, onThread } from "./schema.ts";

/** Milliseconds that a node may take to check and connect a block. */
export const SUBMIT_MS = 60_000;

/** What miners change of a header, and their coinbase with its witness. */
export interface Solution {
  /** Unsigned, 32 bits. */
  readonly version: number;
  readonly time: number;
  readonly nonce: number;
  readonly coinbase: Uint8Array;
}

const CONTEXT_ONLY: StructShape = { data: 0, pointers: 1 };
/** A tree of 2^32 transactions. */
const MAX_PATH = 32;

/**
 * A template that the node holds for us, until nobody uses it any more. What it says is read as it comes
 * and refused when it cannot be: the connection ends with a `DecodeError`.
 */
export class BlockTemplate {
  readonly #calls: Calls;
  readonly #capability: Capability | PromisedObject;
  /** Milliseconds that a promised template may take to come. */
  readonly #extraMs: number;
  #users = 1;
  /** The block is being read or changed: the node does not expect both at once. */
  #block: Promise<unknown> = Promise.resolve();

  constructor(calls: Calls, capability: Capability | PromisedObject, extraMs = 0) {
    this.#calls = calls;
    this.#capability = capability;
    this.#extraMs = extraMs;
  }

  get released(): boolean {
    return this.#users === 0;
  }

  /** One more uses it. */
  hold(): void {
    this.#users++;
  }

  /** One less. The node forgets it after the last. */
  release(): void {
    this.#users--;
    if (this.#users === 0 && "release" in this.#capability) this.#capability.release();
  }

  header(thread: Capability): Promise<BlockHeader> {
    return this.#read("getBlockHeader", thread, (content) => decodeHeader(content.bytes(0)));
  }

  coinbase(thread: Capability): Promise<TemplateCoinbase> {
    return this.#read("getCoinbaseTx", thread, (content) => coinbaseOf(content.struct(0)));
  }

  /** Siblings of the coinbase, deepest first. */
  merklePath(thread: Capability): Promise<Uint8Array[]> {
    return this.#read("getCoinbaseMerklePath", thread, (content) => {
      const path = content.byteStrings(0).map((hash) => hash.slice());
      if (path.length > MAX_PATH || path.some(({ length }) => length !== 32)) {
        throw new DecodeError("malformed", "getCoinbaseMerklePath", 0);
      }
      return path;
    });
  }

  /** The whole block. Its coinbase is a dummy, or that of the last solution. */
  block(thread: Capability): Promise<Uint8Array> {
    return this.#alone(() => this.#read("getBlock", thread, (content) => content.bytes(0)));
  }

  /**
   * Has the node complete its block and take it in.
   *
   * @returns Whether it did, which says nothing of whether the block is valid.
   */
  submitSolution(solution: Solution, thread: Capability): Promise<boolean> {
    const { version, time, nonce, coinbase } = solution;
    return this.#alone(() =>
      this.#calls.call("submitSolution", {
        ...this.#method(BLOCK_TEMPLATE.submitSolution, { data: 2, pointers: 2 }),
        fill: onThread(thread, (params) => {
          params.u32(0, version).u32(4, time).u32(8, nonce).bytes(1, coinbase);
        }),
        read: ({ content }) => content.bool(0),
      }, SUBMIT_MS)
    );
  }

  /**
   * The next template with the same constraints, once there is another tip or, where the network's
   * rules make blocks easier that come late, once this one is late.
   *
   * @returns Undefined if there was none within `timeoutMs`, or the node shuts down. And the same template
   * before it is there: what is asked of it in this turn comes with it, or fails if there is none.
   */
  waitNext(
    timeoutMs: number,
    thread: Capability,
  ): { readonly next: Promise<BlockTemplate | undefined>; readonly promised: BlockTemplate } {
    const { answer, object } = this.#calls.promise("waitNext", {
      ...this.#method(BLOCK_TEMPLATE.waitNext, { data: 0, pointers: 2 }),
      fill: onThread(thread, (params) => {
        params.struct(1, { data: 2, pointers: 0 })
          .f64(0, timeoutMs, DEFAULTS.timeoutMs)
          .u64(8, DEFAULTS.feeThreshold, DEFAULTS.feeThreshold);
      }),
      read: (results) => {
        const next = results.capability(0);
        return next && new BlockTemplate(this.#calls, next);
      },
    }, timeoutMs);
    return { next: answer, promised: new BlockTemplate(this.#calls, object, timeoutMs) };
  }

  /** Ends {@link BlockTemplate.waitNext} at once, without a template. */
  interruptWait(): Promise<void> {
    return this.#calls.call("interruptWait", {
      ...this.#method(BLOCK_TEMPLATE.interruptWait, { data: 0, pointers: 0 }),
      fill: () => [],
      read: () => {},
    });
  }

  #read<T>(
    name: keyof typeof BLOCK_TEMPLATE,
    thread: Capability,
    read: (content: StructReader) => T,
  ): Promise<T> {
    return this.#calls.call(name, {
      ...this.#method(BLOCK_TEMPLATE[name], CONTEXT_ONLY),
      fill: onThread(thread),
      read: ({ content }) => read(content),
    }, this.#extraMs);
  }

  #method(
    methodId: number,
    shape: StructShape,
  ): Pick<Call<unknown>, "target" | "interfaceId" | "methodId" | "shape"> {
    return { target: this.#capability, interfaceId: INTERFACE.blockTemplate, methodId, shape };
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#block.then(work);
    this.#block = done.catch(() => {});
    return done;
  }
}

function coinbaseOf(coinbase: StructReader): TemplateCoinbase {
  const outputs = coinbase.byteStrings(2);
  const scriptSigPrefix = coinbase.bytes(0).slice();
  const witness = coinbase.bytes(1).slice();
  const valueRemaining = coinbase.i64(8);
  if (
    scriptSigPrefix.length > MAX_COINBASE_PREFIX || valueRemaining < 0n ||
    (witness.length !== 0 && witness.length !== 32)
  ) throw new DecodeError("malformed", "getCoinbaseTx", 0);
  return {
    version: coinbase.u32(0),
    scriptSigPrefix,
    sequence: coinbase.u32(4),
    valueRemaining,
    outputCount: outputs.length,
    outputs: concatBytes(...outputs),
    lockTime: coinbase.u32(16),
    witnessReserved: witness.length === 0 ? undefined : witness,
  };
}
